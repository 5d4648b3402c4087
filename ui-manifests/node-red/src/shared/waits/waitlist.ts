import type { Ask } from '@nodeline/client';
import type { LineNode } from '../red.js';
import { openAsks } from './open.js';

/** The asks of one node that wait for an answer, for its status. The sidecar holds the truth. */
export class WaitList {
  readonly #open = new Map<string, number>();
  /** Asks on their way, and whether the outcome overtook the answer to the call. */
  readonly #begun = new Map<string, boolean>();
  /** While a list is read: what ended meanwhile, which it may still show. */
  #ended: Set<string> | undefined;
  #reading = 0;
  readonly #changed: () => void;
  readonly #unwatch: () => void;

  constructor(node: string, line: LineNode | undefined, changed: () => void) {
    this.#changed = changed;
    // News of the session change nothing here: asks are loaded once per connection.
    let ready = false;
    this.#unwatch = line?.watch((view) => {
      if (view.at === 'ready' && !ready) void this.#read(node, line);
      ready = view.at === 'ready';
    }) ?? (() => undefined);
  }

  get count(): number {
    return this.#open.size;
  }

  /** The nearest deadline, milliseconds since 1970. */
  get nearest(): number {
    let nearest = Infinity;
    for (const deadline of this.#open.values()) nearest = Math.min(nearest, deadline);
    return nearest;
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
    this.#ended?.add(id);
    if (this.#begun.has(id)) this.#begun.set(id, true);
    if (this.#open.delete(id)) this.#changed();
  }

  /** An ask was not accepted. */
  failed(id: string): void {
    this.#begun.delete(id);
  }

  close(): void {
    this.#reading++;
    this.#unwatch();
  }

  /** Reads anew what is open; what begins and ends meanwhile is known better here. */
  async #read(node: string, line: LineNode): Promise<void> {
    const reading = ++this.#reading;
    const before = [...this.#open.keys()];
    const ended = this.#ended = new Set<string>();
    const listed = new Map<string, number>();
    try {
      for await (const ask of openAsks(line, { node }, 'own', { resume: false })) listed.set(ask.id, Date.parse(ask.deadline));
    } catch {
      return; // Only the number shown is missing; the next connection asks again.
    }
    if (reading !== this.#reading) return;
    for (const id of before) if (!listed.has(id)) this.#open.delete(id);
    for (const [id, deadline] of listed) if (!ended.has(id)) this.#open.set(id, deadline);
    this.#ended = undefined;
    this.#changed();
  }
}
