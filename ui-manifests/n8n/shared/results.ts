import type { IDataObject } from 'n8n-workflow';
import type { Problem } from './errors';

/** How far a message went; `unknown` may have gone and is never shown as sent. */
export type MessageStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'played' | 'failed' | 'unknown';

/** The problem of a result that says that its message was certainly not sent; undefined of any other result. */
export function problemOfResult(result: IDataObject): Problem | undefined {
  if (result.status !== 'failed') return undefined;
  const error = result.error as unknown as Problem | undefined;
  return error ?? { code: 'internal', message: 'The message was not sent.' };
}

/** What a person has to know of a result that is no error: it may not have gone, or the sidecar warns. */
export function warningOf(result: IDataObject): string | undefined {
  if (result.status === 'unknown') {
    const error = result.error as unknown as Problem | undefined;
    return error?.message ?? 'The message may have gone: nothing confirms it yet.';
  }
  return typeof result.warningText === 'string' ? result.warningText : undefined;
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
