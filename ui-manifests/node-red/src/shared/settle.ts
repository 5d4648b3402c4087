import { fromWire, NodelineError, sayLocal, type SendResult, type Wait } from '@nodeline/client';
import { codeOf } from './fail.js';
import type { LineNode, RED } from './red.js';

/** Pauses between looks at a message that is not settled yet, milliseconds. */
const looks = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/** What somebody has decided to wait for: it ends, and no failure is near. */
const patient: readonly (Wait['kind'] | undefined)[] = ['pause', 'recipient_pace', 'line_pace', 'earlier', 'file'];

/** Who follows a message on its way. */
export interface Follower {
  /** Is told what the message waits for; undefined: nothing. */
  waits(kind?: Wait['kind']): void;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * Waits until a stored message has surely been taken by WhatsApp's server, or
 * surely not. Unknown is never shown as sent. A pause or a pace is waited for
 * without end, anything else for a minute.
 * @throws {NodelineError} what ended it, send_unknown after that minute, or client_stopped
 */
export async function settle(line: LineNode, first: SendResult, follower: Follower): Promise<SendResult> {
  let result = first;
  for (let look = 0; ;) {
    switch (result.status) {
      case 'sent': case 'delivered': case 'read': case 'played': return result;
      case 'failed': throw result.error ? fromWire(result.error) : new NodelineError('whatsapp_refused', result.reason ?? result.status);
    }
    const kind = result.waitsFor?.kind;
    follower.waits(kind);
    const waits = patient.includes(kind);
    if (waits) look = 0;
    const pause = waits ? untilThen(result.waitsFor) : looks[look++];
    if (pause === undefined) break;
    await sleep(pause, follower.signal, line);
    result = await line.call('message.get', { line: result.line, key: result.key });
  }
  if (result.error) throw fromWire(result.error);
  const { message, hint } = sayLocal('still_queued', line.lang);
  throw new NodelineError('send_unknown', message, { hint, retry: true });
}

/**
 * As settle, of a request that may have made several messages: one for each file.
 * @throws {NodelineError} of the first that failed; what cannot be known comes first
 */
export async function settleAll(RED: RED, line: LineNode, first: SendResult & { messages?: SendResult[] }, follower: Follower): Promise<SendResult> {
  if (!first.messages || first.messages.length < 2) return settle(line, first, follower);
  const messages: SendResult[] = [];
  const failed: { place: number; error: NodelineError }[] = [];
  for (const [i, message] of first.messages.entries()) {
    try {
      messages.push(await settle(line, message, follower));
    } catch (error) {
      if (!codeOf(error) || codeOf(error) === 'client_stopped') throw error;
      failed.push({ place: i + 1, error: error as NodelineError });
    }
  }
  const worst = failed.find(({ error }) => error.code === 'send_unknown') ?? failed[0];
  if (!worst) return { ...first, ...messages[0], messages } as SendResult;
  const places = failed.map(({ place }) => place).join(', ');
  const said = RED._('common.error.of-several', { places, count: String(first.messages.length), reason: worst.error.message });
  throw new NodelineError(worst.error.code, said, worst.error);
}

/** When to look again at what waits for a known moment, milliseconds from now. */
export function untilThen(wait?: Wait): number {
  const left = wait?.until ? Date.parse(wait.until) - Date.now() : 5_000;
  return Math.min(Math.max(left, 500), 30_000);
}

/**
 * Waits for so many milliseconds.
 * @throws {NodelineError} client_stopped when the signal comes first
 */
export function sleep(ms: number, signal: AbortSignal, line: LineNode): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      const { message, hint } = sayLocal('client_stopped', line.lang);
      reject(new NodelineError('client_stopped', message, { hint, retry: true }));
    };
    const timer = setTimeout(() => { signal.removeEventListener('abort', stop); resolve(); }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
