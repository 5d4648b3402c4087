// Calls of an open dialog to Node-RED, which asks the sidecar. Relative addresses and
// jQuery's ajax: so the editor's own token and httpAdminRoot go along.
import type { Error as WireError } from '@nodeline/client';
import { editorLang } from './lang.js';

/** Where the sidecar is and how it is entered, as the settings of a line hold it. */
export interface Access {
  url: string;
  /** Typed; or Node-RED's mark of one that is stored and not shown. */
  token: string;
  plain: boolean;
}

/** A call that failed: what the sidecar or Node-RED said. */
export interface Failure extends WireError {
  /** HTTP status; 0 when Node-RED itself did not answer. */
  status: number;
}

/** Calls for one open dialog. Closing it ends what runs, and nothing is heard any more. */
export class AdminCalls {
  readonly #running = new Set<JQuery.jqXHR>();
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  /** Ends every running call. */
  abort(): void {
    for (const call of [...this.#running]) call.abort();
  }

  /** Ends every call for good. A second time is harmless. */
  close(): void {
    this.#closed = true;
    this.abort();
  }

  /**
   * One call; it never settles once the dialog is closed, or the call was ended.
   * @param id the config node of the line
   * @throws {Failure}
   */
  protected post<T>(id: string, action: string, body: object): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) return;
      const call = $.ajax({
        url: `nodeline-line/${encodeURIComponent(id)}/${action}`,
        method: 'POST',
        contentType: 'application/json',
        dataType: 'json',
        data: JSON.stringify({ lang: editorLang(), ...body }),
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
