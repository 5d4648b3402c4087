// Judges a dialog's fields while they are typed, by the sidecar's own rules.
import type { Issue, Lang, Method } from '@nodeline/client';
import { validator } from './resources.js';

/** How long typing rests before it is judged, milliseconds. */
const restMs = 120;

/** Runs the rules over a dialog and hands out what they say. */
export class LiveRules {
  readonly #lang: Lang;
  readonly #request: () => { method: Method; params: unknown };
  readonly #show: (issues: Issue[], warnings: Issue[]) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(lang: Lang, request: () => { method: Method; params: unknown }, show: (issues: Issue[], warnings: Issue[]) => void) {
    this.#lang = lang;
    this.#request = request;
    this.#show = show;
  }

  /** Something was typed. */
  changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#judge(), restMs);
  }

  /** The dialog is closed. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #judge(): Promise<void> {
    try {
      const rules = await validator();
      if (this.#closed) return;
      const { method, params } = this.#request();
      const { issues, warnings } = rules.judge(method, params, this.#lang);
      this.#show(issues, warnings);
    } catch (error) {
      // The counters still work, and the runtime judges every message anyway.
      console.error('nodeline: the rules cannot be loaded', error);
    }
  }
}

/** Stand-ins for what only a message brings: each passes every rule of its field. */
export const standIn = {
  chat: '+79000000000',
  text: '…',
  button: (place: number) => `⁣${place}`,
  key: 'dialog',
  line: 'dialog',
};
