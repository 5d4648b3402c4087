import { BadAddress, baseOf } from './base.js';
import { NodelineError } from './errors.js';
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

/** What to do about plain http where a host can allow it. */
const allow: Record<Lang, string> = {
  en: 'Use https://, or allow an unencrypted connection in the line\'s settings.',
  ru: 'Используйте https:// или разрешите связь без шифрования в настройках линии.',
};

/**
 * Reads a sidecar's address by the rule of every host; ws and wss are taken too.
 * @param allowPlain somebody takes the risk of plain http beyond private networks
 * @throws {NodelineError} bad_address
 */
export function readAddress(text: string, lang: Lang, allowPlain = false): Address {
  try {
    const base = baseOf(text.trim().replace(/^ws(s?:)/i, 'http$1'), allowPlain);
    return { socket: `${base.replace(/^http/, 'ws')}/rpc?lang=${lang}`, http: `${base}/rpc`, base };
  } catch (cause) {
    if (!(cause instanceof BadAddress)) throw cause;
    throw new NodelineError('bad_address', cause.said[lang], { hint: cause.plain ? allow[lang] : cause.hint[lang], cause });
  }
}

/** Whether an address is used only if somebody takes the risk: plain http beyond private networks. */
export function needsConsent(text: string): boolean {
  try {
    readAddress(text, 'en');
    return false;
  } catch (error) {
    return error instanceof NodelineError && error.cause instanceof BadAddress && error.cause.plain;
  }
}

/** Whether two addresses name the same sidecar, however they are written. */
export function sameAddress(a: string, b: string): boolean {
  try {
    return readAddress(a, 'en', true).base === readAddress(b, 'en', true).base;
  } catch {
    return false;
  }
}
