// Small parts that several dialogs draw alike.
import type { Issue } from '@nodeline/client';
import type { TypedField } from './typed-field.js';

/** Where a dialog's fields go; the template holds it. */
export const fieldsRoot = '#nodeline-fields';

/** A row with a label above what it holds. */
export function row(path: string, label: string, forId?: string): { row: JQuery; box: JQuery } {
  const whole = $('<div class="form-row nodeline-row">').attr('data-nodeline-field', path);
  const text = $('<label>').text(label);
  if (forId) text.attr('for', forId);
  $('<div class="nodeline-head">').append(text).appendTo(whole);
  return { row: whole, box: $('<div class="nodeline-box">').appendTo(whole) };
}

/** Sentences of the issues of one field, the fields inside it left out. */
export function saidOf(issues: Issue[], path: string): string[] {
  return issues.filter(({ field }) => field === path).map(({ message }) => message);
}

/** Shows each field what the rules say of it. */
export function showFields(fields: TypedField[], issues: Issue[], warnings: Issue[]): void {
  for (const field of fields) {
    const wrong = issues.filter((issue) => issue.field === field.path && (field.touched || !isAbsence(issue)));
    field.show(wrong.map(({ message }) => message), saidOf(warnings, field.path));
  }
}

/** Whether an issue only says that nothing is filled in yet. */
export function isAbsence({ rule }: Issue): boolean {
  return rule === 'required' || rule === 'notblank';
}
