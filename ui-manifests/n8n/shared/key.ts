import { createHash } from 'crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** What one message of one execution is named after. */
export interface Sending {
  executionId: string;
  nodeId: string;
  /** Which run of the node within the execution, from 0: a loop runs it several times. */
  runIndex: number;
  itemIndex: number;
}

/**
 * The idempotency key of a message: the same for every try of the same item in the same
 * run, so that "Retry On Fail" and an execution that is taken up again never send twice; a
 * new execution has a new id and sends again. 1-128 of A-Z a-z 0-9 . _ : -
 */
export function keyOf({ executionId, nodeId, runIndex, itemIndex }: Sending): string {
  const word = (text: string, most: number) => text.replace(/[^A-Za-z0-9._:-]/g, '').slice(0, most);
  return `n8n-${word(executionId, 64)}-${word(nodeId.replaceAll('-', ''), 16)}-${runIndex}-${itemIndex}`;
}

/**
 * The key of an AI agent's call, by what it asks for: n8n counts every try of a tool as a
 * run of its own. An agent that asks for the same message again within one execution
 * gets the first one's result.
 */
export function keyOfCall({ executionId, nodeId }: Sending, params: IDataObject): string {
  const asked = createHash('sha256').update(JSON.stringify(params)).digest('hex').slice(0, 24);
  return `${keyOf({ executionId, nodeId, runIndex: 0, itemIndex: 0 })}-${asked}`;
}

/** The key of what a running node sends for an item. */
export function mint(ctx: IExecuteFunctions, itemIndex: number, params: IDataObject): string {
  const { $execution, $runIndex } = ctx.getWorkflowDataProxy(itemIndex);
  const sending = {
    executionId: `${ctx.getExecutionId()}-${own($execution.resumeUrl as string)}`,
    nodeId: ctx.getNode().id,
    runIndex: Number($runIndex) || 0,
    itemIndex,
  };
  return ctx.isToolExecution() ? keyOfCall(sending, params) : keyOf(sending);
}

/**
 * Tells executions of one number apart: n8n counts from 1 in every installation, and a
 * workflow that was imported has the same node ids in each. The address that resumes an
 * execution holds a secret of its own, which stays the same while it lives.
 */
const own = (resumeUrl: string): string => createHash('sha256').update(resumeUrl).digest('hex').slice(0, 10);
