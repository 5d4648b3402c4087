// How a node stores a field: `<param>` with its value, `<param>Type` with the kind of
// it, and of a duration `<param>Unit`. Flows of before have other forms, read here.
import { formOf } from './before.js';
import type { Control, Field, NodeModel, Source } from './model.js';

/** What a node or an item of a list holds. */
export type Stored = Readonly<Record<string, unknown>>;

/** What a value is when it is of the node itself, or where it comes from. */
export type Kind = 'str' | 'num' | 'bool' | 'choice' | 'template' | 'list' | Source;

/** Where a value may come from, in the order offered. */
export const sources: readonly Source[] = ['msg', 'flow', 'global', 'jsonata', 'env'];

/** Seconds in each unit of a duration, in the order offered. */
export const unitSeconds = { seconds: 1, minutes: 60, hours: 3600, days: 86400 } as const;

/** A unit of a duration. */
export type Unit = keyof typeof unitSeconds;

const constants: Record<Control, Kind> = {
  text: 'str', textarea: 'str', phone: 'str', chat: 'str', texts: 'str', message: 'str',
  number: 'num', duration: 'num', boolean: 'bool', select: 'choice', template: 'template',
  choices: 'list', group: 'list', files: 'list',
};

/** The kind of a field's constant. */
export function constantKind({ control }: Pick<Field, 'control'>): Kind {
  return constants[control];
}

/** The kind of a field's value. Flows of before have none where it can only be the constant. */
export function kindOf(field: Field, stored: Stored): Kind {
  const held = stored[`${field.param}Type`];
  return typeof held === 'string' && held !== '' ? held as Kind : constantKind(field);
}

/** Whether a field's value is of the node itself. */
export function isConstant(field: Field, stored: Stored): boolean {
  return kindOf(field, stored) === constantKind(field);
}

/** The items of a list that a node holds. */
export function itemsOf(field: Field, stored: Stored): Stored[] {
  const held = stored[field.param];
  if (!isConstant(field, stored) || !Array.isArray(held)) return [];
  return (held as unknown[]).filter((item): item is Stored => typeof item === 'object' && item !== null);
}

/** What stands for a field that was never filled in. */
export function blank(field: Field): string | number | boolean | string[] | Stored[] {
  switch (constantKind(field)) {
    case 'bool': return field.absent === true;
    case 'list': return [];
    case 'choice': return field.many ? [] : String(field.absent ?? '');
    case 'num': return field.control === 'number' ? field.absent ?? '' : '';
    default: return '';
  }
}

/** Properties of a field of a node or an item that is new. */
export function started(field: Field): Stored {
  const value = field.start ?? blank(field);
  return {
    [field.param]: value,
    [`${field.param}Type`]: field.startType ?? constantKind(field),
    ...(field.control === 'duration' ? { [`${field.param}Unit`]: field.startUnit ?? 'hours' } : {}),
  };
}

/** The fields of a list's items that people fill in. A choice's id is made once: wires and open asks hold on to it. */
export function itemFields({ control, fields = [] }: Field): readonly Field[] {
  return control === 'choices' ? fields.filter(({ path }) => path !== 'id') : fields;
}

/** The properties of the one reminder that flows of before could have. */
export const oldReminder = ['reminder', 'reminderType', 'reminderAfter', 'reminderUnit'] as const;

/** Every field of a model, each property once. */
export function fieldsOf(model: NodeModel): Field[] {
  const known = new Map<string, Field>();
  for (const { fields } of model.cases) for (const field of fields) if (!known.has(field.param)) known.set(field.param, field);
  return [...known.values()];
}

/** A node's properties in the form of today, for every case of its model. */
export function upgraded(model: NodeModel, stored: Stored): Stored {
  let form: Record<string, unknown> = { ...stored };
  for (const one of model.cases) form = formOf(one, form);
  return form;
}

/** Whether a field is shown beside these values: a value that a message brings may be any. */
export function applies({ when }: Field, stored: Stored): boolean {
  return Object.entries(when ?? {}).every(([name, values]) => {
    const kind = String(stored[`${name}Type`] ?? '');
    return (sources as readonly string[]).includes(kind) || values.includes(String(stored[name] ?? ''));
  });
}
