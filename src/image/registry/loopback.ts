/** Whether a URL's host is this machine itself (RFC 6761, RFC 1122): what is sent there, nobody on a network sees. */
export function isLoopback(hostname: string): boolean {
  return (
    /^(?:.+\.)?localhost\.?$/.test(hostname) || /^127(?:\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]'
  );
}
