// Where a node puts its result.
import { NodelineError } from '@nodeline/client';
import type { Node } from 'node-red';
import type { Filling } from './filling.js';
import type { Message, RED } from './red.js';

/** The property that takes a result where the node names none. */
const usual = 'nodeline';

/** Puts results where a node says: into the message, the flow's or the global context. */
export class Saving {
  readonly #red: RED;
  readonly #node: Node;
  readonly #name: string;
  readonly #type: string;

  constructor(RED: RED, node: Node, filling: Filling) {
    this.#red = RED;
    this.#node = node;
    const { value, type } = filling.stored('saveTo');
    this.#name = typeof value === 'string' && value.trim() ? value.trim() : usual;
    this.#type = ['flow', 'global'].includes(type) ? type : 'msg';
  }

  /**
   * Sees that a result can be saved, before anything is done.
   * @throws {NodelineError} invalid_request
   */
  check(msg: Message): void {
    if (this.#type !== 'msg') return;
    try {
      this.#steps(msg);
    } catch (cause) {
      throw new NodelineError('invalid_request', this.#red._('common.error.bad-place', { place: this.#name }), { field: 'saveTo', cause });
    }
  }

  /**
   * The message that goes on, with the result or without where it is saved elsewhere. The one
   * that came is not changed. What was done is done: a result that finds no place is no error.
   */
  async put(msg: Message, result: unknown): Promise<Message> {
    const next = withoutRetry(msg);
    const saved = this.#type === 'msg' ? this.#insert(next, result) : await this.#remember(result);
    if (saved) return next;
    this.#node.warn(this.#red._('common.error.not-saved', { place: `${this.#type}.${this.#name}`, usual: `msg.${usual}` }));
    return { ...next, [usual]: result };
  }

  #insert(next: Message, result: unknown): boolean {
    const [first, ...inner] = this.#steps(next);
    const held = next[first];
    // What is inside an object that came with the message is set in a copy of it.
    if (inner.length > 0 && typeof held === 'object' && held !== null) next[first] = (this.#red.util.cloneMessage({ held } as never) as { held: unknown }).held;
    return this.#red.util.setMessageProperty(next, this.#name, result, true) as unknown as boolean;
  }

  #steps(msg: Message): [string, ...unknown[]] {
    const read = this.#red.util.normalisePropertyExpression as (name: string, msg: Message) => unknown[];
    return read(this.#name.replace(/^msg\./, ''), msg) as [string, ...unknown[]];
  }

  async #remember(result: unknown): Promise<boolean> {
    const { store, key } = this.#red.util.parseContextStore(this.#name);
    const context = this.#node.context()[this.#type as 'flow' | 'global'];
    try {
      await new Promise<void>((resolve, reject) => context.set(key, result, store, (error?: Error) => (error ? reject(error) : resolve())));
      return true;
    } catch {
      return false;
    }
  }
}

/** The message without the key that a failure before left in it: what succeeded is not repeated. */
function withoutRetry(msg: Message): Message {
  const { nodeline } = msg as { nodeline?: unknown };
  if (typeof nodeline !== 'object' || nodeline === null || !('retry' in nodeline)) return { ...msg };
  const rest: { retry?: unknown } = { ...nodeline };
  delete rest.retry;
  return { ...msg, nodeline: rest };
}
