// A message as data that travels with an ask and comes back with its outcome.
//
// JSON with tags: {"$n":"date","v":...} for what JSON cannot say. An object that
// has a "$n" of its own is wrapped, so nothing a flow puts in can pass for a tag.
// Kinds are told by node:util, not by instanceof: what a function node makes is of
// another realm, whose Map is not this one's.
import { types } from 'node:util';

/** schema.ContextMaxBytes: the largest context that the sidecar carries. */
export const snapshotMaxBytes = 256 << 10;

/** Deeper than any message means to be; cuts off what recursion cannot hold. */
const depthMax = 200;

/** Why a part of a message does not come back. */
export type Why = 'function' | 'symbol' | 'cycle' | 'request' | 'depth' | 'unreadable';

/** A snapshot and what could not be kept. */
export interface Snapshot {
  /** Undefined where it would be too large. */
  context: unknown;
  /** Paths that will be missing. */
  dropped: { path: string; why: Why }[];
  /** Paths of objects that come back as plain data, without their class. */
  plain: string[];
  /** As it travels; at least that many where it is too large. */
  bytes: number;
}

type Message = Record<string, unknown>;

/** Errors of the language itself, by their name. */
const nativeErrors: Readonly<Record<string, new (message: string) => Error>> = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

/** Takes a message's snapshot. `req` and `res` belong to one HTTP exchange and are left out. */
export function take(msg: Message): Snapshot {
  return new Taking().message(msg);
}

/** The message of a snapshot; an empty one where the context is not ours. */
export function restore(context: unknown): Message {
  if (typeof context !== 'object' || context === null || !('msg' in context)) return {};
  const msg = decode(context.msg);
  return typeof msg === 'object' && msg !== null ? msg as Message : {};
}

/** One snapshot being taken. */
class Taking {
  readonly #dropped: Snapshot['dropped'] = [];
  readonly #plain: string[] = [];
  readonly #above = new Set<object>();
  /** Never more than the bytes it will have, so that what is surely too large is not copied first. */
  #atLeast = 0;

