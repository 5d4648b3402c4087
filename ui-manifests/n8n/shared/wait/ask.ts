import { NodeApiError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import type { Ask, Delivery } from '../../generated/schema.gen';
import type { Problem } from '../../generated/problem.gen';
import { errorJson, nodeError } from '../errors';
import { mint } from '../key';
import { LineFinder } from '../lines';
import { call } from '../transport';
import { kept, openOf, take, type Round } from './round';

/** How many questions are sent at once; those of one chat go one after the other. */
const atOnce = 8;

/** How many asks the sidecar tells at a time. */
const page = 200;

/** What the sidecar calls us. */
const host = 'n8n';

/** The request of an item's question, without what is minted here. */
export type RequestOf = (itemIndex: number, line: string) => Promise<IDataObject>;

/** Names this execution's questions of one node: what the sidecar lists them by. */
export const nodeKey = (ctx: IExecuteFunctions): string => `${ctx.getNode().id}:${ctx.getExecutionId()}`;

/**
 * Asks once for each item. An item that is asked again under the same execution, node and
 * run (a repeated try) has the same ask.
 * @throws {NodeApiError} of the first item that could not be asked, unless the node goes on
 *   after errors
 */
export async function askAll(ctx: IExecuteFunctions, requestOf: RequestOf): Promise<Round> {
  const round: Round = { asks: {}, refused: [] };
  const lines = new LineFinder(ctx);
  const url = resumeUrl(ctx);
  const busy = new Map<string, Promise<void>>();
  let failed: { item: number; error: unknown } | undefined;
  const askOne = async (item: number, params: IDataObject) => {
    if (failed) return;
    try {
      const id = mint(ctx, item, params);
      const reply = { host, node: nodeKey(ctx), url, mode: 'n8n' };
      round.asks[id] = { item, ask: kept(await askOnce(ctx, { ...params, id, reply }, item)) };
    } catch (error) {
      if (ctx.continueOnFail()) round.refused.push({ item, problem: errorJson(error) });
      else failed ??= { item, error };
    }
  };
  const lanes = new Lanes(atOnce);
  for (const item of ctx.getInputData().keys()) {
    try {
      const params = await requestOf(item, await lines.find(ctx.getNodeParameter('line', item, ''), item));
      const chat = String(params.chat);
      const before = busy.get(chat) ?? Promise.resolve();
      const mine = before.then(async () => await lanes.run(async () => await askOne(item, params)));
      busy.set(chat, mine);
    } catch (error) {
      if (ctx.continueOnFail()) round.refused.push({ item, problem: errorJson(error) });
      else failed ??= { item, error };
    }
    if (failed) break;
  }
  await Promise.all(busy.values());
  if (!failed) {
    await acknowledge(ctx, Object.values(round.asks).map(({ ask }) => ask).filter(({ outcome }) => outcome));
    return round;
  }
  takeBackAtEnd(ctx, round);
  throw nodeError({ node: ctx.getNode(), itemIndex: failed.item }, failed.error);
}

/**
 * Asks. Where an earlier try of the same item was taken and this one words it otherwise (a
 * moment in the text), the earlier one's question is the one that waits.
 */
async function askOnce(ctx: IExecuteFunctions, request: IDataObject, item: number): Promise<Ask> {
  try {
    return await call(ctx, 'message.ask', request, item) as unknown as Ask;
  } catch (error) {
    const again = error instanceof NodeApiError && error.context.code === 'idempotency_conflict';
    if (!again) throw nodeError({ node: ctx.getNode(), itemIndex: item }, error);
    return await call(ctx, 'ask.get', { line: request.line, id: request.id }, item) as unknown as Ask;
  }
}

/**
 * Ends what is open yet when the execution ends, so that nobody answers into the void. Not
 * before: a repeated try goes on with the same questions.
 */
export function takeBackAtEnd(ctx: IExecuteFunctions, round: Round): void {
  ctx.onExecutionFinish?.(async () => {
    const open = openOf(round).map(({ ask }) => ask);
    const failed: unknown[] = [];
    for (const { line, id } of open) {
      try {
        await call(ctx, 'ask.cancel', { line, id, reason: 'flow_stopped' });
      } catch (error) {
        failed.push(error);
      }
    }
    await acknowledge(ctx, open);
    // n8n writes it to its log.
    if (failed.length > 0) throw failed[0];
  });
}

/** What the sidecar told of the open questions. */
export interface Learned {
  /** The ids that it knows. */
  known: Set<string>;
  /** Why it did not tell of a line's, by the line. */
  problems: Map<string, Problem>;
}

/**
 * Asks the sidecar how the open questions stand: of many answers that come at once one
 * wakes the node, and the others are found here.
 * What is not learned goes on waiting, until its time is over.
 */
export async function learn(ctx: IExecuteFunctions, round: Round): Promise<Learned> {
  const lines = new Set(openOf(round).map(({ ask }) => ask.line));
  const learned: Learned = { known: new Set(), problems: new Map() };
  const found: Ask[] = [];
  for (const line of lines) {
    try {
      for await (const ask of pages<Ask>(ctx, 'ask.list', 'asks', { line, node: nodeKey(ctx) })) {
        learned.known.add(ask.id);
        if (take(round, ask)) found.push(ask);
      }
    } catch (error) {
      learned.problems.set(line, problemOf(error));
    }
  }
  await acknowledge(ctx, found);
  return learned;
}

/** What went wrong in a call; what is n8n's own is about the credential, which it could not read. */
function problemOf(error: unknown): Problem {
  const told = errorJson(error) as unknown as Problem;
  return told.code ? told : { ...told, code: 'unauthorized' };
}

/**
 * Tells the sidecar that these outcomes are here though it did not bring them, so that it
 * does not post them any more, nor lists them as undelivered.
 */
async function acknowledge(ctx: IExecuteFunctions, asks: Ask[]): Promise<void> {
  const here = new Set(asks.map(({ id }) => id));
  try {
    for (const line of new Set(asks.map((ask) => ask.line))) {
      const ids: string[] = [];
      for (const state of ['open', 'dead']) {
        for await (const delivery of pages<Delivery>(ctx, 'delivery.list', 'deliveries', { line, host, node: nodeKey(ctx), state })) {
          if (delivery.ask && here.has(delivery.ask.id)) ids.push(delivery.id);
        }
      }
      for (let i = 0; i < ids.length; i += page) await call(ctx, 'delivery.ack', { line, host, ids: ids.slice(i, i + page) });
    }
  } catch {
    // They come again, and are taken without effect.
  }
}

/** Everything that a list tells, page by page: asks go on with `before`, deliveries with `after`. */
async function* pages<T>(ctx: IExecuteFunctions, method: string, field: string, params: IDataObject): AsyncGenerator<T> {
  const cursor = method === 'ask.list' ? 'before' : 'after';
  for (let next = ''; ;) {
    const told = await call(ctx, method, { ...params, count: page, ...(next ? { [cursor]: next } : {}) });
    yield* (told[field] ?? []) as unknown as T[];
    next = typeof told.next === 'string' ? told.next : '';
    if (!next) return;
  }
}

/** Where the outcome is posted: n8n signs it, so that only the sidecar can answer. */
function resumeUrl(ctx: IExecuteFunctions): string {
  const older = ctx as unknown as { setSignatureValidationRequired?: () => void };
  older.setSignatureValidationRequired?.();
  return ctx.getSignedResumeUrl();
}

/** Runs so many tasks at once, the others in the order in which they came. */
class Lanes {
  readonly #free: (() => void)[] = [];

  #left: number;

  constructor(count: number) {
    this.#left = count;
  }

  async run(task: () => Promise<void>): Promise<void> {
    if (this.#left > 0) this.#left -= 1;
    else await new Promise<void>((resolve) => this.#free.push(resolve));
    try {
      await task();
    } finally {
      const next = this.#free.shift();
      if (next) next();
      else this.#left += 1;
    }
  }
}
