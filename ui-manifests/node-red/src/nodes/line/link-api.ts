import type { Line, LineLinkResult, LineListResult } from '@nodeline/client';
import { AdminCalls, type Access } from '../../editor/admin-calls.js';

/** What the settings of a line ask for, with what the form holds at that moment. */
export class LinkApi extends AdminCalls {
  readonly #id: string;
  readonly #access: () => Access;

  constructor(id: string, access: () => Access) {
    super();
    this.#id = id;
    this.#access = access;
  }

  lines(): Promise<LineListResult> {
    return this.#call('lines', {});
  }

  create(name: string): Promise<Line> {
    return this.#call('create', { name });
  }

  /** One look at linking: with `since` it waits for news; `restart` and `phone` ask for codes. */
  link(line: string, how: { since?: number; restart?: boolean; phone?: string }): Promise<LineLinkResult> {
    return this.#call('link', { line, ...how });
  }

  /** Renames a line; an empty region stays as it is. */
  update(line: string, name: string, region: string): Promise<Line> {
    return this.#call('update', { line, name, region });
  }

  pause(line: string): Promise<Line> {
    return this.#call('pause', { line });
  }

  resume(line: string): Promise<Line> {
    return this.#call('resume', { line });
  }

  unlink(line: string): Promise<Line> {
    return this.#call('unlink', { line });
  }

  #call<T>(action: string, body: object): Promise<T> {
    return this.post(this.#id, action, { ...this.#access(), ...body });
  }
}
