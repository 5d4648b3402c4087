// Judges a dialog's fields while they are typed, by the sidecar's own rules.
import type { Issue, Lang } from '@nodeline/client';
import type { Judged } from './judged.js';
import { validator } from './resources.js';

/** How long typing rests before it is judged, milliseconds. */
const restMs = 120;

/** Runs the rules over a dialog and hands out what they say. */
export class LiveRules {
  readonly #lang: Lang;
  readonly #request: () => Promise<Judged>;
  readonly #show: (judged: Judged, issues: readonly Issue[], warnings: readonly Issue[]) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;
  #closed = false;

  /** @param show is told of the newest request only */
  constructor(lang: Lang, request: () => Promise<Judged>, show: (judged: Judged, issues: readonly Issue[], warnings: readonly Issue[]) => void) {
    this.#lang = lang;
    this.#request = request;
    this.#show = show;
  }

  /** Something was typed. A dialog that slides away still tells of the field that was left. */
  changed(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#judge(), restMs);
  }

  /** The dialog is closed. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #judge(): Promise<void> {
    const round = ++this.#round;
    const judged = await this.#request();
    const said = judged.method ? await this.#said(judged.method, judged.params) : { issues: [], warnings: [] };
    if (round === this.#round && !this.#closed) this.#show(judged, said.issues, said.warnings);
  }

  async #said(method: string, params: unknown): Promise<{ issues: Issue[]; warnings: Issue[] }> {
    try {
      return (await validator()).judge(method, params, this.#lang);
    } catch (error) {
      // The counters still work, and the runtime judges every message anyway.
      console.error('nodeline: the rules cannot be loaded', error);
      return { issues: [], warnings: [] };
    }
  }
}
