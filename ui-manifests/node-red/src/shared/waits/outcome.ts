import type { Ask, Delivery, Outcome } from '@nodeline/client';
import type { Message } from '../red.js';
import { restore } from '../snapshot.js';

/**
 * The message of an outcome: as it went into the node, with `answer` (absent where nobody
 * answered), `ask`, `eventId` (the same when the outcome comes again) and `nodeline`.
 */
export function messageOf(delivery: Delivery, ask: Ask, { kind, answer, reason, undelivered, at }: Outcome): Message {
  const known: Partial<Ask> = { ...ask };
  delete known.outcome;
  delete known.reply;
  const before = restore(delivery.context);
  // The answer to a question before this one is not this one's.
  delete before['answer'];
  return {
    ...before,
    ...(answer ? { answer } : {}),
    ask: known,
    eventId: delivery.id,
    nodeline: {
      sandbox: delivery.sandbox, outcome: kind, ...(reason ? { reason } : {}), ...(undelivered ? { undelivered } : {}), at,
    },
  } as unknown as Message;
}
