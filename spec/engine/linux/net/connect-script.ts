/** For Node inside a container: connects to each `address port` and says what came of it. */
export function connectScript(targets: readonly (readonly [address: string, port: number])[]): string {
  return `
  const net = require('node:net');
  for (const [host, port] of ${JSON.stringify(targets)}) {
    const socket = net.connect({ host, port, timeout: 1000 });
    socket.on('connect', () => { console.log(host, 'connected'); socket.destroy(); });
    socket.on('timeout', () => { console.log(host, 'timeout'); socket.destroy(); });
    socket.on('error', (error) => console.log(host, error.code));
  }`;
}
