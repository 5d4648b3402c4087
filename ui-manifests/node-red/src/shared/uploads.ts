// Files that a message brings: named in the request at once, uploaded when it is known to be right.
import { NodelineError } from '@nodeline/client';
import { codeOf } from './fail.js';
import type { FileData, Upload } from './filling.js';
import type { LineNode, RED } from './red.js';
import { sleep } from './settle.js';

/** Pauses between tries to reach a sidecar that is away, milliseconds: two minutes, as of a call. */
const tries = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000];

/** What passes by itself. */
const passing: readonly unknown[] = ['sidecar_unreachable', 'shutting_down', 'rate_limited'];

/** The files of one message. */
export class Uploads {
  readonly #red: RED;
  readonly #label: string;
  readonly #files: { place: string; name: string; mime: string | undefined; bytes: Uint8Array<ArrayBuffer> }[] = [];

  /** @param label the field's, for errors */
  constructor(RED: RED, label: string) {
    this.#red = RED;
    this.#label = label;
  }

  /** Takes a file and gives what stands for its mediaId until it has one. */
  readonly take: Upload = (file, title) => {
    const place = `upload-${this.#files.length + 1}`;
    const isText = typeof file.data === 'string';
    this.#files.push({
      place,
      name: title ?? (isText ? 'text.txt' : ''),
      mime: file.mime ?? (isText ? 'text/plain; charset=utf-8' : undefined),
      bytes: this.#bytesOf(file),
    });
    return Promise.resolve(place);
  };

  /**
   * Uploads what was taken, and gives the request with its mediaIds.
   * @throws {NodelineError}
   */
  async into<T extends object>(params: T, line: LineNode, signal: AbortSignal): Promise<T> {
    const ids = new Map<string, string>();
    for (const { place, ...file } of this.#files) ids.set(place, await keep(line, file, signal));
    const { attachments } = params as { attachments?: { mediaId?: string }[] };
    if (!attachments || ids.size === 0) return params;
    return { ...params, attachments: attachments.map((one) => ({ ...one, ...(ids.has(one.mediaId ?? '') ? { mediaId: ids.get(one.mediaId ?? '') } : {}) })) };
  }

  #bytesOf({ data }: FileData): Uint8Array<ArrayBuffer> {
    if (typeof data === 'string') return new TextEncoder().encode(data);
    if (data instanceof Uint8Array) return data as Uint8Array<ArrayBuffer>;
    const missing = data === undefined || data === null;
    throw new NodelineError('invalid_request', this.#red._(missing ? 'common.error.no-file' : 'common.error.not-file', { label: this.#label }), {
      field: this.#label, hint: this.#red._('common.error.nothing-sent'),
    });
  }
}

/** Uploads one file; while the sidecar is away it is tried again. */
async function keep(line: LineNode, file: Parameters<LineNode['upload']>[0], signal: AbortSignal): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      return (await line.upload(file, signal)).mediaId;
    } catch (error) {
      const pause = tries[attempt];
      if (!passing.includes(codeOf(error)) || pause === undefined) throw error;
      await sleep(pause, signal, line);
    }
  }
}
