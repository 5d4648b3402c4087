// What stands above a dialog's fields: what the node is to do, and whether it waits.
import type { Lang } from '@nodeline/client';
import type { NodeModel } from '../shared/model.js';
import { row } from './rows.js';

/** Draws the choice among the cases of a model. */
export function drawChooser(root: JQuery, model: NodeModel, value: string, lang: Lang, changed: (value: string) => void): void {
  if (!model.chooser) return;
  const { param, label, help } = model.chooser;
  const { row: whole, box } = row(param, label[lang], `nodeline-input-${param}`);
  const select = $('<select>').attr('id', `nodeline-input-${param}`).appendTo(box);
  const cases = new Map(model.cases.map((one) => [one.id, one]));
  for (const [id, { title }] of cases) $('<option>').val(id).text(title[lang]).appendTo(select);
  const note = $('<div class="nodeline-help">').appendTo(whole);
  const explain = () => { note.text(cases.get(String(select.val()))?.help[lang] || help[lang]); };
  select.val(value).on('change', () => { explain(); changed(String(select.val())); });
  explain();
  whole.appendTo(root);
}

/** Draws the switch between two ways of one node. */
export function drawSwitch(root: JQuery, model: NodeModel, value: boolean, lang: Lang, changed: (value: boolean) => void): void {
  if (!model.switch) return;
  const { param, label, help } = model.switch;
  const id = `nodeline-input-${param}`;
  const whole = $('<div class="form-row nodeline-row">').attr('data-nodeline-field', param).appendTo(root);
  const text = $('<label class="nodeline-switch">').attr('for', id).appendTo(whole);
  const box = $('<input type="checkbox">').attr('id', id).prop('checked', value).appendTo(text);
  $('<span>').text(label[lang]).appendTo(text);
  $('<div class="nodeline-help">').text(help[lang]).appendTo(whole);
  box.on('change', () => changed(box.prop('checked') === true));
}
