import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { FieldSpec, OperationSpec, Unit } from './spec';

/** Gives a parameter of the node by its name, undefined or blank where it has no value. */
export type Read = (name: string) => unknown;

/** Stores binary data of the item on the sidecar and gives its mediaId. `title` is the file's name where the person set one. */
export type Upload = (binaryProperty: string, title: string | undefined) => Promise<string>;

const isObject = (value: unknown): value is IDataObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const isBlank = (value: unknown) => value === undefined || value === null || (typeof value === 'string' && !value.trim());

const asText = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** What a resourceLocator holds, and anything else as it is. */
const picked = (value: unknown) => (isObject(value) && value.__rl === true ? value.value : value);

const factors: Record<Unit, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

/**
 * The request that a node's parameters make for one item, without what the node mints
 * itself (spec.minted) and without a line where the person chose none. What is blank is
 * left out, and so is what says the same as its absence.
 */
export function buildRequest(ctx: IExecuteFunctions, spec: OperationSpec, itemIndex: number, upload?: Upload): Promise<IDataObject> {
  return requestOf((name) => ctx.getNodeParameter(name, itemIndex, ''), spec, upload);
}

/** As buildRequest, of any source of parameters. */
export async function requestOf(read: Read, spec: OperationSpec, upload?: Upload): Promise<IDataObject> {
  const known = new Map<string, unknown>();
  const root: Read = (name) => {
    if (!known.has(name)) known.set(name, read(name));
    return known.get(name);
  };
  return { ...(await fill(spec.fields, (name) => inside(root, name), upload)), ...spec.fixed };
}

/** Reads "options.timeLimit.values.amount": the first name by `root`, the rest in what that holds. */
function inside(root: Read, name: string): unknown {
  const [first = '', ...rest] = name.split('.');
  let value = root(first);
  for (const step of rest) value = isObject(value) ? value[step] : undefined;
  return value;
}

async function fill(fields: readonly FieldSpec[], read: Read, upload: Upload | undefined): Promise<IDataObject> {
  const request: IDataObject = {};
  for (const field of fields) {
    if (!applies(field, read)) continue;
    const value = await valueOf(field, read, upload);
    if (value === undefined || value === field.absent) continue;
    if (field.path) put(request, field.path, value);
    else Object.assign(request, value);
  }
  return request;
}

const applies = (field: FieldSpec, read: Read) => Object.entries(field.when ?? {}).every(([name, values]) => values.includes(String(read(name))));

function put(request: IDataObject, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() as string;
  let at = request;
  for (const step of steps) {
    const inner = at[step];
    at = isObject(inner) ? inner : ((at[step] = {}) as IDataObject);
  }
  const there = at[last];
  at[last] = (isObject(there) && isObject(value) ? { ...there, ...value } : value) as IDataObject;
}

/** A field's value in the request, undefined where it is left out. */
async function valueOf(field: FieldSpec, read: Read, upload: Upload | undefined): Promise<unknown> {
  const value = picked(read(field.param));
  if (isBlank(value)) return undefined;
  switch (field.control) {
    case 'line':
    case 'chat':
    case 'text':
      return asText(value);
    case 'template':
      return templateOf(value);
    case 'number':
      return numberOf(value);
    case 'boolean':
      return value === true || value === 'true';
    case 'select':
      return field.many ? textsOf(value, 'commas') : asText(value);
    case 'duration':
      return secondsOf(value, field.unit ? read(field.unit) : undefined);
    case 'texts':
      return textsOf(value, field.split ?? 'commas');
    case 'message':
      return referenceOf(value);
    case 'group':
      return groupOf(field, value, upload);
    case 'files':
      return filesOf(field, value, upload);
  }
}

/** A number, also as text. What is none is left for the sidecar to refuse by its name. */
function numberOf(value: unknown): unknown {
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}

function secondsOf(amount: unknown, unit: unknown): unknown {
  const number = numberOf(amount);
  return typeof number === 'number' ? Math.round(number * (factors[unit as Unit] ?? 1)) : number;
}

