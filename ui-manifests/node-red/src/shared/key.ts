// The key under which a message is sent. It is made once per message; a message
// that comes back to the same node after an uncertain failure keeps it, so that
// the customer never sees it twice.
import { randomUUID } from 'node:crypto';
import type { NodelineError } from '@nodeline/client';
import type { Message } from './red.js';

interface Retry {
  node: string;
  key: string;
}

/** Codes after which it is not known whether the sidecar has taken the message. */
const uncertain: ReadonlySet<string> = new Set(['send_unknown', 'sidecar_silent', 'sidecar_unreachable', 'client_stopped', 'shutting_down', 'internal']);

/** The key for a message that reaches a node. */
export function keyFor(node: string, msg: Message): string {
  const retry = (msg['nodeline'] as { retry?: Retry } | undefined)?.retry;
  return retry?.node === node && typeof retry.key === 'string' ? retry.key : randomUUID();
}

/** The message that leaves after a failure: it carries the key where repeating could double. */
export function withRetry(node: string, key: string, msg: Message, error: NodelineError): Message {
  const before = msg['nodeline'];
  const known: { retry?: Retry } = typeof before === 'object' ? { ...before } : {};
  delete known.retry;
  return { ...msg, nodeline: uncertain.has(error.code) ? { ...known, retry: { node, key } } : known };
}
