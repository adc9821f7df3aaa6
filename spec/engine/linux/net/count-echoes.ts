/** How many of so many datagrams came back, late ones too; each is sent when the one before has come, or has not for a while. */
export const countEchoes = (host: string, count: number): string => `
  const socket = require('node:dgram').createSocket({ type: 'udp${host.includes(':') ? 6 : 4}', recvBufferSize: 1 << 20 });
  let back = 0, sent = 0, wait, host;
  const next = () => {
    clearTimeout(wait);
    if (sent === ${count}) return wait = setTimeout(() => { console.log(back); process.exit(); }, 1000);
    sent += 1;
    socket.send(String(sent), 7, host);
    wait = setTimeout(next, 4);
  };
  socket.on('message', (text) => { back += 1; if (Number(text) === sent || sent === ${count}) next(); });
  require('node:dns').lookup('${host}', { family: ${host.includes(':') ? 6 : 4} }, (error, address) => { host = address; next(); });`;
