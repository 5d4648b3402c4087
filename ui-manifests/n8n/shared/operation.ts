import { NodeApiError, type IBinaryKeyData, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';
import { failure, nodeError } from './errors';
import { attach, download, mediaIn } from './files';
import { mint } from './key';
import type { LineFinder } from './lines';
import { buildRequest } from './request';
import { problemOfResult, warningOf } from './results';
import type { OperationSpec } from './spec';
import { call } from './transport';

/** How long a file may take to come, milliseconds. */
const downloadTime = 300_000;

/** What an operation gave for one item. */
export interface Done {
  result: IDataObject;
  /** What a person has to know of it though it is no error. */
  warning?: string | undefined;
  /** Files that it brought. */
  binary?: IBinaryKeyData;
}

/**
 * Does one operation for one item, as its parameters say. What certainly was not sent
 * is an error; what may have gone is a result with a warning.
 * @throws {NodeApiError}
 */
export async function perform(ctx: IExecuteFunctions, spec: OperationSpec, lines: LineFinder, itemIndex: number): Promise<Done> {
  const line = spec.line ? await lines.find(ctx.getNodeParameter('line', itemIndex, ''), itemIndex) : '';
  const params = await buildRequest(ctx, spec, itemIndex, (property, title) => attach(ctx, line, itemIndex, property, title));
  if (spec.line) params.line = line;
  if (spec.minted.includes('key')) params.key = mint(ctx, itemIndex, params);
  const result = await once(ctx, spec, params, itemIndex);
  const problem = spec.sends ? problemOfResult(result) : undefined;
  if (problem) throw failure({ node: ctx.getNode(), itemIndex }, problem);
  const media = spec.own.includes('download') && ctx.getNodeParameter('download', itemIndex, false) === true ? mediaIn(result) : undefined;
  return {
    result,
    ...(spec.sends ? { warning: warningOf(result) } : {}),
    ...(media ? { binary: { data: await download(ctx, media, downloadTime, itemIndex) } } : {}),
  };
}

/**
 * Calls the method. Where an earlier try of the same item was taken, and this one asks for
 * something else (a moment in the text, a file uploaded again), the earlier one's state counts.
 */
async function once(ctx: IExecuteFunctions, spec: OperationSpec, params: IDataObject, itemIndex: number): Promise<IDataObject> {
  try {
    return await call(ctx, spec.method, params, itemIndex);
  } catch (error) {
    const again = error instanceof NodeApiError && error.context.code === 'idempotency_conflict' && spec.minted.includes('key');
    if (!again) throw nodeError({ node: ctx.getNode(), itemIndex }, error);
    return await call(ctx, 'message.get', { line: params.line, key: params.key }, itemIndex);
  }
}
