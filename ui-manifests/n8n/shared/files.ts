import type { IBinaryData, IDataObject, IExecuteFunctions, INode, IWebhookFunctions } from 'n8n-workflow';
import { baseOf } from '../generated/base.gen';
import { failure, local, problemOf } from './errors';
import { credentialOf, upload } from './transport';

/** A file that the sidecar keeps, as media.get and events tell of it. */
export interface Media {
  mediaId: string;
  /** "image/jpeg". */
  mime: string;
  name?: string;
  /** Gives the file without a token, for a day. */
  url: string;
}

/**
 * Fetches a file as binary data of an item. The link is signed by its path; the address that
 * n8n reaches the sidecar at is the credential's, whatever the link says.
 * @param timeout milliseconds
 * @throws {NodeApiError}
 */
export async function download(ctx: IExecuteFunctions | IWebhookFunctions, media: Media, timeout: number, itemIndex?: number): Promise<IBinaryData> {
  const { sidecarUrl } = await ctx.getCredentials(credentialOf(ctx));
  let base = String(sidecarUrl);
  let bytes: Buffer;
  try {
    base = baseOf(base);
    const { pathname, search } = new URL(media.url);
    const url = base + pathname.slice(pathname.lastIndexOf('/media/')) + search;
    bytes = await ctx.helpers.httpRequest({ method: 'GET', url, encoding: 'arraybuffer', timeout, disableFollowRedirect: true }) as Buffer;
  } catch (error) {
    throw failure({ node: ctx.getNode(), itemIndex }, problemOf(error, base));
  }
  return await ctx.helpers.prepareBinaryData(Buffer.from(bytes), media.name, media.mime);
}

/** What a sentence about a missing file needs. */
const missing = (node: INode, itemIndex: number, property: string, has: string[]) => failure({ node, itemIndex }, {
  code: local.binary,
  message: `The item has no file in its binary field "${property}".`,
  hint: has.length ? `It has: ${has.join(', ')}.` : 'It has no binary data at all: put a node before this one that reads or downloads the file.',
  field: 'attachments',
});

/**
 * Uploads a file of an item, its name and type kept, and gives its media id.
 * @param property the binary field: "data"
 * @param title the name that the person chose instead of the file's
 * @throws {NodeApiError}
 */
export async function attach(ctx: IExecuteFunctions, line: string, itemIndex: number, property: string, title?: string): Promise<string> {
  const held = ctx.getInputData()[itemIndex]?.binary ?? {};
  const file = held[property];
  if (!file) throw missing(ctx.getNode(), itemIndex, property, Object.keys(held));
  const bytes = await ctx.helpers.getBinaryDataBuffer(itemIndex, property);
  return await upload(ctx, { line, name: title ?? file.fileName ?? '', mime: file.mimeType, bytes }, itemIndex);
}

/** The file that a result tells of, or undefined. */
export const mediaIn = (result: IDataObject): Media | undefined =>
  typeof result.url === 'string' && typeof result.mediaId === 'string' ? result as unknown as Media : undefined;
