// A length of time in a dialog: a whole number and its unit.
import type { Translate } from './lang.js';
import { row } from './rows.js';

/** Seconds in each unit, in the order they are offered. */
export const unitSeconds: Record<string, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86400 };

/** How a duration is drawn. */
export interface DurationFieldOptions {
  /** The name in the node's defaults; `unit` names that of its unit. */
  name: string;
  unit: string;
  /** The field of the request, for the row. */
  path: string;
  label: string;
  help: string;
  value: string;
  unitValue: string;
  translate: Translate;
  changed(): void;
}

/** A duration with its own row. Number and unit lie in the inputs that Node-RED saves. */
export class DurationField {
  readonly row: JQuery;
  readonly #number: JQuery;
  readonly #unit: JQuery;

  constructor({ name, unit, path, label, help, value, unitValue, translate, changed }: DurationFieldOptions) {
    const { row: whole, box } = row(path, label, `node-input-${name}`);
    this.row = whole;
    box.addClass('nodeline-pair');
    this.#number = $('<input type="number" min="1" step="1">').attr('id', `node-input-${name}`).val(value).appendTo(box);
    this.#unit = $('<select>').attr('id', `node-input-${unit}`).attr('aria-label', label).appendTo(box);
    for (const each of Object.keys(unitSeconds)) $('<option>').val(each).text(translate(`unit.${each}`)).appendTo(this.#unit);
    this.#unit.val(unitValue);
    $('<div class="nodeline-said nodeline-problem" role="alert">').appendTo(whole);
    if (help) $('<div class="nodeline-help">').text(help).appendTo(whole);
    this.#number.on('input', changed);
    this.#unit.on('change', changed);
  }

  /** Whole seconds; -1 for what is no length of time, which zero and a field left out would hide. */
  get seconds(): number {
    return Math.round(Number(this.#number.val()) * (unitSeconds[String(this.#unit.val())] ?? 1)) || -1;
  }

  /** Shows what is wrong. */
  show(problems: string[]): void {
    this.#number.toggleClass('input-error', problems.length > 0);
    this.row.find('.nodeline-said').text(problems.join(' '));
  }
}
