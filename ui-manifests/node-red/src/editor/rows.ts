/** Where a node's dialog goes; the page holds it. */
export const fieldsRoot = '#nodeline-fields';

/** A row with a label above what it holds. */
export function row(path: string, label: string, forId?: string): { row: JQuery; box: JQuery } {
  const whole = $('<div class="form-row nodeline-row">').attr('data-nodeline-field', path);
  const text = $('<label>').text(label);
  if (forId) text.attr('for', forId);
  $('<div class="nodeline-head">').append(text).appendTo(whole);
  return { row: whole, box: $('<div class="nodeline-box">').appendTo(whole) };
}
