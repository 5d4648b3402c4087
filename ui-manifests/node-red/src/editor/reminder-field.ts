// A reminder in a dialog: when, and what. A blank text is no reminder.
import type { Issue, Lang } from '@nodeline/client';
import type { Field } from '../fields.gen.js';
import { DurationField } from './duration-field.js';
import type { Translate } from './lang.js';
import { standIn } from './live.js';
import { saidOf } from './rows.js';
import { TypedField } from './typed-field.js';

/** How a reminder is drawn. */
export interface ReminderFieldOptions {
  field: Field;
  lang: Lang;
  translate: Translate;
  text: string;
  kind: string;
  after: string;
  unit: string;
  changed(): void;
}

/** The field of the dialog that is one reminder of the request. */
export class ReminderField {
  readonly row: JQuery;
  readonly #text: TypedField;
  readonly #after: DurationField;

  constructor({ field, lang, translate, text, kind, after, unit, changed }: ReminderFieldOptions) {
    this.#after = new DurationField({
      name: 'reminderAfter', unit: 'reminderUnit', path: 'reminderAfter', label: translate('reminder.after'), help: '',
      value: after, unitValue: unit, translate, changed,
    });
    this.#text = new TypedField({
      name: 'reminder', field: textOf(field), lang, translate, value: text, kind,
      changed: () => { this.#drawTime(); changed(); },
    });
    this.row = $('<div>').append(this.#text.row, this.#after.row);
    this.#drawTime();
  }

  /** The reminders as the rules get them: none or one. */
  get judged(): { afterSeconds: number; text: string }[] {
    const text = this.#text.constant;
    return text?.trim() === '' ? [] : [{ afterSeconds: this.#after.seconds, text: text ?? standIn.text }];
  }

  /** Shows what is wrong with either part. */
  show(issues: Issue[], warnings: Issue[]): void {
    this.#text.show(saidOf(issues, 'reminders[0].text'), saidOf(warnings, 'reminders[0].text'));
    this.#after.show(saidOf(issues, 'reminders[0].afterSeconds'));
  }

  /** Without a reminder there is no time to choose. */
  #drawTime(): void {
    this.#after.row.toggle(this.#text.constant?.trim() !== '');
  }
}

/** The text of a reminder as a field of its own: it may be left blank. */
export function textOf(field: Field): Field {
  return { path: field.path, control: 'textarea', label: field.label, help: field.help, required: false, max: field.items?.['text']?.max ?? 0 };
}
