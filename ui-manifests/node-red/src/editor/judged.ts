// The request that a dialog's fields would make, for the rules: what only a message
// brings is a stand-in, and what the rules say of a stand-in is nobody's business.
import { requestOf, type Issue, type Method } from '@nodeline/client';
import type { Case, Field } from '../shared/model.js';
import { specOf } from '../shared/spec.js';
import { isConstant, itemsOf, type Stored } from '../shared/stored.js';

/** A request as the rules and a preview get it. */
export interface Judged {
  case: Case;
  /** Empty where the node asks nothing of the sidecar. */
  method: Method | '';
  params: Record<string, unknown>;
  /** What the dialog's fields hold. */
  stored: Stored;
  /** Places in the request that hold a stand-in: "chat", "buttons[1].text". */
  unknown: ReadonlySet<string>;
  /** Of each list its items that are in the request, by their places in the dialog. */
  places: ReadonlyMap<string, readonly number[]>;
}

/** Stand-ins for what only a message brings. */
export const standIn = { chat: '+79000000000', text: '…', key: 'dialog', line: 'dialog' };

/** Makes the request of a case as it is filled in. */
export async function judgedRequest(one: Case, stored: Stored): Promise<Judged> {
  const unknown = new Set<string>();
  const places = new Map<string, number[]>();
  for (const field of one.fields) {
    if (field.own) continue;
    if (!isConstant(field, stored)) unknown.add(field.path);
    else if (field.fields) await noteItems(field, stored, unknown, places);
  }
  const filled = await requestOf({ read: reader(one.fields, stored), upload: async () => standIn.key }, specOf(one));
  const params = {
    ...(one.line ? { line: standIn.line } : {}),
    ...Object.fromEntries(['id', 'key'].filter((name) => one.minted.includes(name)).map((name) => [name, standIn.key])),
    ...filled,
  };
  return { case: one, method: one.method, params, stored, unknown, places };
}

/** What is said of the dialog's own values: a stand-in is nobody's fault. */
export function ofConstants({ unknown }: Judged, said: readonly Issue[]): Issue[] {
  return said.filter(({ field }) => ![...unknown].some((path) => field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`)));
}

/** A blank item is not part of the request, so that places there and here differ. */
async function noteItems(field: Field, stored: Stored, unknown: Set<string>, places: Map<string, number[]>): Promise<void> {
  const kept: number[] = [];
  for (const [place, item] of itemsOf(field, stored).entries()) {
    const made = await requestOf(
      { read: (name) => (name === field.param ? [judgedItem(field, item)] : undefined), upload: async () => standIn.key },
      specOf({ fields: [without(field)] }));
    if (Object.keys(made).length === 0) continue;
    for (const inner of field.fields ?? []) {
      if (!isConstant(inner, item)) unknown.add(`${field.path}[${kept.length}].${inner.path}`);
    }
    kept.push(place);
  }
  places.set(field.path, kept);
}

/** A list's field by itself, whatever else it hangs on. */
function without({ when, ...field }: Field): Field {
  void when;
  return field;
}

function reader(fields: readonly Field[], stored: Stored): (name: string) => unknown {
  return (name) => {
    const field = fields.find(({ param }) => param === name);
    return field ? constantOf(field, stored) : stored[name];
  };
}

/** An item as a request takes it: bytes that a message brings would be uploaded first. */
function judgedItem(field: Field, item: Stored): Stored {
  const made = constants(field.fields ?? [], item);
  return field.control === 'files' && item['from'] === 'message' ? { ...made, from: 'binary', binaryProperty: standIn.key } : made;
}

/** The properties of an item with stand-ins where a message brings the value. */
function constants(fields: readonly Field[], item: Stored): Stored {
  return { ...item, ...Object.fromEntries(fields.map((field) => [field.param, constantOf(field, item)])) };
}

function constantOf(field: Field, stored: Stored): unknown {
  if (!isConstant(field, stored)) return standInFor(field);
  if (!field.fields) return stored[field.param];
  return itemsOf(field, stored).map((item) => judgedItem(field, item));
}

function standInFor(field: Field): unknown {
  switch (field.control) {
    case 'phone': case 'chat': return standIn.chat;
    case 'text': case 'textarea': case 'texts': return standIn.text;
    case 'number': case 'duration': return field.required ? field.min ?? 1 : undefined;
    case 'select': return field.required ? field.options?.[0]?.value : undefined;
    case 'message': return standIn.key;
    case 'template': return `${standIn.key}/en`;
    case 'boolean': return undefined;
    case 'choices': case 'group': case 'files':
      return Array.from({ length: Math.max(field.min ?? 1, 1) }, (_, place) => itemFor(field, place));
  }
}

/** An item that passes for one: no two have the same text. */
function itemFor(field: Field, place: number): Stored {
  const item: Record<string, unknown> = field.control === 'choices' ? { id: `${standIn.key}${place}` } : {};
  for (const inner of field.fields ?? []) {
    if (inner.required) item[inner.param] = inner.control === 'text' ? `${standIn.text}${place}` : standInFor(inner);
  }
  return item;
}
