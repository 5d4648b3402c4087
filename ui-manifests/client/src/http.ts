import { readAddress } from './address.js';
import { fromRpc, localError, NodelineError } from './errors.js';
import type { ParamsOf, ResultOf } from './methods.js';
import type { Method } from './schema.gen.js';
import type { Lang } from './schema.gen.js';

/** Whom an HTTP call goes to. */
export interface HttpTarget {
  url: string;
  token: string;
  lang: Lang;
  allowPlain?: boolean | undefined;
}

/**
 * Calls one method by HTTP POST: for hosts without a socket, and for settings
 * dialogs, which have no connection of their own.
 * @param signal ends the call early
 * @throws {NodelineError}
 */
export async function callHttp<M extends Method>(target: HttpTarget, method: M, params: ParamsOf<M>, signal?: AbortSignal): Promise<ResultOf<M>> {
  const { http } = readAddress(target.url, target.lang, target.allowPlain);
  return await post(target, http, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal,
  }) as ResultOf<M>;
}

/** What is sent to the sidecar beside who sends it. */
export interface Posted {
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer>;
  signal?: AbortSignal | undefined;
}

/**
 * Posts to the sidecar and gives what it answers: the result of a JSON-RPC answer, else the whole.
 * @throws {NodelineError}
 */
export async function post(target: HttpTarget, url: string, { headers, body: sent, signal }: Posted): Promise<unknown> {
  let status = 0;
  let body: unknown;
  try {
    const response = await fetch(url, {
      method: 'POST',
      // A redirect could carry the token to somebody else.
      redirect: 'error',
      headers: {
        ...headers,
        'accept-language': target.lang,
        ...(target.token ? { authorization: `Bearer ${target.token}` } : {}),
      },
      body: sent,
      ...(signal ? { signal } : {}),
    });
    status = response.status;
    body = await response.json();
  } catch (cause) {
    if (status === 401) throw new NodelineError('unauthorized', `HTTP ${status}`);
    throw localError('sidecar_unreachable', target.lang, cause);
  }
  if (isAnswer(body)) {
    if (body.error) throw fromRpc(body.error);
    return body.result;
  }
  if (status === 201) return body;
  throw localError('sidecar_unreachable', target.lang, `HTTP ${status} without a JSON-RPC answer`);
}

function isAnswer(body: unknown): body is { result?: unknown; error?: { code: number; message: string; data?: unknown } } {
  return typeof body === 'object' && body !== null && ('result' in body || 'error' in body);
}
