import { fromWire, NodelineError, sayLocal, type SendResult } from '@nodeline/client';
import type { LineNode } from './red.js';

/** Pauses between looks at a message that is not settled yet, milliseconds. */
const looks = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/**
 * Waits until a stored message has surely been taken by WhatsApp's server, or
 * surely not. Unknown is never shown as sent.
 * @throws {NodelineError} what ended it, or send_unknown after a minute
 */
export async function settle(line: LineNode, first: SendResult): Promise<SendResult> {
  let result = first;
  for (const pauseMs of [...looks, 0]) {
    switch (result.status) {
      case 'sent': case 'delivered': case 'read': return result;
      case 'failed': throw result.error ? fromWire(result.error) : new NodelineError('whatsapp_refused', result.reason ?? result.status);
    }
    if (pauseMs === 0) break;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    result = await line.call('message.get', { line: result.line, key: result.key });
  }
  if (result.error) throw fromWire(result.error);
  const { message, hint } = sayLocal('still_queued', line.lang);
  throw new NodelineError('send_unknown', message, { hint, retry: true });
}
