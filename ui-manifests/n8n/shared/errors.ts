import { NodeApiError, NodeOperationError, type IDataObject, type INode, type JsonObject } from 'n8n-workflow';
import { BadAddress } from '../generated/base.gen';
import { isObject, problemIn, type Problem } from '../generated/problem.gen';

/** Codes of this package, beside those of the sidecar. */
export const local = {
  address: 'bad_address',
  unreachable: 'sidecar_unreachable',
  notASidecar: 'not_a_sidecar',
  lineUnclear: 'line_unclear',
  noLine: 'line_not_linked',
  binary: 'binary_missing',
  agentTooOld: 'agent_cannot_wait',
} as const;

/** What became of a request that brought no answer of the sidecar's: n8n's or the network's error, in our words. */
export function problemOf(error: unknown, base: string): Problem {
  if (error instanceof BadAddress) return { code: local.address, message: error.message, hint: error.hint.en };
  if (!isObject(error)) return { code: local.unreachable, message: String(error) };
  const context = isObject(error.context) ? error.context : {};
  const said = problemIn(context.data);
  if (said) return said;
  const cause = isObject(error.cause) ? error.cause : {};
  const failure = typeof cause.code === 'string' ? cause.code : '';
  const status = Number(error.httpCode);
  if (status >= 100) {
    return {
      code: local.notASidecar,
      message: `What answers at ${base} is not a Nodeline sidecar (HTTP ${status}).`,
      hint: 'Check the sidecar URL in the credential. The sidecar prints it when it starts.',
    };
  }
  // n8n's own: a credential that is not connected, or was revoked.
  if (!failure && (error instanceof NodeApiError || error instanceof NodeOperationError)) {
    return { code: 'unauthorized', message: error.message, ...(error.description ? { hint: error.description } : {}) };
  }
  return {
    code: local.unreachable,
    message: `The Nodeline sidecar does not answer at ${base}${failure ? ` (${failure})` : ''}.`,
    hint: 'Start it with "nodeline serve", and check the sidecar URL in the credential. With n8n in Docker, 127.0.0.1 is the container itself.',
    retry: true,
  };
}

/** Who the error is about. */
export interface Place {
  node: INode;
  itemIndex?: number | undefined;
}

/** The error that n8n shows: our sentence, the hint below it, and code, field and issues in its context. */
export function failure(place: Place, problem: Problem): NodeApiError {
  const { code, message, hint, field, issues, retry } = problem;
  const error = new NodeApiError(place.node, { code, message } as JsonObject, {
    message,
    description: hint ?? message,
    httpCode: code,
    level: 'warning',
    ...(place.itemIndex === undefined ? {} : { itemIndex: place.itemIndex }),
  });
  Object.assign(error.context, { code, ...(field ? { field } : {}), ...(issues ? { issues } : {}), ...(retry ? { retry } : {}) });
  return error;
}

/** Any error as one that n8n shows with its node and item. */
export function nodeError(place: Place, error: unknown): NodeApiError | NodeOperationError {
  if (error instanceof NodeApiError || error instanceof NodeOperationError) {
    if (place.itemIndex !== undefined) error.context.itemIndex ??= place.itemIndex;
    return error;
  }
  return new NodeOperationError(place.node, error instanceof Error ? error : String(error), place.itemIndex === undefined ? {} : { itemIndex: place.itemIndex });
}

/** An error as the json of an item that goes on: {message, code, hint?, field?, issues?, retry?}. */
export function errorJson(error: unknown): IDataObject {
  if (!(error instanceof NodeApiError)) return { message: error instanceof Error ? error.message : String(error) };
  const { code, field, issues, retry } = error.context;
  return JSON.parse(JSON.stringify({ message: error.message, code, hint: error.description ?? undefined, field, issues, retry })) as IDataObject;
}
