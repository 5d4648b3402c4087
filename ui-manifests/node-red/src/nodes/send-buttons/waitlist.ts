import type { Ask } from '@nodeline/client';
import type { LineNode } from '../../shared/red.js';

/** The asks of one node that wait for an answer, for its status. The sidecar holds the truth. */
export class WaitList {
  readonly #open = new Map<string, number>();
  readonly #ended = new Set<string>();
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

  /** An ask was accepted. Its outcome may have come before the call returned. */
  add(ask: Ask): void {
    if (ask.outcome || this.#ended.delete(ask.id)) return;
    this.#open.set(ask.id, Date.parse(ask.deadline));
    this.#changed();
  }

  /** An ask has its outcome. */
  remove(id: string): void {
    if (this.#open.delete(id)) this.#changed();
    else this.#ended.add(id);
  }

  close(): void {
    this.#unwatch();
  }

  async #load(node: string, line: LineNode): Promise<void> {
    try {
      const { asks } = await line.call('ask.list', { line: line.line, state: 'waiting', node, count: 200 }, { resume: false });
      this.#open.clear();
      for (const ask of asks) {
        if (ask.reply?.host === line.host && !this.#ended.has(ask.id)) this.#open.set(ask.id, Date.parse(ask.deadline));
      }
      this.#changed();
    } catch {
      // Only the number shown is missing; the next connection asks again.
    }
  }
}
