import type { IDataObject, IExecuteData, IExecuteFunctions, INode, INodeExecutionData, IRunExecutionData, IWebhookFunctions } from 'n8n-workflow';

/**
 * How several items wait in one execution of n8n.
 *
 * n8n keeps what is still to run on a stack. A node that puts the execution to wait comes
 * back on top, and when n8n goes on it is skipped: what it was given passes through it, on
 * a time-out by its first output. So that nothing passes unread, the entry that n8n skips
 * is emptied, and a copy of it that runs stands below:
 *
 *   execute: ask        stack: [emptied, copy, ...]      n8n saves it and waits
 *   webhook: an answer  the emptied one is taken away    [copy, ...]          execute runs
 *   time-out            n8n skips the emptied one        [copy, ...]          execute runs
 *
 * An item that goes on while others wait needs the copy only: what follows the node runs
 * first, then the copy, which waits for the others.
 */

/** Marks an entry of the stack as the continuation of a round. */
const mark = 'nodelineRound';

type Context = IExecuteFunctions | IWebhookFunctions;

/** What n8n runs: no part of its documented interface, so it may be missing in a version to come. */
function runOf(ctx: Context): IRunExecutionData | undefined {
  return (ctx as unknown as { runExecutionData?: IRunExecutionData }).runExecutionData;
}

function stackOf(ctx: Context): IExecuteData[] | undefined {
  return runOf(ctx)?.executionData?.nodeExecutionStack;
}

/** Whether this n8n lets a node wait as described above. */
export const canWait = (ctx: Context): boolean => stackOf(ctx) !== undefined;

/** Whether the execution is one of a workflow that another waits for: only what leaves last goes back. */
export const isSubWorkflow = (ctx: IExecuteFunctions): boolean => runOf(ctx)?.parentExecution !== undefined || ctx.getMode() === 'integrated';

/** The round that this run goes on with, where it is no new one. */
export function roundOf(entry: IExecuteData | undefined): string | undefined {
  return (entry?.metadata as IDataObject | undefined)?.[mark] as string | undefined;
}

/**
 * Has the node run again for a round, after what follows it now; once, however often n8n
 * tries this run ("Retry On Fail" repeats one that gave an error at its first output).
 */
export function again(ctx: IExecuteFunctions, round: string): void {
  const entry = ctx.getExecuteData();
  const stack = stackOf(ctx) ?? [];
  const earlier = stack.findIndex(({ node, metadata }) => node.id === entry.node.id && (metadata as IDataObject | undefined)?.[mark] === round);
  if (earlier >= 0) stack.splice(earlier, 1);
  stack.unshift({ ...entry, node: { ...entry.node }, metadata: { ...entry.metadata, [mark]: round } as IExecuteData['metadata'] });
}

/** Puts the execution to wait; the node runs again when an answer comes, or at the time. */
export async function hold(ctx: IExecuteFunctions, round: string, till: number): Promise<void> {
  again(ctx, round);
  const entry = ctx.getExecuteData();
  entry.metadata = { ...entry.metadata, [mark]: round } as IExecuteData['metadata'];
  entry.data = { main: [[]] };
  // "Always Output Data" would have an empty item pass where it is skipped.
  entry.node = { ...entry.node, alwaysOutputData: false };
  await ctx.putExecutionToWait(new Date(till));
}

/** The round that waits, as the webhook finds it. */
export const waitingRound = (ctx: IWebhookFunctions): string | undefined => roundOf(stackOf(ctx)?.[0]);

/** Has the node run again: gives the input that it gets. Undefined where nothing waits. */
export function wake(ctx: IWebhookFunctions): INodeExecutionData[][] | undefined {
  const stack = stackOf(ctx);
  const [emptied, copy] = stack ?? [];
  if (!stack || !copy || roundOf(copy) === undefined || roundOf(emptied) !== roundOf(copy)) return undefined;
  stack.shift();
  // A human review says by it that what leaves the node is a tool's answer.
  const rewired = emptied?.node.rewireOutputLogTo;
  if (rewired) copy.node.rewireOutputLogTo = rewired;
  return (copy.data.main ?? []).map((items) => items ?? []);
}

/** What a node keeps for itself in an execution, while it waits too. */
export function memoryOf(ctx: Context, node: INode): IDataObject | undefined {
  const data = runOf(ctx)?.executionData;
  if (!data) return undefined;
  const all = (data.contextData ??= {});
  return (all[`node:${node.name}`] ??= {}) as IDataObject;
}
