// What Node-RED keeps of every node, and checks when flows are loaded, without the
// dialog: what is plainly missing or too long. Dialog and runtime judge in full.
import { editorLang } from './lang.js';
import { codePoints } from '../shared/labels.js';
import type { Field, NodeModel } from '../shared/model.js';
import { caseOf, portsOf } from '../shared/outputs.js';
import { applies, blank, constantKind, fieldsOf, isConstant, itemFields, itemsOf, oldReminder, started, unitSeconds, type Stored, type Unit } from '../shared/stored.js';

interface Checked {
  _(key: string, values?: Record<string, string>): string;
  [name: string]: unknown;
}

interface Default {
  value?: unknown;
  type?: string;
  required?: boolean;
  // Node-RED takes a sentence for a reason only of a rule with two arguments.
  validate?(this: Checked, value: unknown, options: unknown): true | string;
}

/** Every property of a node with what a new one holds. */
export function defaultsOf(model: NodeModel): Record<string, Default> {
  const defaults: Record<string, Default> = {
    name: { value: '' },
    line: { value: '', type: 'nodeline-line', required: true },
  };
  if (model.chooser) defaults[model.chooser.param] = { value: model.chooser.start };
  if (model.switch) defaults[model.switch.param] = { value: model.switch.start };
  for (const field of fieldsOf(model)) {
    for (const [name, value] of Object.entries(begins(field))) defaults[name] = { value };
    const checked = defaults[field.param];
    if (checked) checked.validate = function (this: Checked, value: unknown, options: unknown) { void options; return check(this, model, field.param, value); };
    if (field.path === 'reminders') for (const old of oldReminder) defaults[old] = {};
  }
  if (changesOutputs(model)) defaults['outputs'] = { value: outputsOf(model) };
  return defaults;
}

/** How many outputs a new node has. */
export function outputsOf(model: NodeModel): number {
  const stored: Stored = Object.assign({}, ...fieldsOf(model).map(begins)) as Stored;
  return portsOf(caseOf(model, stored), stored).length;
}

/** Whether a node's outputs hang on its settings. */
function changesOutputs({ cases }: NodeModel): boolean {
  const ids = cases.map(({ outcomes }) => outcomes.map(({ id, perChoice }) => (perChoice ? '*' : id)).join());
  return ids.some((one) => one !== ids[0] || one.includes('*'));
}

/** Choices begin with a few to fill in. Two lists, and a template, have other ids: an answer to one never passes for an answer to the other. */
function begins(field: Field): Stored {
  const own = started(field);
  if (field.control !== 'choices' || field.own) return own;
  const items = Array.from({ length: Math.min(2, field.max ?? 2) }, (_, place) =>
    Object.assign({}, ...itemFields(field).map(started), { id: `${field.param.slice(0, 2)}${place + 1}` }) as Stored);
  return { ...own, [field.param]: items };
}

function check(node: Checked, model: NodeModel, param: string, value: unknown): true | string {
  const one = caseOf(model, node);
  const field = one.fields.find((each) => each.param === param);
  if (!field || !applies(field, node)) return true;
  const asked = one.outcomes.some(({ perChoice }) => perChoice === param) && !field.own;
  const said = checkField(node, asked ? { ...field, required: true } : field, node, value);
  return said === true || `${field.label[editorLang()]}: ${said}`;
}

function checkField(node: Checked, field: Field, stored: Stored, value: unknown): true | string {
  if (!isConstant(field, stored)) return String(value ?? '').trim() !== '' || !field.required || node._('common.invalid.required');
  switch (constantKind(field)) {
    case 'list': return checkItems(node, field, stored);
    case 'num': return checkNumber(node, field, stored, value ?? blank(field));
    default: return checkText(node, field, Array.isArray(value) ? value.join() : String(value ?? blank(field)));
  }
}

function checkItems(node: Checked, field: Field, stored: Stored): true | string {
  let filled = 0;
  for (const item of itemsOf(field, stored)) {
    // What was left blank is not sent.
    if (field.control === 'choices' && isBlank(field, item)) continue;
    filled++;
    for (const inner of itemFields(field)) {
      if (!applies(inner, item)) continue;
      const said = checkField(node, inner, item, item[inner.param]);
      if (said !== true) return said;
    }
  }
  const least = field.required ? Math.max(field.min ?? 1, 1) : 0;
  return filled >= least || node._('common.invalid.items', { min: String(least) });
}

function isBlank(field: Field, item: Stored): boolean {
  return itemFields(field).every(({ param }) => String(item[param] ?? '').trim() === '');
}

function checkNumber(node: Checked, { required, min, max, control, param }: Field, stored: Stored, value: unknown): true | string {
  const text = String(value).trim();
  if (text === '') return !required || node._('common.invalid.required');
  const number = Number(text) * (control === 'duration' ? unitSeconds[stored[`${param}Unit`] as Unit] ?? 1 : 1);
  if (Number.isNaN(number)) return node._('common.invalid.number');
  if (number >= (min ?? -Infinity) && number <= (max ?? Infinity)) return true;
  return node._(control === 'duration' ? 'common.invalid.duration' : 'common.invalid.range', { min: String(min ?? ''), max: String(max ?? '') });
}

function checkText(node: Checked, { required, max, control }: Field, text: string): true | string {
  if (required && text.trim() === '') return node._('common.invalid.required');
  const length = codePoints(text);
  const counted = control === 'text' || control === 'textarea';
  return !counted || max === undefined || length <= max || node._('common.invalid.long', { length: String(length), max: String(max) });
}
