/** An address that cannot be used, and why, in words for the person who typed it. */
export class BadAddress extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

const example = 'It looks like http://127.0.0.1:7450.';

/**
 * Reads a sidecar's address as people type it and gives its base, without a slash at
 * the end: "http://127.0.0.1:7450". Plain http is taken on this machine and in private
 * networks; beyond them the token would be readable on its way.
 * @throws {BadAddress}
 */
export function baseOf(typed: string): string {
  const text = typed.trim();
  if (!text) throw new BadAddress('The sidecar URL is empty.', example);
  if (!URL.canParse(text)) throw new BadAddress(`"${text}" is not a URL.`, example);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new BadAddress(`The sidecar URL begins with "${url.protocol}" instead of http: or https:.`, example);
  }
  if (url.username || url.password) throw new BadAddress('The sidecar URL holds a name or password.', 'The token has a field of its own.');
  if (url.protocol === 'http:' && !isPrivate(url.hostname)) {
    throw new BadAddress('The sidecar URL is plain http beyond the private network: the token would be readable on its way.', 'Put the sidecar behind https and use that address.');
  }
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '').replace(/\/rpc$/, '')}`;
}

/** Whether a host is this machine, a private address, or a name that only a private network knows. */
function isPrivate(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (name.includes(':')) return name === '::1' || /^f[cd][0-9a-f]{2}:/.test(name);
  const parts = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(name);
  if (parts) {
    const [first, second] = [Number(parts[1]), Number(parts[2])];
    // 100.64.0.0/10 is of networks that providers and overlays keep to themselves, 169.254.0.0/16 of one link.
    return first === 127 || first === 10 || (first === 192 && second === 168) || (first === 172 && second >= 16 && second <= 31)
      || (first === 100 && second >= 64 && second <= 127) || (first === 169 && second === 254);
  }
  return !name.includes('.') || /\.(localhost|local|internal|lan|home\.arpa)$/.test(name);
}
