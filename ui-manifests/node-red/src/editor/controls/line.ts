import { constantKind, type Stored } from '../../shared/stored.js';
import type { Field } from '../../shared/model.js';
import { TypedInput, type InputKind } from '../typed-input.js';
import { FieldControl, type Surroundings } from './control.js';

/** A field of one line: a text, a number, yes or no, one of a few values, a message. */
export class LineControl extends FieldControl {
  readonly #input: TypedInput;
  readonly #note: JQuery;

  constructor(field: Field, stored: Stored, around: Surroundings) {
    super(field, stored, around);
    this.#input = new TypedInput(this.box, {
      id: this.id,
      ...(isPlace(field) ? { kinds: ['msg', 'flow', 'global'] } : { constant: constantOf(field, around) }),
      kind: this.kind,
      value: asText(stored[field.param] ?? field.absent ?? ''),
      placeholder: this.example,
      changed: () => { this.#explain(); this.edited(); },
      left: () => this.left(),
    });
    this.#note = $('<div class="nodeline-help">').appendTo(this.row);
    this.drawHelp();
    this.#explain();
    this.meter.show(this.text, [], []);
  }

  override get stored(): Record<string, unknown> {
    const { kind, value } = this.#input;
    return { [this.field.param]: kind === constantKind(this.field) ? this.#constant(value) : value, [`${this.field.param}Type`]: kind };
  }

  override get text(): string | undefined {
    return this.#input.kind === constantKind(this.field) ? this.#input.value : undefined;
  }

  #constant(value: string): unknown {
    if (this.field.control === 'boolean') return value === 'true';
    return value;
  }

  /** The help of the value that is chosen. */
  #explain(): void {
    // The input tells of a change while it is being made.
    const chosen = (this.#input as TypedInput | undefined)?.kind === 'choice' ? this.#input.value : undefined;
    const option = this.field.options?.find(({ value }) => value === chosen);
    this.#note?.text(option ? this.say(option.help) : '').toggle(Boolean(option && this.say(option.help)))
      .toggleClass('nodeline-caution', chosen === 'native');
  }
}

/** A place to put the result in: no text of its own. */
function isPlace({ param, own }: Field): boolean {
  return own === true && param === 'saveTo';
}

function asText(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function constantOf(field: Field, { lang, translate, chats }: Surroundings): InputKind {
  switch (field.control) {
    case 'number': return 'num';
    case 'boolean': return {
      value: 'bool', label: translate('common.kind.yes-no'), icon: 'red/images/typedInput/bool.svg',
      options: [{ value: 'true', label: translate('common.yes') }, { value: 'false', label: translate('common.no') }],
    };
    case 'select': return {
      value: 'choice', label: translate('common.kind.choice'), icon: 'fa fa-list-ul',
      options: [
        ...(field.required || field.absent !== undefined || field.options?.some(({ value }) => value === '') ? [] : [{ value: '', label: '—' }]),
        ...(field.options ?? []).map(({ value, label }) => ({ value, label: label[lang] })),
      ],
    };
    case 'message': return { value: 'str', label: translate('common.kind.message-id'), icon: 'fa fa-hashtag' };
    case 'chat': return chats ? {
      value: 'str', label: translate('common.kind.chat'), icon: 'fa fa-user',
      autoComplete: (text, done) => void chats(text).then(done, () => done([])),
    } : 'str';
    default: return 'str';
  }
}
