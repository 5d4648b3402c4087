import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import type { Delivery } from '../../generated/schema.gen';
import { findRound, take } from './round';
import { waitingRound, wake } from './stack';

/** The answer that the sidecar takes for a receipt. */
const taken: IWebhookResponseData = { webhookResponse: { resumed: true } };

/**
 * Takes an outcome that the sidecar posts to the signed address, and wakes the node. The
 * address is the same for every item and every round of the execution: one that nothing
 * waits for (an earlier round's, a repeat) is taken without effect, so that it does not
 * come again for ever.
 */
export async function takeOutcome(this: IWebhookFunctions): Promise<IWebhookResponseData> {
  const { kind, ask } = this.getBodyData() as unknown as Partial<Delivery>;
  if (kind !== 'ask.outcome' || !ask?.outcome) return { webhookResponse: { resumed: false } };
  const name = waitingRound(this);
  const round = name === undefined ? undefined : findRound(this, name);
  const waiting = round?.asks[ask.id];
  if (!round || !waiting || waiting.ask.outcome) return taken;
  take(round, ask);
  const workflowData = wake(this);
  return workflowData ? { ...taken, workflowData } : taken;
}
