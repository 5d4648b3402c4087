// Files between a host and the sidecar, by HTTP beside the RPC.
import { readAddress } from './address.js';
import { fromRpc, localError, NodelineError } from './errors.js';
import { post, type HttpTarget } from './http.js';
import { codes, limits, type Lang, type LineID, type MediaGetResult } from './schema.gen.js';

/** A file to keep in the sidecar until a message sends it. */
export interface FileToKeep {
  line: LineID;
  /** "bill.pdf"; empty: it has none. */
  name: string;
  /** "application/pdf"; undefined: judged by the content. */
  mime?: string | undefined;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Uploads a file and gives what the sidecar knows of it.
 * @param signal ends the upload early
 * @throws {NodelineError}
 */
export async function uploadFile(target: HttpTarget, { line, name, mime, bytes }: FileToKeep, signal?: AbortSignal): Promise<MediaGetResult> {
  if (bytes.length > limits.documentMaxBytes) throw said('file_too_large', target.lang);
  if (bytes.length === 0) throw said('file_empty', target.lang);
  const { base } = readAddress(target.url, target.lang, target.allowPlain);
  const query = new URLSearchParams({ line, ...(name ? { name } : {}) });
  return await post(target, `${base}/media?${query.toString()}`, {
    headers: { 'content-type': mime ?? 'application/octet-stream' }, body: bytes, signal,
  }) as MediaGetResult;
}

/**
 * Fetches a file that the sidecar keeps. The link is signed by its path; where the sidecar is
 * reached says the target, whatever the link says.
 * @param most bytes to take; a larger file is refused, before it comes where its size is told
 * @param signal ends it early
 * @throws {NodelineError} file_too_large, or what the sidecar or the network says
 */
export async function downloadFile(target: HttpTarget, link: string, most: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const { base } = readAddress(target.url, target.lang, target.allowPlain);
  const { pathname, search } = new URL(link);
  const url = base + pathname.slice(pathname.lastIndexOf('/media/')) + search;
  try {
    const response = await fetch(url, { redirect: 'error', headers: { 'accept-language': target.lang }, ...(signal ? { signal } : {}) });
    if (!response.ok) throw fromRpc((await response.json() as { error: Parameters<typeof fromRpc>[0] }).error);
    if (Number(response.headers.get('content-length') ?? 0) > most) {
      await response.body?.cancel();
      throw tooLarge(target.lang, most);
    }
    return await bytesOf(response, most, target.lang);
  } catch (cause) {
    if (cause instanceof NodelineError) throw cause;
    throw localError('sidecar_unreachable', target.lang, cause);
  }
}

async function bytesOf(response: Response, most: number, lang: Lang): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.length;
    if (size > most) {
      await reader?.cancel();
      throw tooLarge(lang, most);
    }
    parts.push(part.value);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** An error that the sidecar would say of the same. */
function said(code: 'file_too_large' | 'file_empty', lang: Lang): NodelineError {
  const { message, hint } = codes[code];
  return new NodelineError(code, message[lang], { hint: hint[lang] });
}

const mb = (bytes: number) => Math.floor(bytes / (1 << 20));

const hints: Record<Lang, (most: number) => string> = {
  en: (most) => `More than ${mb(most)} MB does not fit into a message of a flow. Use the file's link instead.`,
  ru: (most) => `Больше ${mb(most)} МБ в сообщение потока не поместится. Используйте ссылку на файл.`,
};

function tooLarge(lang: Lang, most: number): NodelineError {
  return new NodelineError('file_too_large', codes.file_too_large.message[lang], { hint: hints[lang](most) });
}
