// The dialog's calls to Node-RED, which asks the sidecar. Relative addresses and
// jQuery's ajax: so the editor's own token and httpAdminRoot go along.
import type { Error as WireError, Line, LineLinkResult, LineListResult } from '@nodeline/client';
import { editorLang } from '../../editor/lang.js';

/** What the form holds at this moment. */
export interface Access {
  url: string;
  token: string;
  plain: boolean;
}

/** A call that failed: what the sidecar or Node-RED said. */
export interface Failure extends WireError {
  /** HTTP status; 0 when Node-RED itself did not answer. */
  status: number;
}

/** Calls for one open dialog. Closing it ends what runs. */
export class DialogApi {
  readonly #id: string;
  readonly #access: () => Access;
  readonly #running = new Set<JQuery.jqXHR>();
  #closed = false;

  constructor(id: string, access: () => Access) {
    this.#id = id;
    this.#access = access;
  }

  get closed(): boolean {
    return this.#closed;
  }

  lines(): Promise<LineListResult> {
    return this.#post('lines', {});
  }

  create(name: string): Promise<Line> {
    return this.#post('create', { name });
  }

  /** One look at linking; with `since` it waits for news. */
  link(line: string, since: number, restart = false): Promise<LineLinkResult> {
    return this.#post('link', { line, since, restart });
  }

  unlink(line: string): Promise<Line> {
    return this.#post('unlink', { line });
  }

  /** Ends every running call. */
  abort(): void {
    for (const call of [...this.#running]) call.abort();
  }

  close(): void {
    this.#closed = true;
    this.abort();
  }

  #post<T>(action: string, body: object): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const call = $.ajax({
        url: `nodeline-line/${encodeURIComponent(this.#id)}/${action}`,
        method: 'POST',
        contentType: 'application/json',
        dataType: 'json',
        data: JSON.stringify({ ...this.#access(), lang: editorLang(), ...body }),
      });
      this.#running.add(call);
      call.always(() => this.#running.delete(call));
      call.done((answer: T) => { if (!this.#closed) resolve(answer); });
      call.fail((answer: JQuery.jqXHR<unknown>) => {
        if (this.#closed || answer.statusText === 'abort') return;
        const said = (answer.responseJSON ?? {}) as Partial<Failure>;
        reject({ code: 'internal', message: `HTTP ${answer.status}`, ...said, status: answer.status } satisfies Failure);
      });
    });
  }
}
