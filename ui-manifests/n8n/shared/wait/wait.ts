import { NodeOperationError, type NodeApiError, type IDataObject, type IExecuteFunctions, type INodeExecutionData } from 'n8n-workflow';
import type { Problem } from '../../generated/problem.gen';
import { errorJson, failure, local } from '../errors';
import { itemOfError, placed } from '../results';
import { askAll, learn, takeBackAtEnd, type Learned, type RequestOf } from './ask';
import type { Ways } from './outputs';
import { resultOf, reviewOf, unconfirmed } from './result';
import { findRound, keepRound, openOf, type Round } from './round';
import { again, canWait, hold, isSubWorkflow, roundOf } from './stack';

/**
 * How long after a question's deadline n8n goes on by itself, milliseconds. The sidecar
 * ends it at the deadline and says so at once: this is for a sidecar that cannot, and
 * leaves it the time of a restart. n8n looks once a minute for what has to go on.
 */
export const grace = 30_000;

/** How a waiting operation is asked and where its items leave. */
export interface Waiter {
  requestOf: RequestOf;
  waysOf(itemIndex: number): Ways;
  /** A step of a flow; a tool that an AI agent asks with; the review of an agent's step by a person. */
  role: 'step' | 'tool' | 'review';
}

/**
 * Asks for each item and waits: runs again at each answer, and gives the items that have
 * one, each at its output.
 *
 *   first run ─ ask ─┐
 *   answer, timeout ─┴ learn how all stand ─ ended: to their outputs ─┬ none open: done
 *                                                                     ├ each goes on: again, after what follows
 *                                                                     └ none ended, or all go on together: hold
 */
export async function waitForAnswers(ctx: IExecuteFunctions, waiter: Waiter): Promise<INodeExecutionData[][]> {
  if (ctx.isToolExecution()) return [[itemOfError(0, cannotWait(ctx))]];
  if (!canWait(ctx)) {
    throw new NodeOperationError(ctx.getNode(), 'This version of n8n cannot hold a question open for Nodeline.', {
      description: 'Nobody was asked. Use n8n 2.39 or newer, and the newest version of this package.',
    });
  }
  const together = waiter.role !== 'step' || goOnTogether(ctx);
  const known = roundOf(ctx.getExecuteData());
  const run = Number(ctx.getWorkflowDataProxy(0).$runIndex) || 0;
  const name = known ?? `run-${run}`;
  let round = known === undefined ? undefined : findRound(ctx, known);
  if (!round) {
    round = await askAll(ctx, waiter.requestOf);
    keepRound(ctx, name, round);
  } else if (openOf(round).length > 0) {
    expire(round, await learn(ctx, round));
  }
  stopOnError(ctx, round);
  const open = openOf(round);
  const outputs = emptyOutputs(waiter.waysOf(0).count);
  if (open.length > 0 && (together || going(round, run) === 0)) {
    ctx.addExecutionHints({ message: waitsFor(ctx, round), type: 'info', location: 'outputPane' });
    await hold(ctx, name, Math.max(Math.min(...open.map(({ ask }) => overdue(ask.deadline))), Date.now() + grace));
    return outputs;
  }
  leave(ctx, waiter, round, run, outputs);
  if (open.length === 0) return outputs;
  again(ctx, name);
  // What follows may fail, and the flow end there.
  takeBackAtEnd(ctx, round);
  return outputs;
}

/**
 * What the model of an agent is told that runs its tools within its own run: the entry of
 * n8n's stack is the agent's, and it does not wait for a tool. Of an error that is thrown
 * the model would hear nothing.
 */
const cannotWait = (ctx: IExecuteFunctions): NodeApiError => failure({ node: ctx.getNode() }, {
  code: local.agentTooOld,
  message: 'Nobody was asked: this AI Agent cannot wait for a person.',
  hint: 'Make the node a tool of an AI Agent node of version 3 or newer: in place of an older one, add the agent anew.',
});

/**
 * Ends what should have ended by now and the sidecar does not know of, or does not answer
 * about. One that asks to slow down is up, and is asked again.
 */
function expire(round: Round, { known, problems }: Learned): void {
  const now = Date.now();
  for (const { ask } of openOf(round)) {
    const problem = problems.get(ask.line);
    if (overdue(ask.deadline) > now || known.has(ask.id) || problem?.code === 'rate_limited') continue;
    ask.outcome = { ...unconfirmed(problem), at: new Date(now).toISOString() };
  }
}

