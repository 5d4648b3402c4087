import type { IBinaryKeyData, IDataObject, INodeExecutionData, NodeApiError, NodeExecutionHint, NodeOperationError } from 'n8n-workflow';
import type { Problem } from '../generated/problem.gen';
import { errorJson } from './errors';

/** How far a message went; `unknown` may have gone and is never shown as sent. */
export type MessageStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'played' | 'failed' | 'unknown';

/** The problem of a result that says that its message was certainly not sent; undefined of any other result. */
export function problemOfResult(result: IDataObject): Problem | undefined {
  if (result.status !== 'failed') return undefined;
  const error = result.error as unknown as Problem | undefined;
  return error ?? { code: 'internal', message: 'The message was not sent.' };
}

/** What a person has to know of a result that is no error: it may have gone or not, it waits, or the sidecar warns. */
export function warningOf({ status, error, waitsFor, warningText }: IDataObject): string | undefined {
  if (status === 'unknown') return (error as unknown as Problem | undefined)?.message ?? 'The message may have gone: nothing confirms it yet.';
  if (status === 'queued' && waitsFor) return `Not sent yet. ${String((waitsFor as IDataObject).text)}`;
  return typeof warningText === 'string' ? warningText : undefined;
}

/**
 * The json that leaves the node: the result itself, or the input's json with the result at
 * `saveTo`, whose dots nest: "whatsapp.sent". The input is not changed.
 */
export function placed(input: IDataObject, result: IDataObject, saveTo: string): IDataObject {
  const path = saveTo.split('.').map((part) => part.trim()).filter(Boolean);
  const last = path.pop();
  if (last === undefined) return result;
  const root: IDataObject = { ...input };
  let at = root;
  for (const part of path) {
    const old = at[part];
    const next = typeof old === 'object' && old !== null && !Array.isArray(old) && !(old instanceof Date) ? { ...(old as IDataObject) } : {};
    at[part] = next;
    at = next;
  }
  at[last] = result;
  return root;
}

/**
 * The item that leaves for one that came: the result in its place or in a field of it. Its
 * binary data goes with it; a file of the result's stands beside, under a name that is free.
 */
export function itemOf(input: INodeExecutionData, index: number, done: { result: IDataObject; binary?: IBinaryKeyData }, saveTo: string): INodeExecutionData {
  const binary = { ...input.binary };
  for (const [name, file] of Object.entries(done.binary ?? {})) {
    let free = name;
    for (let n = 1; binary[free]; n++) free = `${name}_${n}`;
    binary[free] = file;
  }
  return { json: placed(input.json, done.result, saveTo), pairedItem: { item: index }, ...(Object.keys(binary).length ? { binary } : {}) };
}

/**
 * The item that leaves for one that failed, where the node is set to go on. n8n's error
 * output knows it by `json.error` alone; an `error` beside json would cost all but the sentence.
 */
export const itemOfError = (index: number, error: NodeApiError | NodeOperationError): INodeExecutionData =>
  ({ json: { error: errorJson(error) }, pairedItem: { item: index } });

/** What n8n shows above the output: each warning once, with how many of the items it is about. */
export function hintsOf(warnings: string[], items: number): NodeExecutionHint[] {
  return [...new Set(warnings)].map((message) => {
    const count = warnings.filter((one) => one === message).length;
    return { message: items > 1 ? `${count} of ${items} items: ${message}` : message, type: 'warning', location: 'outputPane' };
  });
}
