/** Sends back every datagram and every byte, on port 7 and on port 8. */
export const echo = `
  const dgram = require('node:dgram');
  for (const type of ['udp4', 'udp6']) {
    const socket = dgram.createSocket({ type, ipv6Only: type === 'udp6', recvBufferSize: 1 << 20 });
    socket.on('message', (text, { port, address }) => socket.send(text, port, address)).bind(7);
  }
  const serve = (port, then) =>
    require('node:net').createServer((peer) => peer.on('error', ({ code }) => console.log(code)).pipe(peer)).listen(port, '::', then);
  serve(7, () => serve(8, () => console.log('up')));`;

/** `connected`, the error, or `silent`. */
export const dial = (host: string, port: number): string => `
  const socket = require('node:net').connect(${port}, '${host}', () => { console.log('connected'); process.exit(); });
  socket.on('error', ({ code }) => { console.log(code); process.exit(); });
  setTimeout(() => { console.log('silent'); process.exit(); }, 1000);`;

/** A connection over which nothing is said once it is there; then what became of it. */
export const keepOpen = (host: string, port: number, family: 4 | 6): string => `
  const socket = require('node:net').connect({ port: ${port}, host: '${host}', family: ${family} });
  socket.once('data', () => console.log('open')).on('connect', () => socket.write('x'));
  socket.on('error', ({ code }) => { console.log(code); process.exit(); });`;

/** Says something now and then until it is enough, and is heard to the last. */
export const talk = (host: string): string => `
  const socket = require('node:net').connect(7, '${host}');
  let back = 0, sent = 0;
  const say = () => { sent += 1; socket.write('x'); setTimeout(say, 20); };
  socket.once('data', () => console.log('open')).on('connect', say).on('error', ({ code }) => { console.log(code); process.exit(); });
  socket.on('data', (data) => {
    back += data.length;
    if (back === sent && require('node:fs').existsSync('/enough')) { console.log('it goes on'); process.exit(); }
  });`;

export const hear = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('message', () => { console.log('heard'); process.exit(); }).bind(9, () => console.log('up'));`;

export const send = (host: string): string => `
  const socket = require('node:dgram').createSocket('udp4');
  socket.send('x', 9, '${host}', () => process.exit())`;
