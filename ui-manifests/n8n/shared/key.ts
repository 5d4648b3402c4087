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
 * Marks a key with what is asked, for an AI agent's calls: it may call a tool several times
 * within one run, and two different messages are two.
 */
export function keyOfCall(key: string, params: IDataObject): string {
  return `${key}-${createHash('sha256').update(JSON.stringify(params)).digest('hex').slice(0, 16)}`;
}

/** Reads who is sending from a running node. */
export function sendingOf(ctx: IExecuteFunctions, itemIndex: number): Sending {
  return {
    executionId: ctx.getExecutionId(),
    nodeId: ctx.getNode().id,
    runIndex: Number(ctx.getWorkflowDataProxy(itemIndex).$runIndex) || 0,
    itemIndex,
  };
}
