// A message as data that travels with an ask and comes back with its outcome.
//
// JSON with tags: {"$n":"date","v":...} for what JSON cannot say. An object that
// has a "$n" of its own is wrapped, so nothing a flow puts in can pass for a tag.

/** schema.ContextMaxBytes: the largest context that the sidecar carries. */
export const snapshotMaxBytes = 256 << 10;

/** Deeper than any message means to be; cuts off what recursion cannot hold. */
const depthMax = 200;

/** A snapshot and what could not be kept: paths with a reason. */
export interface Snapshot {
  context: unknown;
  dropped: { path: string; why: 'function' | 'cycle' | 'request' | 'depth' }[];
  bytes: number;
}

type Message = Record<string, unknown>;
type Dropped = Snapshot['dropped'];

/** Takes a message's snapshot. `req` and `res` belong to one HTTP exchange and are left out. */
export function take(msg: Message): Snapshot {
  const dropped: Dropped = [];
  const kept: Message = {};
  for (const [key, value] of Object.entries(msg)) {
    if (key === 'req' || key === 'res') dropped.push({ path: key, why: 'request' });
    else put(kept, key, encode(value, key, new Set([msg]), dropped));
  }
  const context = { msg: kept };
  return { context, dropped, bytes: Buffer.byteLength(JSON.stringify(context)) };
}

/** The message of a snapshot; an empty one where the context is not ours. */
export function restore(context: unknown): Message {
  if (typeof context !== 'object' || context === null || !('msg' in context)) return {};
  const msg = decode(context.msg);
  return typeof msg === 'object' && msg !== null ? msg as Message : {};
}

function encode(value: unknown, path: string, above: Set<object>, dropped: Dropped): unknown {
  switch (typeof value) {
    case 'string': case 'boolean': return value;
    case 'number': return Number.isFinite(value) && !Object.is(value, -0) ? value : tag('number', Object.is(value, -0) ? '-0' : String(value));
    case 'bigint': return tag('bigint', value.toString());
    case 'undefined': return undefined;
    case 'function': case 'symbol':
      dropped.push({ path, why: 'function' });
      return undefined;
  }
  if (value === null) return null;
  const object = value as object;
  if (object instanceof Date) return tag('date', Number.isNaN(object.getTime()) ? null : object.toISOString());
  if (Buffer.isBuffer(object)) return tag('buffer', object.toString('base64'));
  if (object instanceof Uint8Array) return tag('bytes', Buffer.from(object).toString('base64'));
  if (above.has(object) || above.size > depthMax) {
    dropped.push({ path, why: above.has(object) ? 'cycle' : 'depth' });
    return undefined;
  }
  above.add(object);
  const data = encodeObject(object, path, above, dropped);
  above.delete(object);
  return data;
}

function encodeObject(object: object, path: string, above: Set<object>, dropped: Dropped): unknown {
  const inner = (value: unknown, key: string | number) => encode(value, `${path}.${key}`, above, dropped);
  if (Array.isArray(object)) return object.map((value, i) => inner(value, i) ?? null);
  if (object instanceof Map) return tag('map', [...object].map(([key, value], i) => [inner(key, i) ?? null, inner(value, i) ?? null]));
  if (object instanceof Set) return tag('set', [...object].map((value, i) => inner(value, i) ?? null));
  const kept: Message = {};
  if (object instanceof Error) {
    put(kept, 'name', object.name);
    put(kept, 'message', object.message);
  }
  for (const [key, value] of Object.entries(object)) put(kept, key, inner(value, key));
  return Object.hasOwn(kept, '$n') ? tag('object', kept) : kept;
}

function tag(name: string, value: unknown): { $n: string; v: unknown } {
  return { $n: name, v: value };
}

function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(decode);
  if (!Object.hasOwn(value, '$n')) return decodeObject(value);
  const { $n: name, v } = value as { $n: unknown; v: unknown };
  switch (name) {
    case 'number': return Number(v);
    case 'bigint': return BigInt(String(v));
    case 'date': return new Date(v === null ? NaN : String(v));
    case 'buffer': return Buffer.from(String(v), 'base64');
    case 'bytes': return new Uint8Array(Buffer.from(String(v), 'base64'));
    case 'map': return new Map((v as [unknown, unknown][]).map(([key, item]) => [decode(key), decode(item)]));
    case 'set': return new Set((v as unknown[]).map(decode));
    default: return decodeObject(v as object);
  }
}

function decodeObject(object: object): Message {
  const plain: Message = {};
  for (const [key, value] of Object.entries(object)) put(plain, key, decode(value));
  return plain;
}

/** Sets an own property whatever its name is: "__proto__" in a message stays data. */
function put(target: Message, key: string, value: unknown): void {
  if (value === undefined) return;
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
