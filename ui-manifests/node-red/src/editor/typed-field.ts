// One field of a dialog: its label, what fills it in, its counter and what is
// wrong with it. The value and its kind lie in the inputs that Node-RED saves.
import type { Lang } from '@nodeline/client';
import type { Field, Limits } from '../fields.gen.js';
import { codePoints, say } from '../shared/labels.js';
import type { Translate } from './lang.js';

/** Kinds of values, the most usual first. */
const kinds = ['msg', 'flow', 'global', 'jsonata', 'env'];

/** A value typed by hand, several lines of it. */
const multiline = { value: 'str', hasValue: false, icon: 'red/images/typedInput/az.svg' };

/** How a field is drawn. */
export interface TypedFieldOptions {
  /** The name in the node's defaults; "<name>Type" holds the kind. */
  name: string;
  field: Field;
  lang: Lang;
  translate: Translate;
  value: string;
  kind: string;
  changed(): void;
}

/** A typed field with its own row. */
export class TypedField {
  readonly path: string;
  readonly row: JQuery;
  readonly #options: TypedFieldOptions;
  readonly #meter: Meter;
  readonly #value: JQuery;
  readonly #kind: JQuery;
  /** Whether the person has been here: before that an empty field is no mistake. */
  touched: boolean;

  constructor(options: TypedFieldOptions) {
    const { name, field, lang, value, kind } = options;
    this.path = field.path;
    this.#options = options;
    this.touched = value !== '';
    this.row = $('<div class="form-row nodeline-row">').attr('data-nodeline-field', field.path);
    const head = $('<div class="nodeline-head">').appendTo(this.row);
    $('<label>').attr('for', `node-input-${name}`).text(say(field.label, lang)).appendTo(head);
    this.#meter = new Meter(head, this.row, field, options.translate);
    const box = $('<div class="nodeline-box">').insertAfter(head);
    this.#value = $('<input type="text">').attr('id', `node-input-${name}`).val(value);
    this.#kind = $('<input type="hidden">').attr('id', `node-input-${name}Type`).val(kind).appendTo(this.row);
    if (field.control === 'textarea') this.#drawTextArea(box);
    else this.#drawLine(box);
    const help = say(field.help, lang);
    if (help) $('<div class="nodeline-help">').text(help).appendTo(this.row);
    this.show();
  }

  /** The text typed by hand, or undefined where the message brings it. */
  get constant(): string | undefined {
    if (this.#kind.val() !== 'str') return undefined;
    // The input that is saved lags behind typing: typedInput copies it on change.
    const typed = this.#value as unknown as { typedInput(action: string): string };
    return this.#options.field.control === 'textarea' ? String(this.#value.val()) : typed.typedInput('value');
  }

  /** Shows the counter, and what is wrong. */
  show(problems: string[] = [], warnings: string[] = []): void {
    this.#meter.show(this.constant, problems, warnings);
  }

  #drawLine(box: JQuery): void {
    this.#value.appendTo(box);
    const types = ['str', ...kinds];
    this.#value.typedInput({ default: 'str', types, typeField: this.#kind } as never);
    (this.#value as unknown as { typedInput(action: string, value: string): void }).typedInput('type', String(this.#kind.val()));
    this.#value.on('change', () => this.#edited());
    // typedInput takes the mark of an error off at each keyup.
    box.find('input').on('input keyup', () => this.#edited()).on('blur', () => this.#left());
  }

  /** typedInput holds one line, so several lines get a box of their own under it. */
  #drawTextArea(box: JQuery): void {
    const { name, field, translate } = this.#options;
    this.#value.attr('type', 'hidden').appendTo(this.row);
    const line = $('<input type="text">').attr('id', `nodeline-${name}-line`).appendTo(box);
    const area = $('<textarea class="nodeline-area" rows="4">').attr('id', `nodeline-${name}-area`)
      .attr('aria-label', say(field.label, this.#options.lang)).appendTo(box);
    const typed = line as unknown as { typedInput(action: string, value?: string): string };
    line.typedInput({ default: 'str', types: [{ ...multiline, label: translate('common.kind.text') }, ...kinds] } as never);
    typed.typedInput('type', String(this.#kind.val()));
    if (this.#kind.val() === 'str') area.val(String(this.#value.val()));
    else typed.typedInput('value', String(this.#value.val()));
    const save = () => {
      const kind = typed.typedInput('type');
      area.toggle(kind === 'str');
      this.#kind.val(kind);
      this.#value.val(kind === 'str' ? String(area.val()) : typed.typedInput('value'));
      this.#edited();
    };
    line.on('change', save);
    area.on('input', save).on('blur', () => this.#left());
    box.find('input').on('blur', () => this.#left());
    area.toggle(this.#kind.val() === 'str');
  }

  #edited(): void {
    this.#meter.count(this.constant);
    this.#options.changed();
  }

  #left(): void {
    this.touched = true;
    this.#options.changed();
  }
}

/** A field's counter ("17 / 20") and the sentences under it. */
export class Meter {
  readonly #count: JQuery;
  readonly #row: JQuery;
  readonly #said: JQuery;
  readonly #limits: Limits;
  readonly #translate: Translate;

  constructor(head: JQuery, row: JQuery, limits: Limits, translate: Translate) {
    this.#limits = limits;
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
    const { max } = this.#limits;
    const length = constant === undefined ? 0 : codePoints(constant);
    if (max === undefined) this.#count.text('');
    else if (constant === undefined) this.#count.text(this.#translate('common.up-to', { max: String(max) }));
    else this.#count.text(`${length} / ${max}`);
    const over = max !== undefined && length > max;
    this.#count.toggleClass('nodeline-over', over);
    return over;
  }

  /** Counts, and says what the rules have found. */
  show(constant: string | undefined, problems: string[], warnings: string[]): void {
    const wrong = this.count(constant) || problems.length > 0;
    // What a message brings is judged by typedInput itself: whether it is a property or an expression.
    if (constant !== undefined) this.#row.find('.red-ui-typedInput-container, textarea').toggleClass('input-error', wrong);
    this.#row.toggleClass('nodeline-wrong', wrong);
    this.#said.empty();
    for (const text of problems) $('<div class="nodeline-problem">').text(text).appendTo(this.#said);
    for (const text of warnings) $('<div class="nodeline-warning">').text(text).appendTo(this.#said);
  }
}