  message(msg: Message): Snapshot {
    this.#above.add(msg);
    const kept: Message = {};
    for (const key of Object.keys(msg)) {
      const value = msg[key];
      if ((key === 'req' || key === 'res') && typeof value === 'object' && value !== null) this.#drop(key, 'request');
      else this.#keep(kept, key, this.#encode(value, key));
    }
    const [dropped, plain] = [this.#dropped, this.#plain];
    if (this.#atLeast > snapshotMaxBytes) return { context: undefined, dropped, plain, bytes: this.#atLeast };
    const context = { msg: kept };
    return { context, dropped, plain, bytes: Buffer.byteLength(JSON.stringify(context)) };
  }

  /** A value as JSON with tags; undefined where it cannot be kept. */
  #encode(value: unknown, path: string): unknown {
    switch (typeof value) {
      case 'string': return this.#text(value);
      case 'boolean': return value;
      case 'number': return Number.isFinite(value) && !Object.is(value, -0) ? value : tag('number', Object.is(value, -0) ? '-0' : String(value));
      case 'bigint': return tag('bigint', this.#text(value.toString()));
      case 'undefined': return tag('undefined');
      case 'function': return this.#drop(path, 'function');
      case 'symbol': return this.#drop(path, 'symbol');
    }
    if (value === null) return null;
    const object = value as object;
    if (this.#above.has(object)) return this.#drop(path, 'cycle');
    if (this.#above.size > depthMax) return this.#drop(path, 'depth');
    this.#above.add(object);
    try {
      return this.#special(object, path) ?? this.#own(object, path);
    } catch {
      return this.#drop(path, 'unreadable'); // such as a proxy that was revoked
    } finally {
      this.#above.delete(object);
    }
  }

  /** What is more than its own properties; undefined for any other object. */
  #special(object: object, path: string): unknown {
    if (types.isDate(object)) return tag('date', Number.isNaN(object.getTime()) ? null : object.toISOString());
    if (types.isRegExp(object)) return tag('regexp', [object.source, object.flags, object.lastIndex]);
    if (types.isBoxedPrimitive(object) && !types.isSymbolObject(object)) return tag('boxed', this.#encode(object.valueOf(), path));
    if (Buffer.isBuffer(object)) return tag('buffer', this.#bytes(object));
    if (types.isUint8Array(object)) return tag('bytes', this.#bytes(object));
    if (types.isAnyArrayBuffer(object)) return tag('array-buffer', this.#bytes(new Uint8Array(object)));
    if (ArrayBuffer.isView(object)) {
      const kind = Object.prototype.toString.call(object).slice(8, -1);
      return tag('view', [kind, this.#bytes(new Uint8Array(object.buffer, object.byteOffset, object.byteLength))]);
    }
    if (Array.isArray(object)) return this.#array(object as unknown[], path);
    if (types.isMap(object)) {
      return tag('map', [...object].flatMap(([key, value], i) => {
        const [k, v] = [this.#encode(key, `${path}.${i}`), this.#encode(value, `${path}.${i}`)];
        return k === undefined || v === undefined ? [] : [[k, v]];
      }));
    }
    if (types.isSet(object)) return tag('set', [...object].map((value, i) => this.#encode(value, `${path}.${i}`)).filter((value) => value !== undefined));
    return types.isNativeError(object) ? this.#error(object, path) : undefined;
  }

  /** An array; one with gaps, or with properties of its own as a match has them, as pairs. */
  #array(array: unknown[], path: string): unknown {
    const keys = Object.keys(array);
    const dense = keys.length === array.length && keys.every((key, i) => key === String(i));
    if (dense) return array.map((value, i) => this.#encode(value, `${path}.${i}`) ?? null);
    const pairs = keys.map((key) => [key, this.#encode((array as unknown as Message)[key], `${path}.${key}`)]);
    return tag('array', [array.length, pairs.filter(([, value]) => value !== undefined)]);
  }

  #error(error: Error, path: string): unknown {
    const own = this.#entries(error, path);
    // Node.js makes its own errors of a class in between, which adds nothing but a code.
    const made = (error.constructor as { name?: string } | undefined)?.name ?? '';
    if (!Object.hasOwn(nativeErrors, made) && made !== 'NodeError') this.#plain.push(path);
    return tag('error', {
      name: error.name, message: this.#text(error.message),
      ...(typeof error.stack === 'string' ? { stack: this.#text(error.stack) } : {}),
      ...(Object.hasOwn(error, 'cause') ? { cause: this.#encode(error.cause, `${path}.cause`) } : {}),
      own,
    });
  }

  #own(object: object, path: string): unknown {
    const kept = this.#entries(object, path);
    const proto = Object.getPrototypeOf(object) as object | null;
    if (proto === null) return tag('bare', kept);
    // The root of any realm's objects has no prototype; what stands between is a class.
    if (Object.getPrototypeOf(proto) !== null) this.#plain.push(path);
    return Object.hasOwn(kept, '$n') ? tag('object', kept) : kept;
  }

  #entries(object: object, path: string): Message {
    const kept: Message = {};
    for (const key of Object.keys(object)) {
      this.#atLeast += key.length;
      this.#keep(kept, key, this.#read(object as Message, key, `${path}.${key}`));
    }
    for (const symbol of Object.getOwnPropertySymbols(object)) {
      if (Object.prototype.propertyIsEnumerable.call(object, symbol)) this.#drop(`${path}.${String(symbol)}`, 'symbol');
    }
    return kept;
  }

  #text(text: string): string {
    this.#atLeast += text.length;
    return this.#atLeast > snapshotMaxBytes ? '' : text;
  }

  #bytes(bytes: Uint8Array): string {
    this.#atLeast += Math.ceil(bytes.byteLength / 3) * 4;
    return this.#atLeast > snapshotMaxBytes ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  }

  /** A property, whose getter may throw. */
  #read(object: Message, key: string, path: string): unknown {
    let value: unknown;
    try {
      value = object[key];
    } catch {
      return this.#drop(path, 'unreadable');
    }
    return this.#encode(value, path);
  }

  /** An encoded value; undefined is one that cannot be kept. */
  #keep(kept: Message, key: string, value: unknown): void {
    if (value !== undefined) put(kept, key, value);
  }

  #drop(path: string, why: Why): undefined {
    this.#dropped.push({ path, why });
  }
}

function tag(name: string, value?: unknown): { $n: string; v?: unknown } {
  return { $n: name, v: value };
}

function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(decode);
  if (!Object.hasOwn(value, '$n')) return decodeInto({}, value);
  const { $n: name, v } = value as { $n: string; v?: unknown };
  const back = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  try {
    return back ? back(v as never) : decodeInto({}, value);
  } catch {
    return decodeInto({}, value); // not written by this file: an outcome is not lost for it
  }
}

/** What each tag stands for. */
const decoders: Readonly<Record<string, (v: never) => unknown>> = {
  'undefined': () => undefined,
  'number': (v: string) => Number(v),
  'bigint': (v: string) => BigInt(v),
  'date': (v: string | null) => new Date(v ?? NaN),
  'regexp': ([source, flags, lastIndex]: [string, string, number]) => Object.assign(new RegExp(source, flags), { lastIndex }),
  'boxed': (v: unknown) => Object(decode(v)) as unknown,
  'buffer': (v: string) => Buffer.from(v, 'base64'),
  'bytes': (v: string) => bytesOf(v),
  'array-buffer': (v: string) => bytesOf(v).buffer,
  'view': ([kind, v]: [string, string]) => {
    const { buffer } = bytesOf(v);
    const made = (globalThis as unknown as Record<string, new (buffer: ArrayBufferLike) => ArrayBufferView>)[kind];
    return made ? new made(buffer) : buffer;
  },
  'array': ([length, pairs]: [number, [string, unknown][]]) => {
    const array: unknown[] = [];
    array.length = length;
    for (const [key, value] of pairs) put(array as unknown as Message, key, decode(value));
    return array;
  },
  'map': (v: [unknown, unknown][]) => new Map(v.map(([key, value]) => [decode(key), decode(value)])),
  'set': (v: unknown[]) => new Set(v.map(decode)),
  'error': (v: { name: string; message: string; stack?: string; cause?: unknown; own: object }) => {
    const error = new (nativeErrors[v.name] ?? Error)(v.message);
    const hidden = { ...(error.name === v.name ? {} : { name: v.name }), stack: v.stack, ...(Object.hasOwn(v, 'cause') ? { cause: decode(v.cause) } : {}) };
    for (const [key, value] of Object.entries(hidden)) Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
    return decodeInto(error, v.own);
  },
  'bare': (v: object) => decodeInto(Object.create(null) as object, v),
  'object': (v: object) => decodeInto({}, v),
};

/** Always with a buffer of its own: a Buffer's may be a part of a common one. */
function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

function decodeInto<T extends object>(target: T, from: object): T {
  for (const [key, value] of Object.entries(from)) {
    put(target as unknown as Message, key, decode(value));
  }
  return target;
}

/** Sets an own property whatever its name is: "__proto__" in a message stays data. */
function put(target: Message, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
