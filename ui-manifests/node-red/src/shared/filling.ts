// The fields of a node for one message, and the request that they make.
//
//   def + msg -> each shown field evaluated by its kind -> requestOf -> request
import { requestOf, type Lang, type RequestSpec, type Source } from '@nodeline/client';
import type { Node } from 'node-red';
import { formOf, type Stored } from './before.js';
import { FieldReader } from './fields.js';
import type { Case, Control, Field, NodeModel, Text } from './model.js';
import { caseOf } from './outputs.js';
import { langOfRuntime, type Message, type RED } from './red.js';
import { specOf } from './spec.js';

/** A file of a message that has to be uploaded. */
export interface FileData {
  /** A Buffer, other bytes, or a text. */
  data: unknown;
  /** "application/pdf"; undefined: judged by what it is. */
  mime: string | undefined;
}

/** Stores a file on the sidecar and gives its mediaId. */
export type Upload = (file: FileData, title: string | undefined) => Promise<string>;

/** Kinds of values that are not the node's own. */
const sources: readonly unknown[] = ['msg', 'flow', 'global', 'env', 'jsonata'];

/** Controls whose value is a text: what cannot be one is refused by name. */
const texts: readonly Control[] = ['text', 'textarea', 'phone', 'chat', 'number', 'duration'];

/** Controls that hold items with fields of their own. */
const lists: readonly Control[] = ['choices', 'group', 'files'];

/** The fields of one form: the node's, or an item's. */
interface Form {
  fields: readonly Field[];
  held: Stored;
  /** Where it stands, for labels: "Buttons 2". */
  place: string;
}

/** Reads the fields of one node. */
export class Filling {
  readonly case: Case;
  readonly #reader: FieldReader;
  readonly #lang: Lang;
  readonly #def: Stored;
  readonly #spec: RequestSpec<Text>;

  /**
   * @param def the node's settings, also of flows of before
   * @throws {Error} where they choose nothing that the node does
   */
  constructor(RED: RED, node: Node, def: object, model: NodeModel) {
    const { chooser } = model;
    this.case = caseOf(model, def as Stored);
    // What a person did not choose is never done in its place.
    const chosen = chooser && (def as Stored)[chooser.param];
    if (chosen !== undefined && chosen !== this.case.id) throw new Error(`${model.type} does not know ${String(chosen)}`);
    this.#def = formOf(this.case, def as Stored);
    this.#reader = new FieldReader(RED, node);
    this.#lang = langOfRuntime(RED);
    this.#spec = specOf(this.case);
  }

