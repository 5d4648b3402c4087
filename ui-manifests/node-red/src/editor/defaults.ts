// What Node-RED checks of every node when flows are loaded, without the dialog:
// what is plainly missing or too long. The dialog and the runtime judge in full.
import type { Field } from '../fields.gen.js';
import { codePoints } from '../shared/labels.js';

interface Checked {
  _(key: string, values?: Record<string, string>): string;
  [name: string]: unknown;
}

/** A default with its rule; `name` + "Type" holds the kind. */
export function typedDefault(name: string, field: Field, value: string) {
  return {
    value,
    validate(this: Checked, text: unknown): true | string {
      if (this[`${name}Type`] !== 'str') return String(text ?? '').trim() !== '' || !field.required || this._('common.invalid.required');
      return checkText(this, String(text ?? ''), field);
    },
  };
}

/** The buttons' default with its rule. */
export function buttonsDefault(field: Field, value: { id: string; text: string; type: string }[]) {
  const limits = field.items?.['text'];
  return {
    value,
    validate(this: Checked, buttons: unknown): true | string {
      const list = Array.isArray(buttons) ? buttons as { text: string; type: string }[] : [];
      const filled = list.filter(({ text }) => text.trim() !== '');
      if (filled.length < (field.min ?? 0)) return this._('common.invalid.no-button');
      for (const { text, type } of filled) {
        const said = type === 'str' && limits ? checkText(this, text.trim(), limits) : true;
        if (said !== true) return said;
      }
      return true;
    },
  };
}

function checkText(node: Checked, text: string, { required, max }: { required: boolean; max?: number }): true | string {
  if (required && text.trim() === '') return node._('common.invalid.required');
  const length = codePoints(text);
  if (max !== undefined && length > max) return node._('common.invalid.long', { length: String(length), max: String(max) });
  return true;
}
