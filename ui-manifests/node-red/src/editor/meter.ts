import type { Translate } from './lang.js';
import { codePoints } from '../shared/labels.js';

/** A field's counter ("17 / 20") and the sentences under it. */
export class Meter {
  readonly #count: JQuery;
  readonly #row: JQuery;
  readonly #said: JQuery;
  readonly #max: number | undefined;
  readonly #translate: Translate;

  /** @param max most code points; undefined: nothing is counted */
  constructor(head: JQuery, row: JQuery, max: number | undefined, translate: Translate) {
    this.#max = max;
    this.#row = row;
    this.#translate = translate;
    this.#count = $('<span class="nodeline-count" aria-live="polite">').appendTo(head);
    this.#said = $('<div class="nodeline-said" role="alert">').appendTo(row);
  }

  /**
   * Counts, at once and without the rules.
   * @param constant the text typed by hand; undefined where the message brings it
   * @returns whether it is too long
   */
  count(constant: string | undefined): boolean {
    const max = this.#max;
    const length = constant === undefined ? 0 : codePoints(constant);
    if (max === undefined) this.#count.text('');
    else if (constant === undefined) this.#count.text(this.#translate('common.up-to', { max: String(max) }));
    else this.#count.text(`${length} / ${max}`);
    const over = max !== undefined && length > max;
    this.#count.toggleClass('nodeline-over', over);
    return over;
  }

  /** Counts, and says what the rules have found. */
  show(constant: string | undefined, problems: readonly string[], warnings: readonly string[]): void {
    const wrong = this.count(constant) || problems.length > 0;
    // What a message brings is judged by typedInput itself: whether it is a property or an expression.
    if (constant !== undefined) this.#row.find('> .nodeline-box').find('.red-ui-typedInput-container, textarea').toggleClass('input-error', wrong);
    this.#row.toggleClass('nodeline-wrong', wrong);
    this.#said.empty();
    for (const text of problems) $('<div class="nodeline-problem">').text(text).appendTo(this.#said);
    for (const text of warnings) $('<div class="nodeline-warning">').text(text).appendTo(this.#said);
  }
}