  /**
   * The request for one message: without the line and without what the node mints.
   * @param upload takes the files that the message brings
   * @throws {NodelineError} invalid_request that names the field; what upload throws
   */
  params(msg: Message, upload?: Upload): Promise<Record<string, unknown>> {
    const form: Form = { fields: this.case.fields, held: this.#def, place: '' };
    const source: Source = {
      read: (name) => this.#read(form, name, msg),
      upload: upload && ((held, title) => upload(held as FileData, title)),
    };
    return requestOf(source, this.#spec);
  }

  /**
   * The value of a field that is not part of the request, undefined where it is blank.
   * @throws {NodelineError} invalid_request that names the field
   */
  async own(param: string, msg: Message): Promise<unknown> {
    const value = await this.#read({ fields: this.case.fields, held: this.#def, place: '' }, param, msg);
    return value === null || (typeof value === 'string' && !value.trim()) ? undefined : value;
  }

  /** What a field holds and of what kind, unevaluated. */
  stored(param: string): { value: unknown; type: string } {
    const field = this.case.fields.find((one) => one.param === param);
    return { value: this.#def[param], type: field ? kindOf(field, this.#def) : '' };
  }

  /** A field's label, as people know it. */
  label(param: string): string {
    return this.case.fields.find((field) => field.param === param)?.label[this.#lang] ?? param;
  }

  async #read(form: Form, name: string, msg: Message): Promise<unknown> {
    const field = form.fields.find(({ param }) => param === name);
    const held = form.held[name];
    if (!field) return held;
    const label = form.place ? `${form.place}: ${field.label[this.#lang]}` : field.label[this.#lang];
    const type = kindOf(field, form.held);
    if (sources.includes(type)) {
      const value = await this.#reader.value(label, { value: String(held ?? startOf(field)), type }, msg);
      if (texts.includes(field.control) && !field.own) return this.#reader.asText(label, value);
      return lists.includes(field.control) ? given(field, value) : value;
    }
    return lists.includes(field.control) && Array.isArray(held) ? this.#items(field, held, label, msg) : held;
  }

  /** The items of a list that the node holds, each field evaluated. */
  async #items(field: Field, held: unknown[], label: string, msg: Message): Promise<Stored[]> {
    const items: Stored[] = [];
    for (const [index, item] of held.entries()) {
      if (typeof item !== 'object' || item === null) continue;
      const form: Form = { fields: field.fields ?? [], held: item as Stored, place: `${label} ${index + 1}` };
      // An id and what durations are counted in are no fields.
      const values: Stored = { ...form.held };
      for (const inner of form.fields) {
        if (shows(inner, form.held)) values[inner.param] = await this.#read(form, inner.param, msg);
        else delete values[inner.param];
      }
      items.push(field.control === 'files' ? fileItem(values) : values);
    }
    return items;
  }
}

/** Whether an item's field is shown. What decides is a select, whose value is the item's own. */
function shows(field: Field, held: Stored): boolean {
  return Object.entries(field.when ?? {}).every(([name, values]) => values.includes(String(held[name])));
}

/** The kind of a field's value; what was never saved begins as in a new node. */
function kindOf(field: Field, held: Stored): string {
  const type = held[`${field.param}Type`];
  if (typeof type === 'string') return type;
  return held[field.param] === undefined ? field.startType ?? '' : '';
}

const startOf = (field: Field) => (field.startType ? field.start ?? '' : '');

/** A list that does not come of the node: an array, or one item; a choice may be its text alone. */
function given(field: Field, value: unknown): unknown {
  const parsed = typeof value === 'string' && /^\s*\[/.test(value) ? asJson(value) : value;
  if (parsed === undefined || parsed === null || parsed === '') return undefined;
  const items = Array.isArray(parsed) ? parsed : [parsed];
  return items.map((item: unknown) => {
    if (field.control === 'files') return givenFile(item);
    if (typeof item === 'object') return item === null ? {} : renamed(field, item as Stored);
    const [first] = field.fields ?? [];
    return first ? { [first.param]: item } : {};
  });
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** An item with the request's own names, which is how a message would bring it. */
function renamed(field: Field, item: Stored): Stored {
  const named = { ...item };
  for (const { path, param } of field.fields ?? []) {
    if (named[param] === undefined && item[path] !== undefined) named[param] = item[path];
  }
  return named;
}

/** One file as a message brings it: bytes, a link, an id, or an object with one of them. */
function givenFile(value: unknown): Stored {
  if (value instanceof Uint8Array) return fileItem({ from: 'message', data: value });
  if (typeof value === 'string') return /^[a-z][a-z0-9+.-]*:\/\//i.test(value.trim()) ? { from: 'url', url: value } : { from: 'mediaId', mediaId: value };
  if (typeof value !== 'object' || value === null) return {};
  const file = value as Stored;
  // What a Buffer becomes in a context that keeps JSON.
  if (file['type'] === 'Buffer' && Array.isArray(file['data'])) return fileItem({ from: 'message', data: Buffer.from(file['data'] as number[]) });
  const title = file['title'] ?? file['name'] ?? file['filename'];
  const bytes = file['data'] ?? file['content'] ?? file['buffer'];
  if (bytes !== undefined) return fileItem({ from: 'message', data: bytes, mime: file['mime'] ?? file['mimetype'], title });
  return file['mediaId'] ? { from: 'mediaId', mediaId: file['mediaId'], title } : { from: 'url', url: file['url'], title };
}

/** A file as requestOf takes it. */
function fileItem(item: Stored): Stored {
  if (item['from'] !== 'message') return item;
  // A text or bytes are the file itself; anything else is taken as a message brings files.
  const { data, mime, title } = item;
  if (typeof data === 'object' && data !== null && !(data instanceof Uint8Array)) {
    if (Array.isArray(data)) return { from: 'list', list: data.map(givenFile) };
    return { ...givenFile(data), ...(title ? { title } : {}) };
  }
  const file: FileData = { data, mime: typeof mime === 'string' && mime.trim() ? mime.trim() : undefined };
  return { from: 'binary', binaryProperty: file, ...(title ? { title } : {}) };
}
