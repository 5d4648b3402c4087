import type { Field } from '../../shared/model.js';
import { constantKind, type Stored } from '../../shared/stored.js';
import { waitNodes } from '../wait-nodes.js';
import { BoxControl } from './box.js';
import type { Surroundings } from './control.js';

/** Several of a few values, each with a box to tick. They are stored in the order in which they were ticked. */
export class ManyControl extends BoxControl {
  readonly #body: JQuery;
  readonly #order: JQuery;
  readonly #labels = new Map<string, string>();
  #chosen: string[];

  constructor(field: Field, stored: Stored, around: Surroundings) {
    super(field, stored, around);
    const held = stored[field.param];
    this.#chosen = this.kind === constantKind(field) && Array.isArray(held) ? held.map(String) : [];
    this.#body = $('<div class="nodeline-ticks" role="group">').attr({ id: this.id, 'aria-label': this.say(field.label) });
    this.#order = $('<div class="nodeline-help">');
    for (const { value, label, help } of this.#options()) this.#drawTick(value, label, help);
    if (this.#labels.size === 0) $('<div class="nodeline-help">').text(around.translate('common.nothing')).appendTo(this.#body);
    this.drawKind($('<div>').append(this.#body, this.#order), around.translate('common.kind.choice'), 'fa fa-list-ul', stored);
    this.drawHelp();
    this.#sayOrder();
    this.meter.show(undefined, [], []);
  }

  protected override get constant(): unknown {
    return [...this.#chosen];
  }

  override get text(): string | undefined {
    return undefined;
  }

  override get lacks(): boolean {
    return this.field.required === true && this.isConstant && this.#chosen.length === 0;
  }

  /** Values that are gone meanwhile stay until they are unticked. */
  #options(): { value: string; label: string; help: string }[] {
    const { field, around: { lang, translate } } = this;
    const known = field.param === 'waitNodes' ? waitNodes(lang)
      : (field.options ?? []).map(({ value, label, help }) => ({ value, label: label[lang], help: help[lang] }));
    const gone = this.#chosen.filter((value) => !known.some((one) => one.value === value));
    return [...known, ...gone.map((value) => ({ value, label: translate('common.gone', { value }), help: '' }))];
  }

  #drawTick(value: string, label: string, help: string): void {
    this.#labels.set(value, label);
    const tick = $('<input type="checkbox">').val(value).prop('checked', this.#chosen.includes(value));
    $('<label class="nodeline-tick">').attr('title', help).append(tick, $('<span>').text(label)).appendTo(this.#body);
    tick.on('change', () => {
      this.#chosen = this.#chosen.filter((one) => one !== value);
      if (tick.prop('checked') === true) this.#chosen.push(value);
      this.touched = true;
      this.#sayOrder();
      this.edited();
    });
  }

  /** Where the order says something, it is said. */
  #sayOrder(): void {
    const ordered = this.field.path === 'renderings' && this.#chosen.length > 1;
    this.#order.text(ordered ? this.#chosen.map((value) => this.#labels.get(value) ?? value).join(' → ') : '').toggle(ordered);
  }
}
