// What stands under a node in the editor. The line's troubles come first: they
// explain why nothing moves.
import type { Wait } from '@nodeline/client';
import type { Node } from 'node-red';
import type { Follower } from './settle.js';
import { langOfRuntime, type LineNode, type LineView, type RED, type Session } from './red.js';

type Shown = Parameters<Node['status']>[0];

/** One message on its way. */
export interface Sending extends Follower {
  /** What it waits for. */
  kind?: Wait['kind'] | undefined;
  /** It has ended; `key` of the catalogue says how, undefined leaves what was said. */
  ended(key?: string, ok?: boolean): void;
}

/** Keeps one node's status. Texts that are keys are translated by each editor. */
export class StatusLight {
  readonly #node: Node;
  readonly #red: RED;
  readonly #unwatch: () => void;
  #view: LineView = { at: 'unset', lacks: 'line' };
  readonly #sending = new Set<Sending>();
  readonly #closed = new AbortController();
  #waiting: () => Shown | undefined;
  #last: Shown = '';
  #shown = '';

  /** @param waiting what to show while answers are awaited, if any are */
  constructor(RED: RED, node: Node, line: LineNode | undefined, waiting: () => Shown | undefined = () => undefined) {
    this.#red = RED;
    this.#node = node;
    this.#waiting = waiting;
    this.#unwatch = line?.watch((view) => { this.#view = view; this.refresh(); }) ?? (() => undefined);
    this.refresh();
  }

  /** One more message is on its way. */
  sending(): Sending {
    const sending: Sending = {
      signal: this.#closed.signal,
      waits: (kind) => { sending.kind = kind; this.refresh(); },
      ended: (key, ok) => {
        this.#sending.delete(sending);
        if (key) this.outcome(key, ok);
        else this.refresh();
      },
    };
    this.#sending.add(sending);
    this.refresh();
    return sending;
  }

  /** Says how the newest thing ended. */
  outcome(key?: string, ok = true): void {
    this.#last = key ? { fill: ok ? 'green' : 'red', shape: 'dot', text: key } : '';
    this.refresh();
  }

  /** Shows what stands now; the same thing is not published twice. */
  refresh(): void {
    const next = this.#choose();
    const text = JSON.stringify(next);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#node.status(next);
  }

  /** Ends the node's interest in its line. */
  close(): void {
    this.#unwatch();
    this.#closed.abort();
  }

  #choose(): Shown {
    const view = this.#view;
    switch (view.at) {
      case 'unset': return { fill: 'grey', shape: 'ring', text: `common.status.${view.lacks === 'token' ? 'no-token' : 'unset'}` };
      case 'down': return { fill: 'red', shape: 'ring', text: `common.status.${this.#downKey(view.error.code)}` };
      case 'connecting': return { fill: 'yellow', shape: 'ring', text: 'common.status.connecting' };
    }
    // What is on its way comes before what waits, and the first of that before the rest.
    const [first, ...rest] = this.#sending;
    if (first?.kind && rest.every(({ kind }) => kind)) return { fill: 'yellow', shape: 'ring', text: `common.status.waits.${first.kind}` };
    const trouble = troubleOf(view.session);
    if (trouble) return trouble;
    if (first) return { fill: 'blue', shape: 'dot', text: 'common.status.sending' };
    return this.#waiting() ?? (this.#last || { fill: 'green', shape: 'dot', text: 'common.status.connected' });
  }

  #downKey(code: string): string {
    return code === 'unauthorized' || code === 'forbidden' ? 'refused' : code === 'line_not_found' ? 'no-line' : 'no-sidecar';
  }

  /** "waiting 2 · until 14:05": how many answers are awaited and the nearest deadline. */
  waitingText(count: number, nearest: number): string {
    const at = new Date(nearest);
    const soon = nearest - Date.now() < 20 * 3600_000;
    const until = new Intl.DateTimeFormat(langOfRuntime(this.#red) === 'ru' ? 'ru-RU' : 'en-GB',
      soon ? { hour: '2-digit', minute: '2-digit' } : { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' }).format(at);
    return this.#red._('common.status.waiting', { count: String(count), until });
  }
}

/** What a session says that does not send at this moment. */
function troubleOf({ state, paused }: Session): Shown | undefined {
  if (state === 'connected') return paused ? { fill: 'yellow', shape: 'ring', text: 'common.status.session.paused' } : undefined;
  return { fill: fills[state], shape: 'ring', text: `common.status.session.${state}` };
}

/** Grey waits for a person, yellow comes back by itself, red sends nothing until somebody acts. */
const fills = {
  unlinked: 'grey', linking: 'yellow', connecting: 'yellow', reconnecting: 'yellow', replaced: 'red', logged_out: 'red', banned: 'red',
} as const;
