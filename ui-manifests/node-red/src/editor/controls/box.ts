// Fields whose constant needs more room than typedInput has: it chooses the kind, and
// the constant lies under it.
import type { Field } from '../../shared/model.js';
import { constantKind, type Stored } from '../../shared/stored.js';
import { TypedInput } from '../typed-input.js';
import { FieldControl, type Surroundings } from './control.js';

/** A field with its constant in a box of its own. */
export abstract class BoxControl extends FieldControl {
  #input!: TypedInput;
  #body!: JQuery;

  /** Draws the choice of the kind, and shows the box only for the constant. */
  protected drawKind(body: JQuery, label: string, icon: string, stored: Stored): void {
    const constant = constantKind(this.field);
    this.#body = body;
    this.#input = new TypedInput(this.box, {
      id: `${this.id}-kind`,
      constant: { value: constant, hasValue: false, label, icon },
      kind: this.kind,
      value: this.kind === constant ? '' : String(stored[this.field.param] ?? ''),
      changed: () => this.#changed(),
      left: () => this.left(),
    });
    body.appendTo(this.box).toggle(this.isConstant);
  }

  protected get isConstant(): boolean {
    return this.#input.kind === constantKind(this.field);
  }

  /** The constant as the node stores it. */
  protected abstract get constant(): unknown;

  override get stored(): Record<string, unknown> {
    return {
      [this.field.param]: this.isConstant ? this.constant : this.#input.value,
      [`${this.field.param}Type`]: this.#input.kind,
    };
  }

  /** Another kind was chosen, or what a message brings was named. */
  protected kindChanged(): void {
    this.edited();
  }

  #changed(): void {
    // The input tells of a change while it is being made.
    if (!(this.#input as TypedInput | undefined)) return;
    this.#body.toggle(this.isConstant);
    this.kindChanged();
  }
}

/** Several lines of text. */
export class AreaControl extends BoxControl {
  readonly #area: JQuery;

  constructor(field: Field, stored: Stored, around: Surroundings) {
    super(field, stored, around);
    const texts = field.control === 'texts';
    this.#area = $('<textarea class="nodeline-area">').attr({ id: this.id, rows: texts || around.small ? 2 : 4, placeholder: this.example });
    if (this.kind === constantKind(field)) this.#area.val(textOf(stored[field.param]));
    this.drawKind(this.#area, around.translate(texts ? 'common.kind.texts' : 'common.kind.text'), 'red/images/typedInput/az.svg', stored);
    this.#area.on('input', () => this.edited()).on('blur', () => this.left());
    this.drawHelp();
    this.meter.show(this.text, [], []);
  }

  protected override get constant(): unknown {
    return String(this.#area.val());
  }

  override get text(): string | undefined {
    return this.isConstant ? String(this.#area.val()) : undefined;
  }
}

/** A text, or several as an array holds them. */
function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join('\n') : String(value ?? '');
}
