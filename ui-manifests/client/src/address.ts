import { localError } from './errors.js';
import type { Lang } from './schema.gen.js';

/** Where a sidecar is called. */
export interface Address {
  /** The websocket, "ws://127.0.0.1:7450/rpc?lang=ru". */
  socket: string;
  /** HTTP POST, "http://127.0.0.1:7450/rpc". */
  http: string;
  /** The address as people write it, to compare two: "http://127.0.0.1:7450". */
  base: string;
}

/** Whether a host name is this machine. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/**
 * Reads a sidecar's address. http, https, ws and wss are taken; a plain one
 * beyond this machine only with allowPlain, because the token would be readable.
 * @throws {NodelineError} bad_address
 */
export function readAddress(text: string, lang: Lang, allowPlain = false): Address {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch (cause) {
    throw localError('bad_address', lang, cause);
  }
  const secure = url.protocol === 'https:' || url.protocol === 'wss:';
  const plain = url.protocol === 'http:' || url.protocol === 'ws:';
  if (!secure && !plain) throw localError('bad_address', lang);
  if (url.username || url.password) throw localError('bad_address', lang);
  if (plain && !allowPlain && !isLoopback(url.hostname)) throw localError('bad_address', lang);
  const path = url.pathname.replace(/\/+$/, '').replace(/\/rpc$/, '');
  const rest = `://${url.host}${path}`;
  return {
    socket: `${secure ? 'wss' : 'ws'}${rest}/rpc?lang=${lang}`,
    http: `${secure ? 'https' : 'http'}${rest}/rpc`,
    base: `${secure ? 'https' : 'http'}${rest}`,
  };
}

/** Whether two addresses name the same sidecar, however they are written. */
export function sameAddress(a: string, b: string): boolean {
  try {
    return readAddress(a, 'en', true).base === readAddress(b, 'en', true).base;
  } catch {
    return false;
  }
}
