// One POST of the sidecar's to the trigger: who sent it, whether it is new, and what
// leaves. n8n answers 200 once the execution is stored.
import type { IBinaryKeyData, IDataObject, INodeExecutionData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { download, type Media } from '../../shared/files';
import { signed } from '../../shared/signature';
import { memoryOf, type Memory } from './registration';

/** How many of the newest events' ids are remembered of one webhook, about 8 kB, and of how many webhooks. */
export const remembered = { events: 256, webhooks: 64 };

/**
 * The newest events of each webhook, as long as n8n runs. They are not kept in the
 * workflow's static data: n8n 2.41 forgets what a webhook changed there when it starts an
 * execution (the new Workflow object marks the same data as unchanged).
 */
const seen = new Map<string, Set<string>>();

/**
 * Tries after which a delivery of a webhook that is not ours is told to be gone, about 15
 * seconds from its first: a new webhook is known here only once n8n has stored it.
 */
const patience = 5;

/** How long a file may take, milliseconds: the sidecar waits half a minute for the answer. */
const downloadTime = 20_000;

/** A Delivery, as docs/webhooks.md has it. */
interface Delivery {
  kind: string;
  attempt: number;
  event?: IDataObject;
}

/** What to answer instead of starting the workflow. */
interface Refusal {
  status: number;
  error: string;
}

/** Judges a POST by its headers and body; undefined: it is the webhook's own. */
export function refused(memory: Memory, headers: Record<string, string | string[] | undefined>, body: Buffer, attempt: number, now: number): Refusal | undefined {
  if (memory.secret && signed(body, headers, memory.secret, now)) return undefined;
  const [, named] = /\.(whk_[a-z0-9]+)$/.exec(String(headers['webhook-id'] ?? '')) ?? [];
  if (memory.secret && (!named || named === memory.webhook)) return { status: 401, error: 'The signature does not fit.' };
  return attempt > patience ? { status: 410, error: 'This webhook is of an earlier publication.' } : { status: 409, error: 'This webhook is not known yet.' };
}

/** Sets and maps keep the order in which they were filled: the first is the oldest. */
function dropOldest(held: Set<string> | Map<string, unknown>, most: number): void {
  for (const oldest of held.keys()) {
    if (held.size <= most) return;
    held.delete(oldest);
  }
}

/** Whether a webhook's event came before; a new one is remembered. */
export function cameBefore(webhook: string, event: string): boolean {
  const events = seen.get(webhook) ?? new Set<string>();
  if (events.has(event)) return true;
  events.add(event);
  dropOldest(events, remembered.events);
  seen.delete(webhook);
  seen.set(webhook, events);
  dropOldest(seen, remembered.webhooks);
  return false;
}

/** The file of an event's message, as binary data; or why it could not be fetched: the event counts all the same. */
async function fileOf(ctx: IWebhookFunctions, event: IDataObject): Promise<{ binary?: IBinaryKeyData; fileError?: string }> {
  const message = (event.message ?? event.edited) as IDataObject | undefined;
  const media = message?.media as unknown as Media | undefined;
  if (!media) return {};
  try {
    return { binary: { data: await download(ctx, media, downloadTime) } };
  } catch (error) {
    return { fileError: error instanceof Error ? error.message : String(error) };
  }
}

/** The part of a response that tells what was answered. */
interface Answer {
  statusCode: number;
  once(event: 'close', listener: () => void): unknown;
}

/** Events whose first try has no answer yet, as "webhook event". */
const underWay = new Set<string>();

/**
 * Whether an event is new, came before, or is being taken right now. A new one is
 * remembered, unless its answer says that it was not taken: then it may come again.
 */
export function takenOnce(answer: Answer, webhook: string, event: string): 'new' | 'before' | 'underWay' {
  const name = `${webhook} ${event}`;
  if (cameBefore(webhook, event)) return underWay.has(name) ? 'underWay' : 'before';
  underWay.add(name);
  // An answer that nobody waits for any more closes without finishing.
  answer.once('close', () => {
    underWay.delete(name);
    if (answer.statusCode >= 400) seen.get(webhook)?.delete(event);
  });
  return 'new';
}

/** Takes one POST. */
export async function receive(ctx: IWebhookFunctions, options: { once: boolean; download: boolean }): Promise<IWebhookResponseData> {
  const memory = memoryOf(ctx);
  const delivery = ctx.getBodyData() as unknown as Delivery;
  const { rawBody } = ctx.getRequestObject() as unknown as { rawBody?: Buffer };
  const refusal = refused(memory, ctx.getHeaderData(), rawBody ?? Buffer.alloc(0), Number(delivery.attempt) || 1, Date.now() / 1000);
  if (refusal) {
    ctx.getResponseObject().status(refusal.status).json({ error: refusal.error });
    return { noWebhookResponse: true };
  }
  const { event } = delivery;
  // webhook.test's sign of life starts nothing.
  if (delivery.kind !== 'event' || !event) return { webhookResponse: { taken: delivery.kind } };
  const first = options.once ? takenOnce(ctx.getResponseObject(), String(memory.webhook), String(event.id)) : 'new';
  if (first === 'before') return { webhookResponse: { taken: 'before' } };
  if (first === 'underWay') {
    // The first try may fail yet, so its repeat is neither taken nor refused for good.
    ctx.getResponseObject().status(409).json({ error: 'This event is being taken.' });
    return { noWebhookResponse: true };
  }
  const { binary, fileError } = options.download ? await fileOf(ctx, event) : {};
  const item: INodeExecutionData = { json: fileError ? { ...event, fileError } : event, ...(binary ? { binary } : {}) };
  return { workflowData: [[item]] };
}