function textsOf(value: unknown, split: 'commas' | 'lines'): string[] | undefined {
  const parts = Array.isArray(value) ? value.map(asText) : asText(value).split(split === 'lines' ? /\n/ : /[\n,;]/);
  const texts = parts.map((part) => part.trim()).filter(Boolean);
  return texts.length ? texts : undefined;
}

/** What JSON text holds; anything else, and text that is none, as it is. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** "visit_reminder/en", or an object with both. */
function templateOf(value: unknown): IDataObject {
  if (isObject(value)) return { name: value.name, language: value.language } as IDataObject;
  const text = asText(value).trim();
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { name: text.slice(0, slash), language: text.slice(slash + 1) };
}

const members = (object: IDataObject, names: string[]) =>
  Object.fromEntries(names.filter((name) => !isBlank(object[name])).map((name) => [name, object[name]])) as IDataObject;

const author = (object: IDataObject): IDataObject => {
  const from = isObject(object.from) ? members(object.from, ['phone', 'lid', 'jid']) : {};
  return Object.keys(from).length ? { from } : {};
};

/**
 * A message as the sidecar takes it: its id, or what names it in an item: an event of
 * the trigger, the result of a send, of a wait (the customer's answer, else the
 * question), or an object that holds one of these.
 */
function referenceOf(value: unknown): IDataObject {
  if (!isObject(value)) {
    const object = parsed(value);
    return isObject(object) ? referenceOf(object) : { messageId: asText(value).trim() };
  }
  // An answer's id is that of the choice, and names no message.
  const names = 'raw' in value ? ['messageId'] : ['messageId', 'id', 'key'];
  const named = { ...members(value, names), ...author(value) };
  if (named.messageId) return named;
  if (isObject(value.message)) return { message: { ...members(value.message, ['id']), ...author(value.message) } };
  for (const name of ['edited', 'deleted', 'reaction', 'status', 'answer', 'ask']) {
    const part = value[name];
    const inner = isObject(part) ? referenceOf(part) : {};
    if (Object.keys(inner).length) return inner;
  }
  return named;
}

/** The items of a fixedCollection: [{...}] of `many`, one else; also an array or an object as an expression gives it. */
function itemsOf(value: unknown): IDataObject[] {
  const held = isObject(value) && 'values' in value ? value.values : parsed(value);
  const list: unknown[] = Array.isArray(held) ? held : [held];
  return list.filter(isObject);
}

async function groupOf(field: FieldSpec, value: unknown, upload: Upload | undefined): Promise<unknown> {
  const made: IDataObject[] = [];
  for (const item of itemsOf(value)) {
    const filled = await fill(field.fields ?? [], (name) => inside((first) => item[first], name), upload);
    // An id alone names nothing: a choice without its text was left blank.
    if (Object.keys(filled).some((name) => name !== 'id')) made.push(filled);
  }
  if (!made.length) return undefined;
  return field.many ? made : made[0];
}

async function filesOf(field: FieldSpec, value: unknown, upload: Upload | undefined): Promise<IDataObject[] | undefined> {
  const files: IDataObject[] = [];
  for (const item of itemsOf(value)) {
    const title = isBlank(item.title) ? undefined : asText(item.title);
    if (item.from === 'binary') {
      if (!upload) throw new Error('this node cannot attach binary data');
      files.push({ ...(title ? { title } : {}), mediaId: await upload(asText(item.binaryProperty ?? 'data'), title) });
      continue;
    }
    if (item.from === 'list') {
      files.push(...((await filesOf(field, parsed(item.list), upload)) ?? []));
      continue;
    }
    // One of the two is meant; what the other held before is not shown any more.
    const other = item.from === 'mediaId' ? 'url' : item.from === 'url' ? 'mediaId' : undefined;
    const file = await fill(field.fields ?? [], (name) => (name === other ? undefined : item[name]), upload);
    if (file.url !== undefined || file.mediaId !== undefined) files.push(file);
  }
  return files.length ? files : undefined;
}
