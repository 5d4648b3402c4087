// Settings of nodes that were saved before fields had the form that they have now.
import type { Case, Field } from './model.js';

/** A node's settings, or those of an item, by name. */
export type Stored = Record<string, unknown>;

/** A node's settings in today's form; those that have it are given as they are. */
export function formOf(of: Case, def: Stored): Stored {
  const form = { ...def };
  for (const field of of.fields) {
    if (field.control === 'choices') form[field.param] = choicesOf(form[field.param]);
    if (field.path === 'reminders' && form[field.param] === undefined) form[field.param] = remindersOf(field, def);
  }
  return form;
}

/** Choices called the kind of their text `type`. */
function choicesOf(choices: unknown): unknown {
  if (!Array.isArray(choices)) return choices;
  return choices.map((choice: Stored) => (choice?.['textType'] === undefined && choice?.['type'] !== undefined ? { ...choice, textType: choice['type'] } : choice));
}

/** There was one reminder, in four fields of the node; a blank text was none. */
function remindersOf(list: Field, { reminder, reminderType, reminderAfter = 1, reminderUnit = 'hours' }: Stored): Stored[] | undefined {
  if (typeof reminder !== 'string' || !reminder.trim()) return undefined;
  const item: Stored = {};
  for (const { param, control } of list.fields ?? []) {
    if (control === 'duration') Object.assign(item, { [param]: reminderAfter, [`${param}Unit`]: reminderUnit });
    else Object.assign(item, { [param]: reminder, [`${param}Type`]: reminderType ?? 'str' });
  }
  return [item];
}
