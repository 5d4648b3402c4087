import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { nodeError } from '../../shared/errors';
import { LineFinder } from '../../shared/lines';
import { perform } from '../../shared/operation';
import { hintsOf, itemOf, itemOfError } from '../../shared/results';
import type { OperationSpec } from '../../shared/spec';
import { waysOf } from '../../shared/wait/outputs';
import { roleOf } from '../../shared/wait/waiter';

/**
 * Does one operation for each item, and sends the item by the result: a number that is on
 * WhatsApp by Yes, one that is not by No, everything else, and all for an AI agent, by the
 * only output.
 */
export async function decide(ctx: IExecuteFunctions, spec: OperationSpec): Promise<INodeExecutionData[][]> {
  // An agent reads the first output only: what it asked about is in the result.
  const ways = waysOf(roleOf(ctx) === 'step' ? spec.outcomes : [], () => undefined, () => undefined);
  const outputs: INodeExecutionData[][] = Array.from({ length: ways.count }, () => []);
  const lines = new LineFinder(ctx);
  const warnings: string[] = [];
  for (const [i, item] of ctx.getInputData().entries()) {
    try {
      const done = await perform(ctx, spec, lines, i);
      const result = { ...done.result, ...about(ctx, i) };
      outputs[ways.to(String(result.exists ?? ''), 0)]?.push(itemOf(item, i, { ...done, result }, ctx.getNodeParameter('saveTo', i, '') as string));
      if (done.warning) warnings.push(done.warning);
    } catch (error) {
      const shown = nodeError({ node: ctx.getNode(), itemIndex: i }, error);
      // An agent's model is told, and may try again.
      if (!ctx.continueOnFail() && !ctx.isToolExecution()) throw shown;
      outputs[ways.to('unchecked', 0)]?.push(itemOfError(i, shown));
    }
  }
  ctx.addExecutionHints(...hintsOf(warnings, ctx.getInputData().length));
  return outputs;
}

/** The item and the stage that it was done for. */
function about(ctx: IExecuteFunctions, itemIndex: number): IDataObject {
  const { item, stage } = ctx.getNodeParameter('options', itemIndex, {}) as IDataObject;
  return { ...(item ? { item } : {}), ...(stage ? { stage } : {}) };
}
