// The sidecar's webhook behind a published trigger, and behind one that listens for a
// test event: each has an address of its own in n8n, and so a webhook of its own.
import { NodeApiError, type IDataObject, type IHookFunctions, type IWebhookFunctions } from 'n8n-workflow';
import { operations } from '../../generated/trigger.gen';
import { local } from '../../shared/errors';
import { LineFinder } from '../../shared/lines';
import { requestOf } from '../../shared/request';
import type { OperationSpec } from '../../shared/spec';
import { call } from '../../shared/transport';

/** What the trigger keeps in the workflow's static data. */
export interface Memory extends IDataObject {
  line?: string;
  /** The webhook's id in the sidecar. */
  webhook?: string;
  /** What the sidecar signs with. It is shown once, when the webhook is made. */
  secret?: string;
}

/** The trigger's memory; n8n keeps that of a test run apart. */
export const memoryOf = (ctx: IHookFunctions | IWebhookFunctions): Memory => ctx.getWorkflowStaticData('node');

/** The webhook that a trigger wants, as webhook.create takes it. */
export interface Wanted {
  line: string;
  name: string;
  url: string;
  events: string[];
  filter?: IDataObject;
}

/** Reads what the trigger is set to. */
export async function wantedOf(ctx: IHookFunctions): Promise<Wanted> {
  const spec = operations.events as OperationSpec;
  const request = await requestOf((name) => ctx.getNodeParameter(name, ''), spec);
  return {
    ...request,
    line: await new LineFinder(ctx).find(request.line),
    // A name is for people who look at the sidecar's list; it holds 60 characters.
    name: `n8n: ${ctx.getWorkflow().name ?? ''}`.trim().slice(0, 60),
    url: ctx.getNodeWebhookUrl('default') ?? '',
  } as Wanted;
}

interface Webhook {
  id: string;
  url: string;
  events: string[];
  filter?: IDataObject;
  enabled: boolean;
}

const codeOf = (error: unknown) => (error instanceof NodeApiError ? error.context.code : undefined);

async function listed(ctx: IHookFunctions, line: string): Promise<Webhook[]> {
  return (await call(ctx, 'webhook.list', { line })).webhooks as unknown as Webhook[];
}

/** A value with the members of its objects in one order, to compare two. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}

const same = (one: unknown, other: unknown) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

/** Whether the sidecar has the webhook already, as it is wanted. */
export async function exists(ctx: IHookFunctions, wanted: Wanted): Promise<boolean> {
  const memory = memoryOf(ctx);
  if (!memory.webhook || !memory.secret || memory.line !== wanted.line) return false;
  const own = (await listed(ctx, wanted.line)).find(({ id }) => id === memory.webhook);
  return own !== undefined && own.enabled && own.url === wanted.url
    && same([...own.events].sort(), [...wanted.events].sort()) && same(own.filter ?? {}, wanted.filter ?? {});
}

/**
 * Whether n8n starts while the sidecar is away. The webhook that was there is then taken to
 * be there still: to make it anew would lose what waits in it.
 */
export function assumed(ctx: IHookFunctions, error: unknown): boolean {
  return ['init', 'leadershipChange'].includes(ctx.getActivationMode()) && codeOf(error) === local.unreachable && memoryOf(ctx).webhook !== undefined;
}

/** Makes the webhook, or changes the one that is there: what waits in it stays. */
export async function register(ctx: IHookFunctions, wanted: Wanted): Promise<void> {
  const memory = memoryOf(ctx);
  if (memory.webhook && memory.line !== wanted.line) await unregister(ctx);
  const there = await listed(ctx, wanted.line);
  if (memory.secret && there.some(({ id }) => id === memory.webhook)) {
    const { filter = {}, ...fields } = wanted;
    await call(ctx, 'webhook.update', { ...fields, id: memory.webhook, filter, enabled: true });
    return;
  }
  // What an end without a goodbye left at this address: its secret is not known any more.
  for (const { id } of there.filter(({ url }) => url === wanted.url)) await call(ctx, 'webhook.remove', { line: wanted.line, id });
  const made = await call(ctx, 'webhook.create', { ...wanted });
  memory.line = wanted.line;
  memory.webhook = (made.webhook as IDataObject).id as string;
  memory.secret = made.secret as string;
}

/** Removes the webhook; one that is gone already is no error. */
export async function unregister(ctx: IHookFunctions): Promise<void> {
  const memory = memoryOf(ctx);
  const { line, webhook: id } = memory;
  if (!line || !id) return;
  try {
    await call(ctx, 'webhook.remove', { line, id });
  } catch (error) {
    // Unpublishing goes on: n8n answers 404 there from now on, and the next webhook at this address removes it.
    const code = codeOf(error);
    if (code !== 'webhook_not_found' && code !== 'line_not_found') {
      ctx.logger.warn(`The sidecar's webhook could not be removed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  delete memory.line;
  delete memory.webhook;
  delete memory.secret;
}
