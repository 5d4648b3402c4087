// Lists: groups of fields and files, once or several times, and choices, which keep
// a stable id each. Items are added, removed and dragged.
import type { Issue } from '@nodeline/client';
import type { Field } from '../../shared/model.js';
import { applies, itemFields, itemsOf, started, type Stored } from '../../shared/stored.js';
import { BoxControl } from './box.js';
import type { FieldControl, Said, Surroundings } from './control.js';

interface Item {
  /** Absent of an item that the list's button has just made. */
  value?: Stored;
  controls?: FieldControl[];
  /** The first field's label and what it says. */
  title?: { place: JQuery; text: string };
}

/** Draws a field of an item. */
export type DrawControl = (field: Field, stored: Stored, around: Surroundings) => FieldControl;

/** A list in a dialog. */
export class ListControl extends BoxControl {
  readonly #list: JQuery;
  readonly #body: JQuery;
  readonly #draw: DrawControl;
  /** Makes ids of inputs differ; an item keeps its own when it is dragged. */
  #made = 0;
  #ready = false;

  constructor(field: Field, stored: Stored, around: Surroundings, draw: DrawControl) {
    super(field, stored, around);
    this.#draw = draw;
    this.row.addClass('nodeline-list');
    this.#body = $('<div class="nodeline-items">');
    this.#list = $('<ol>').attr('id', this.id).appendTo(this.#body);
    this.drawKind(this.#body, around.translate('common.kind.list'), 'fa fa-list', stored);
    this.meter.show(undefined, [], []);
    this.drawHelp();
    this.#list.editableList({
      addButton: around.translate('common.add'),
      height: 'auto',
      sortable: this.#several,
      removable: true,
      addItem: (container: JQuery, _place: number, item: Item) => this.#drawItem(container, item),
      removeItem: () => this.#moved(),
      sortItems: () => this.#moved(),
    } as never);
    for (const value of itemsOf(field, stored)) this.#list.editableList('addItem', { value } satisfies Item);
    this.#ready = true;
    this.#number();
  }

  protected override get constant(): unknown {
    return this.#items().map(({ value, controls }) => Object.assign({}, value, ...(controls ?? []).map(({ stored }) => stored)) as Stored);
  }

  override get text(): string | undefined {
    return undefined;
  }

  override get lacks(): boolean {
    return this.field.required === true && this.isConstant && this.#items().length === 0;
  }

  override show({ issues, warnings, places }: Said): void {
    const ofItems = new Set<Issue>();
    this.#items().forEach(({ controls }, place) => {
      const judged = places.indexOf(place);
      const item = this.#several ? `[${judged}].` : this.field.path && '.';
      for (const control of controls ?? []) {
        const of = (list: readonly Issue[]) => (judged < 0 ? [] : within(list, `${item}${control.field.path}`, ofItems));
        control.show({ issues: of(issues), warnings: of(warnings), places: [] });
      }
    });
    const own = (list: readonly Issue[]) => list.filter((issue) => !ofItems.has(issue));
    super.show({ issues: own(issues), warnings: own(warnings), places: [] });
  }

  protected override kindChanged(): void {
    if (!this.#ready) return;
    this.around.reordered();
    super.kindChanged();
  }

  get #several(): boolean {
    return this.field.many === true || this.field.control !== 'group';
  }

  get #most(): number {
    return this.#several ? this.field.max ?? Infinity : 1;
  }

  #items(): Item[] {
    const items: Item[] = [];
    this.#list.editableList('items').each((_, element) => { items.push($(element).data('data') as Item); });
    return items;
  }

  #drawItem(container: JQuery, item: Item): void {
    const fresh = item.value === undefined;
    item.value ??= this.#newItem();
    const whole = $('<div class="nodeline-item">').appendTo(container);
    if (typeof item.value['id'] === 'string') whole.attr('data-nodeline-choice', item.value['id']);
    const around: Surroundings = { ...this.around, small: true, prefix: `${this.id}-${this.#made++}-` };
    const { value } = item;
    item.controls = itemFields(this.field).map((field) => this.#draw(field, value, { ...around, changed: () => this.#changed(item) }));
    for (const { row } of item.controls) row.appendTo(whole);
    const place = whole.find('label').first();
    item.title = { place, text: place.text() };
    this.#hide(item);
    if (!fresh) return;
    // The list puts the row in place only after this call.
    setTimeout(() => {
      if (!this.row[0]?.isConnected) return;
      this.touched = true;
      this.#moved();
      whole.find('.red-ui-typedInput-input:visible, textarea:visible').first().trigger('focus');
    });
  }

  #newItem(): Stored {
    const taken = this.#items().map(({ value }) => value?.['id']);
    return Object.assign(
      this.field.control === 'choices' ? { id: newId(taken) } : {},
      ...itemFields(this.field).map(started)) as Stored;
  }

  #changed(item: Item): void {
    if (!this.#ready) return;
    this.#hide(item);
    this.edited();
  }

  /** Shows only the fields that what is chosen in the item asks for. */
  #hide({ controls = [] }: Item): void {
    const now = Object.assign({}, ...controls.map(({ stored }) => stored)) as Stored;
    for (const { field, row } of controls) row.toggle(applies(field, now));
  }

  #moved(): void {
    this.#number();
    this.around.reordered();
    this.edited();
  }

  #number(): void {
    const items = this.#items();
    this.#body.toggleClass('nodeline-empty', items.length === 0);
    if (this.#several) items.forEach(({ title }, place) => title?.place.text(`${place + 1}. ${title.text}`));
    this.#body.find('> .red-ui-editableList > .red-ui-editableList-addButton, > .red-ui-editableList > div > .red-ui-editableList-addButton')
      .toggle(items.length < this.#most);
  }
}

/** Issues of one field within an item, which is noted of each. */
function within(list: readonly Issue[], path: string, noted: Set<Issue>): Issue[] {
  return list.filter(({ field = '' }) => field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`)).map((issue) => {
    noted.add(issue);
    return { ...issue, field: issue.field.slice(path.length) };
  });
}

/** An id that no choice of this list has had: wires and open asks hold on to it. */
function newId(taken: unknown[]): string {
  for (;;) {
    const id = `b${Math.random().toString(36).slice(2, 10)}`;
    if (!taken.includes(id)) return id;
  }
}
