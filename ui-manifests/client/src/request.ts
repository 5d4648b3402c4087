// The request that a node's parameters make, the same in every host.
import type { FieldSpec, RequestSpec, Unit } from './spec.js';

/** Gives a parameter of the node by its name: undefined or blank where it has no value, also later. */
export type Read = (name: string) => unknown;

/** How a host gives its parameters. */
export interface Source {
  read: Read;
  /** Stores a file's bytes on the sidecar and gives its mediaId. `held` is what the item names them by, `title` the file's name where the person set one. */
  upload?: ((held: unknown, title: string | undefined) => Promise<string>) | undefined;
  /** What a value is, of a host that wraps what a person picks. */
  picked?(value: unknown): unknown;
  /** The item or the items of a group, of a host that wraps them. */
  listed?(value: unknown): unknown;
}

type Data = Record<string, unknown>;

const isObject = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);

const isBlank = (value: unknown) => value === undefined || value === null || (typeof value === 'string' && !value.trim());

const asText = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

const factors: Record<Unit, number> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };

/**
 * The request that parameters make, without what the node mints itself and without a line
 * where the person chose none. What is blank is left out, and so is what says the same as
 * its absence. Only the parameters that the spec shows are read, each once.
 * @throws what reading and uploading throw
 */
export async function requestOf<Label>(source: Source, spec: RequestSpec<Label>): Promise<Data> {
  const known = new Map<string, unknown>();
  const root: Read = (name) => {
    if (!known.has(name)) known.set(name, source.read(name));
    return known.get(name);
  };
  return { ...(await fill(spec.fields, (name) => inside(root, name), source)), ...spec.fixed };
}

/** Reads "options.timeLimit.values.amount": the first name by `root`, the rest in what that holds. */
async function inside(root: Read, name: string): Promise<unknown> {
  const [first = '', ...rest] = name.split('.');
  let value = await root(first);
  for (const step of rest) value = isObject(value) ? value[step] : undefined;
  return value;
}

async function fill<Label>(fields: readonly FieldSpec<Label>[], read: Read, source: Source): Promise<Data> {
  const request: Data = {};
  for (const field of fields) {
    if (!(await applies(field, read))) continue;
    const value = await valueOf(field, read, source);
    if (value === undefined || value === field.absent) continue;
    if (field.path) put(request, field.path, value);
    else Object.assign(request, value);
  }
  return request;
}

async function applies<Label>(field: FieldSpec<Label>, read: Read): Promise<boolean> {
  for (const [name, values] of Object.entries(field.when ?? {})) {
    if (!values.includes(String(await read(name)))) return false;
  }
  return true;
}

function put(request: Data, path: string, value: unknown): void {
  const steps = path.split('.');
  const last = steps.pop() as string;
  let at = request;
  for (const step of steps) {
    const inner = at[step];
    at = isObject(inner) ? inner : (at[step] = {});
  }
  const there = at[last];
  at[last] = isObject(there) && isObject(value) ? { ...there, ...value } : value;
}

/** A field's value in the request, undefined where it is left out. */
async function valueOf<Label>(field: FieldSpec<Label>, read: Read, source: Source): Promise<unknown> {
  const given = await read(field.param);
  const value = source.picked ? source.picked(given) : given;
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
      return secondsOf(value, field.unit ? await read(field.unit) : undefined);
    case 'texts':
      return textsOf(value, field.split ?? 'commas');
    case 'message':
      return referenceOf(value);
    case 'group':
      return groupOf(field, value, source);
    case 'files':
      return filesOf(field, value, source);
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
function templateOf(value: unknown): Data {
  if (isObject(value)) return { name: value.name, language: value.language } as Data;
  const text = asText(value).trim();
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { name: text.slice(0, slash), language: text.slice(slash + 1) };
}

const members = (object: Data, names: string[]) =>
  Object.fromEntries(names.filter((name) => !isBlank(object[name])).map((name) => [name, object[name]])) as Data;

const author = (object: Data): Data => {
  const from = isObject(object.from) ? members(object.from, ['phone', 'lid', 'jid']) : {};
  return Object.keys(from).length ? { from } : {};
};

/**
 * A message as the sidecar takes it: its id, or what names it in an item: an event of
 * the trigger, the result of a send, of a wait (the customer's answer, else the
 * question), or an object that holds one of these.
 */
function referenceOf(value: unknown): Data {
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

/** The items of a group: an array, one alone, or JSON text of either. */
function itemsOf(value: unknown, source: Source): Data[] {
  const held = parsed(source.listed ? source.listed(value) : value);
  const list: unknown[] = Array.isArray(held) ? held : [held];
  return list.filter(isObject);
}

async function groupOf<Label>(field: FieldSpec<Label>, value: unknown, source: Source): Promise<unknown> {
  const made: Data[] = [];
  for (const item of itemsOf(value, source)) {
    const filled = await fill(field.fields ?? [], (name) => inside((first) => item[first], name), source);
    // An id alone names nothing: a choice without its text was left blank.
    if (Object.keys(filled).some((name) => name !== 'id')) made.push(filled);
  }
  if (!made.length) return undefined;
  return field.many ? made : made[0];
}

async function filesOf<Label>(field: FieldSpec<Label>, value: unknown, source: Source): Promise<Data[] | undefined> {
  const files: Data[] = [];
  for (const item of itemsOf(value, source)) {
    const title = isBlank(item.title) ? undefined : asText(item.title);
    if (item.from === 'binary') {
      if (!source.upload) throw new Error('this node cannot attach binary data');
      files.push({ ...(title ? { title } : {}), mediaId: await source.upload(item.binaryProperty, title) });
      continue;
    }
    if (item.from === 'list') {
      files.push(...((await filesOf(field, parsed(item.list), source)) ?? []));
      continue;
    }
    // One of the two is meant; what the other held before is not shown any more.
    const other = item.from === 'mediaId' ? 'url' : item.from === 'url' ? 'mediaId' : undefined;
    const file = await fill(field.fields ?? [], (name) => (name === other ? undefined : item[name]), source);
    if (file.url !== undefined || file.mediaId !== undefined) files.push(file);
  }
  return files.length ? files : undefined;
}
