// Node-RED's typedInput with our constants: a value, and where it comes from.
import { sources } from '../shared/stored.js';

/** A kind of value as typedInput takes it; a name means one of Node-RED's own. */
export type InputKind = string | {
  value: string;
  label: string;
  icon?: string;
  hasValue?: boolean;
  options?: { value: string; label: string }[];
  validate?(value: string): boolean;
  autoComplete?(value: string, done: (found: { value: string; label: string }[]) => void): void;
};

/** What an input begins with. */
export interface TypedInputOptions {
  /** The id of the input, for its label. */
  id: string;
  /** Comes before the kinds of every field. */
  constant?: InputKind;
  /** Where the value may come from; every source unless told. */
  kinds?: readonly string[];
  kind: string;
  value: string;
  placeholder?: string;
  /** Something was typed or chosen. */
  changed(): void;
  /** The person went on to something else. */
  left(): void;
}

type Widget = (action: string, value?: string) => string;

/** One typed value in a dialog. */
export class TypedInput {
  readonly #element: JQuery;

  constructor(into: JQuery, { id, constant, kinds = sources, kind, value, placeholder, changed, left }: TypedInputOptions) {
    this.#element = $('<input type="text">').attr('id', id).appendTo(into);
    if (placeholder) this.#element.attr('placeholder', placeholder);
    const types = [...(constant === undefined ? [] : [constant]), ...kinds];
    const [first] = types;
    this.#element.typedInput({ default: typeof first === 'object' ? first.value : first, types } as never);
    // The kind goes first: a value is read as of the kind that stands.
    this.#call('type', kind);
    this.#call('value', value);
    this.#element.on('change', changed);
    // A change comes only when the input is left, and typedInput takes the mark of an error off at each keyup.
    into.find('.red-ui-typedInput-container').last().find('input').on('input keyup', changed).on('blur', left);
  }

  /** The kind of the value. */
  get kind(): string {
    return this.#call('type');
  }

  /** The value as text. */
  get value(): string {
    return this.#call('value');
  }

  /** Puts a value in, as if a person had typed it. */
  put(value: string): void {
    this.#call('value', value);
  }

  #call(action: string, value?: string): string {
    const { typedInput } = this.#element as unknown as { typedInput: Widget };
    return value === undefined ? typedInput.call(this.#element, action) : typedInput.call(this.#element, action, value);
  }
}