/** Stops the flow at the first item that ended with an error, unless the node goes on after errors. */
function stopOnError(ctx: IExecuteFunctions, round: Round): void {
  for (const { item, ask } of Object.values(round.asks)) {
    if (ask.outcome?.kind !== 'error') continue;
    if (ctx.continueOnFail()) continue;
    takeBackAtEnd(ctx, round);
    throw failure({ node: ctx.getNode(), itemIndex: item }, problemOf(ask.outcome.error));
  }
}

const problemOf = (error: unknown): Problem => (error as Problem | undefined) ?? { code: 'internal', message: 'The question was not sent.' };

const overdue = (deadline: string): number => Date.parse(deadline) + grace;

/** Whether an item may leave in a run: it did not before. */
const mayLeave = (left: number | undefined, run: number): boolean => left === undefined || left === run;

/** How many items leave in a run. */
const going = (round: Round, run: number): number =>
  [...Object.values(round.asks).filter(({ ask }) => ask.outcome), ...round.refused].filter(({ left }) => mayLeave(left, run)).length;

/** Puts every item that has its end, and did not leave before, to its output. */
function leave(ctx: IExecuteFunctions, waiter: Waiter, round: Round, run: number, outputs: INodeExecutionData[][]): void {
  const leaving: { item: number; to: number; json: IDataObject }[] = [];
  const input = ctx.getInputData();
  for (const one of round.refused) {
    if (!mayLeave(one.left, run)) continue;
    one.left = run;
    leaving.push({ item: one.item, to: 0, json: { error: one.problem } });
  }
  for (const one of Object.values(round.asks)) {
    const { outcome } = one.ask;
    if (!outcome || !mayLeave(one.left, run)) continue;
    one.left = run;
    if (outcome.kind === 'error') {
      const error = failure({ node: ctx.getNode(), itemIndex: one.item }, problemOf(outcome.error));
      leaving.push({ item: one.item, to: 0, json: { error: errorJson(error) } });
      continue;
    }
    const result = waiter.role === 'review' ? { data: reviewOf(one.ask), ...resultOf(one.ask) } : resultOf(one.ask);
    const saveTo = waiter.role === 'step' ? String(ctx.getNodeParameter('saveTo', one.item, '')) : '';
    const to = waiter.waysOf(one.item).to(outcome.kind, outcome.answer?.index ?? 0);
    leaving.push({ item: one.item, to, json: placed(input[one.item]?.json ?? {}, result, saveTo) });
  }
  leaving.sort((a, b) => a.item - b.item);
  for (const { item, to, json } of leaving) {
    const binary = input[item]?.binary;
    (outputs[to] ?? outputs[0])?.push({ json, pairedItem: { item }, ...(binary ? { binary } : {}) });
  }
}

const emptyOutputs = (count: number): INodeExecutionData[][] => Array.from({ length: count }, () => []);

/**
 * Whether all items go on at once, when the last has its end. In a loop it has to be so:
 * the next round would begin before this one has ended; and in a sub-workflow, which
 * gives back only what leaves it last.
 */
function goOnTogether(ctx: IExecuteFunctions): boolean {
  if (ctx.getNodeParameter('goOn', 0, 'each') === 'together' || isSubWorkflow(ctx)) return true;
  if (ctx.getWorkflowSettings().executionOrder !== 'v1') return true;
  const { name } = ctx.getNode();
  const before = new Set(ctx.getParentNodes(name).map((node) => node.name));
  return ctx.getChildNodes(name).some((node) => before.has(node.name));
}

/** Whom the node waits for and until when, for people. */
function waitsFor(ctx: IExecuteFunctions, round: Round): string {
  const open = openOf(round).map(({ ask }) => ask);
  const first = Math.min(...open.map(({ deadline }) => Date.parse(deadline)));
  const timeZone = ctx.getTimezone();
  const when = `${new Date(first).toLocaleString('en-GB', { timeZone, dateStyle: 'medium', timeStyle: 'short' })} (${timeZone})`;
  const names = open.slice(0, 3).map(({ chat }) => chat.phone ?? chat.jid ?? chat.lid ?? '').filter(Boolean).join(', ');
  const more = open.length > 3 ? ` and ${open.length - 3} more` : '';
  return open.length === 1 ? `Waiting for ${names} to answer until ${when}.` : `Waiting for ${open.length} answers: ${names}${more}. The first wait ends at ${when}.`;
}
