// What every field of a dialog has: a row with its label, what fills it in, what is
// wrong with it, and what the node stores of it.
import type { Issue, Lang } from '@nodeline/client';
import type { Field, Text } from '../../shared/model.js';
import { kindOf, type Stored } from '../../shared/stored.js';
import type { Translate } from '../lang.js';
import { Meter } from '../meter.js';
import type { TemplateSession } from '../templates/session.js';

/** What the rules say of a field, by the place within it: "" is the field itself, "[0].text" a part of an item. */
export interface Said {
  issues: readonly Issue[];
  warnings: readonly Issue[];
  /** Of each list its items that were judged, by their places. */
  places: readonly number[];
}

/** What a control is drawn in. */
export interface Surroundings {
  lang: Lang;
  translate: Translate;
  /** Begins the ids of inputs: unlike "node-input-", which Node-RED would save by itself. */
  prefix: string;
  /** Within a list: drawn small. */
  small?: boolean;
  /** Chats and groups of the node's line that match what is typed. */
  chats?(text: string): Promise<{ value: string; label: string }[]>;
  /** The template that the dialog is about, of a case that has one. */
  templates?: TemplateSession;
  changed(): void;
  /** Items were added, removed or dragged: wires may go elsewhere. */
  reordered(): void;
}

/** One field of a dialog. */
export abstract class FieldControl {
  readonly row: JQuery;
  protected readonly box: JQuery;
  protected readonly head: JQuery;
  protected readonly kind: string;
  protected readonly around: Surroundings;
  #meter: Meter | undefined;
  /** Whether the person has been here: before that an empty field is no mistake. */
  touched: boolean;

  constructor(readonly field: Field, stored: Stored, around: Surroundings) {
    this.around = around;
    this.kind = kindOf(field, stored);
    const held = stored[field.param];
    this.touched = !isBlank(held);
    this.row = $('<div class="form-row nodeline-row">').attr('data-nodeline-field', field.path || field.param);
    this.head = $('<div class="nodeline-head">').appendTo(this.row);
    const label = $('<label>').attr('for', this.id).text(this.say(field.label)).appendTo(this.head);
    if (field.required) label.addClass('nodeline-required');
    this.box = $('<div class="nodeline-box">').appendTo(this.row);
    if (around.small) label.attr('title', this.say(field.help));
  }

  /** What the node stores: the field's properties. New objects at each call. */
  abstract get stored(): Record<string, unknown>;

  /** What the node stored of it when it was drawn: only what differs is saved. */
  get began(): Record<string, unknown> {
    return this.stored;
  }

  /** The text typed by hand, undefined where a message brings it or it is no text. */
  abstract get text(): string | undefined;

  /** Shows what the rules say. */
  show({ issues, warnings }: Said): void {
    const wrong = issues.filter((issue) => this.touched || !isAbsence(issue)).map(({ message }) => message);
    // The rules may name another field that would do as well, one that is not drawn.
    if (wrong.length === 0 && this.lacks && this.touched) wrong.push(this.around.translate('common.invalid.required'));
    this.meter.show(this.text, wrong, warnings.map(({ message }) => message));
  }

  /** Whether it has to be filled in, and is not. */
  get lacks(): boolean {
    return this.field.required === true && this.text?.trim() === '';
  }

  /** What a person could type, in a foreign language only what is no prose: a number, a link, an id. */
  protected get example(): string {
    const { example = '' } = this.field;
    return this.around.lang === 'en' || /^\S*[\d/.@]\S*$/.test(example) || !/[a-z]/i.test(example) ? example : '';
  }

  protected get id(): string {
    return `${this.around.prefix}${this.field.param}`;
  }

  protected get meter(): Meter {
    const { control, max } = this.field;
    const counted = control === 'text' || control === 'textarea';
    this.#meter ??= new Meter(this.head, this.row, counted ? max : undefined, this.around.translate);
    return this.#meter;
  }

  protected say(text: Text): string {
    return text[this.around.lang];
  }

  /** The help under a field; in a list it lies behind the label. */
  protected drawHelp(): void {
    const help = this.say(this.field.help);
    if (help && !this.around.small) $('<div class="nodeline-help">').text(help).appendTo(this.row);
  }

  protected edited(): void {
    this.meter.count(this.text);
    this.around.changed();
  }

  protected left(): void {
    this.touched = true;
    this.around.changed();
  }
}

/** Whether an issue only says that nothing is filled in yet. */
export function isAbsence({ rule }: Issue): boolean {
  return rule === 'notblank' || rule.startsWith('required');
}

/** Whether a property, or every item of it, holds nothing that a person typed. */
function isBlank(held: unknown): boolean {
  if (Array.isArray(held)) return held.every((item: unknown) => typeof item === 'object' && item !== null && String((item as Stored)['text'] ?? '') === '');
  return held === undefined || held === '';
}
