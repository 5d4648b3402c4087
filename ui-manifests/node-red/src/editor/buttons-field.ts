// The list of buttons: added, removed and dragged; every change says anew where
// each wire goes.
import type { Lang } from '@nodeline/client';
import type { Field, Limits } from '../fields.gen.js';
import { say } from '../shared/labels.js';
import type { Translate } from './lang.js';
import { Meter } from './typed-field.js';

/** A button as the node stores it. */
export interface ButtonValue {
  id: string;
  text: string;
  type: string;
}

interface Item {
  value: ButtonValue;
  input?: JQuery;
  meter?: Meter;
}

/** What the list needs. */
export interface ButtonsFieldOptions {
  field: Field;
  lang: Lang;
  translate: Translate;
  buttons: ButtonValue[];
  /** Something was typed. */
  changed(): void;
  /** Buttons were added, removed or dragged. */
  reordered(): void;
}

type Typed = { typedInput(action: string, value?: string): string };

/** The buttons of a send-buttons dialog. */
export class ButtonsField {
  readonly row: JQuery;
  readonly path = 'buttons';
  readonly #options: ButtonsFieldOptions;
  readonly #list: JQuery;
  readonly #said: JQuery;
  readonly #text: Limits;
  #ready = false;

  constructor(options: ButtonsFieldOptions) {
    const { field, lang, translate, buttons } = options;
    const limits = field.items?.['text'];
    if (!limits) throw new Error('the catalogue does not describe a button');
    this.#text = limits;
    this.#options = options;
    this.row = $('<div class="form-row nodeline-row nodeline-buttons">').attr('data-nodeline-field', field.path);
    $('<div class="nodeline-head">').append($('<label>').text(say(field.label, lang))).appendTo(this.row);
    this.#list = $('<ol id="nodeline-button-list">').appendTo(this.row);
    this.#said = $('<div class="nodeline-said" role="alert">').appendTo(this.row);
    $('<div class="nodeline-help">').text(say(field.help, lang)).appendTo(this.row);
    this.#list.editableList({
      addButton: translate('common.add-button'),
      height: 'auto',
      sortable: true,
      removable: true,
      addItem: (container: JQuery, _place: number, item: Item | Record<string, never>) => this.#draw(container, item as Item),
      removeItem: () => this.#moved(),
      sortItems: () => this.#moved(),
    } as never);
    for (const value of buttons) this.#list.editableList('addItem', { value: { ...value } } satisfies Item);
    this.#ready = true;
    this.#number();
  }

  /** The buttons as they stand. */
  get buttons(): ButtonValue[] {
    return this.#items().map(({ value, input }) => {
      const typed = input as unknown as Typed | undefined;
      return typed ? { id: value.id, text: typed.typedInput('value'), type: typed.typedInput('type') } : value;
    });
  }

  /** Shows what is wrong: with each button by its place, and with the list. */
  show(problems: Map<number, string[]>, warnings: Map<number, string[]>, ofList: string[]): void {
    const constants = this.#constants();
    this.#items().forEach(({ meter }, place) => meter?.show(constants[place], problems.get(place) ?? [], warnings.get(place) ?? []));
    this.#said.empty();
    for (const text of ofList) $('<div class="nodeline-problem">').text(text).appendTo(this.#said);
  }

  #items(): Item[] {
    const items: Item[] = [];
    this.#list.editableList('items').each((_, element) => { items.push($(element).data('data') as Item); });
    return items;
  }

  #draw(container: JQuery, item: Item): void {
    item.value ??= { id: newId(this.#items().map(({ value }) => value?.id)), text: '', type: 'str' };
    const row = $('<div class="nodeline-button">').appendTo(container);
    const head = $('<div class="nodeline-head">').appendTo(row);
    $('<span class="nodeline-button-label">').appendTo(head);
    item.meter = new Meter(head, row, this.#text, this.#options.translate);
    item.input = $('<input type="text" class="nodeline-button-text">').attr('data-nodeline-button', item.value.id).insertAfter(head);
    item.input.typedInput({ default: 'str', types: ['str', 'msg', 'flow', 'global', 'jsonata', 'env'] } as never);
    const typed = item.input as unknown as Typed;
    typed.typedInput('type', item.value.type);
    typed.typedInput('value', item.value.text);
    item.input.on('change', () => this.#edited());
    // typedInput takes the mark of an error off at each keyup.
    row.find('input').on('input keyup', () => this.#edited());
    if (this.#ready) {
      // The list puts the row in place only after this call.
      setTimeout(() => { this.#moved(); row.find('.red-ui-typedInput-input').trigger('focus'); });
    }
  }

  /** The texts typed by hand, as they are measured; undefined where the message brings one. */
  #constants(): (string | undefined)[] {
    return this.buttons.map(({ text, type }) => (type === 'str' ? text.trim() : undefined));
  }

  #edited(): void {
    if (!this.#ready) return;
    const constants = this.#constants();
    this.#items().forEach(({ meter }, place) => meter?.count(constants[place]));
    this.#options.changed();
  }

  #moved(): void {
    this.#number();
    this.#options.reordered();
    this.#options.changed();
  }

  #number(): void {
    const items = this.#list.editableList('items');
    items.each((place, element) => {
      $(element).find('.nodeline-button-label').text(say(this.#text.label, this.#options.lang, place + 1));
    });
    const full = items.length >= (this.#options.field.max ?? Infinity);
    this.row.find('.red-ui-editableList-addButton').toggle(!full);
  }
}

/** An id that no button of this node has had: wires and open asks hold on to it. */
function newId(taken: (string | undefined)[]): string {
  for (;;) {
    const id = `b${Math.random().toString(36).slice(2, 10)}`;
    if (!taken.includes(id)) return id;
  }
}
