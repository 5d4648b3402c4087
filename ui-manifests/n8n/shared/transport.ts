import type { IDataObject, IExecuteFunctions, IHookFunctions, IHttpRequestOptions, ILoadOptionsFunctions, ISupplyDataFunctions, IWebhookFunctions } from 'n8n-workflow';
import { baseOf } from '../generated/base.gen';
import { problemIn } from '../generated/problem.gen';
import { failure, problemOf } from './errors';

/** Wherever a node's code runs. */
export type Context = IExecuteFunctions | ILoadOptionsFunctions | IHookFunctions | IWebhookFunctions | ISupplyDataFunctions;

/** The type of the credential that the node is set to use. */
export function credentialOf(ctx: Context): string {
  return ctx.getNode().parameters.authentication === 'token' ? 'nodelineApi' : 'nodelineOAuth2Api';
}

/**
 * Sends one request to the sidecar with the node's credential; an expired OAuth2 token is
 * renewed by n8n and the request sent again.
 * @param path below the sidecar's address: "/rpc"
 * @param itemIndex of the item that asks, for the error
 * @throws {NodeApiError} with the sidecar's sentence, hint and code
 */
async function request(ctx: Context, path: string, options: Omit<IHttpRequestOptions, 'url'>, itemIndex?: number): Promise<IDataObject> {
  const type = credentialOf(ctx);
  const place = { node: ctx.getNode(), itemIndex };
  const { sidecarUrl } = await ctx.getCredentials(type);
  let answer: unknown;
  let base = String(sidecarUrl);
  try {
    base = baseOf(base);
    answer = await ctx.helpers.httpRequestWithAuthentication.call(ctx, type, {
      ...options,
      url: base + path,
      // A redirect could carry the token to somebody else.
      disableFollowRedirect: true,
      headers: { 'Accept-Language': 'en', ...options.headers },
    });
  } catch (error) {
    throw failure(place, problemOf(error, base));
  }
  if (typeof answer !== 'object' || answer === null) {
    throw failure(place, problemOf({ httpCode: '200' }, base));
  }
  const problem = problemIn(answer);
  if (problem) throw failure(place, problem);
  return answer as IDataObject;
}

/**
 * Calls one method of the sidecar and gives its result.
 * @throws {NodeApiError}
 */
export async function call(ctx: Context, method: string, params: IDataObject, itemIndex?: number): Promise<IDataObject> {
  const answer = await request(ctx, '/rpc', { method: 'POST', json: true, body: { jsonrpc: '2.0', id: 1, method, params } }, itemIndex);
  return answer.result as IDataObject;
}

/** A file to keep in the sidecar until a message sends it. */
export interface Upload {
  line: string;
  name: string;
  /** "application/pdf". */
  mime: string;
  bytes: Buffer;
}

/**
 * Uploads a file and gives its media id.
 * @throws {NodeApiError}
 */
export async function upload(ctx: Context, file: Upload, itemIndex?: number): Promise<string> {
  const query = new URLSearchParams({ line: file.line, name: file.name });
  const answer = await request(ctx, `/media?${query.toString()}`, { method: 'POST', body: file.bytes, headers: { 'Content-Type': file.mime } }, itemIndex);
  return String(answer.mediaId);
}
