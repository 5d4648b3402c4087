import type { Ask } from '@nodeline/client';
import type { LineNode } from '../../shared/red.js';

/** The asks of one node that wait for an answer, for its status. The sidecar holds the truth. */
export class WaitList {
  readonly #open = new Map<string, number>();
  /** Asks on their way, and whether the outcome overtook the answer to the call. */
  readonly #begun = new Map<string, boolean>();
  readonly #changed: () => void;
  readonly #unwatch: () => void;

  constructor(node: string, line: LineNode | undefined, changed: () => void) {
    this.#changed = changed;
    this.#unwatch = line?.watch((view) => {
      if (view.at === 'ready') void this.#load(node, line);
    }) ?? (() => undefined);
  }

  get count(): number {
    return this.#open.size;
  }

  /** The nearest deadline, milliseconds since 1970. */
  get nearest(): number {
    return Math.min(...this.#open.values());
  }

  /** An ask is on its way. */
  begin(id: string): void {
    this.#begun.set(id, false);
  }

  /** An ask was accepted. Its outcome may have come before the call returned. */
  add(ask: Ask): void {
    const ended = this.#begun.get(ask.id);
    this.#begun.delete(ask.id);
    if (ask.outcome || ended) return;
    this.#open.set(ask.id, Date.parse(ask.deadline));
    this.#changed();
  }

  /** An ask has its outcome. */
  remove(id: string): void {
    if (this.#open.delete(id)) this.#changed();
    if (this.#begun.has(id)) this.#begun.set(id, true);
  }

  /** An ask was not accepted. */
  failed(id: string): void {
    this.#begun.delete(id);
  }

  close(): void {
    this.#unwatch();
  }

  async #load(node: string, line: LineNode): Promise<void> {
    try {
      const { asks } = await line.call('ask.list', { line: line.line, state: 'waiting', node, count: 200 }, { resume: false });
      this.#open.clear();
      for (const ask of asks) {
        if (ask.reply?.host === line.host) this.#open.set(ask.id, Date.parse(ask.deadline));
      }
      this.#changed();
    } catch {
      // Only the number shown is missing; the next connection asks again.
    }
  }
}
