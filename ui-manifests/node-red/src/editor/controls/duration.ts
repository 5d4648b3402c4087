import type { Field } from '../../shared/model.js';
import { unitSeconds, type Stored } from '../../shared/stored.js';
import { TypedInput } from '../typed-input.js';
import { FieldControl, type Surroundings } from './control.js';

/** A length of time: an amount, typed or brought by a message, and what it is counted in. */
export class DurationControl extends FieldControl {
  readonly #input: TypedInput;
  readonly #unit: JQuery;

  constructor(field: Field, stored: Stored, around: Surroundings) {
    super(field, stored, around);
    this.box.addClass('nodeline-pair');
    this.#input = new TypedInput($('<div class="nodeline-amount">').appendTo(this.box), {
      id: this.id, constant: 'num', kind: this.kind, value: String(stored[field.param] ?? ''),
      changed: () => this.edited(), left: () => this.left(),
    });
    this.#unit = $('<select>').attr({ id: `${this.id}Unit`, 'aria-label': this.say(field.label) }).appendTo(this.box);
    for (const unit of Object.keys(unitSeconds)) $('<option>').val(unit).text(around.translate(`common.unit.${unit}`)).appendTo(this.#unit);
    this.#unit.val(String(stored[`${field.param}Unit`] ?? field.startUnit ?? 'hours')).on('change', () => this.edited());
    this.drawHelp();
    this.meter.show(this.text, [], []);
  }

  override get stored(): Record<string, unknown> {
    const { param } = this.field;
    return { [param]: this.#input.value, [`${param}Type`]: this.#input.kind, [`${param}Unit`]: String(this.#unit.val()) };
  }

  override get text(): string | undefined {
    return this.#input.kind === 'num' ? this.#input.value : undefined;
  }
}
