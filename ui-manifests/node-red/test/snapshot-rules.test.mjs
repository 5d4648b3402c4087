// Whatever a flow puts into a message comes back as it was: by cases that a seed makes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { restore, take } from './dist/units.mjs';

const travel = (msg) => restore(JSON.parse(JSON.stringify(take(msg).context)));

/** A generator of numbers from a seed (mulberry32). */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Makes values of every kind that a message may hold. */
class Maker {
  constructor(seed) {
    this.next = random(seed);
  }

  below(n) { return Math.floor(this.next() * n); }
  pick(list) { return list[this.below(list.length)]; }
  many(make, most = 4) { return Array.from({ length: this.below(most) }, () => make()); }

  key() {
    return this.pick(['a', 'b', '', '$n', 'v', '__proto__', 'constructor', 'toString', 'length', '0', '17', 'кл\u0301юч', 'x.y', '\u0000', 'req', 'toJSON']);
  }

  text() {
    return this.pick(['', 'да', 'a\u2028b\u0000', '👩‍👩‍👧', '\ud800', '\udc00x', '{"$n":"date"}', '</script>', 'x'.repeat(this.below(300))]);
  }

  bytes() { return Uint8Array.from(this.many(() => this.below(256), 20)); }

  leaf() {
    return this.pick([
      () => null, () => undefined, () => true, () => false, () => this.text(), () => this.below(1e9), () => this.next() * 1e300, () => 5e-324,
      () => this.pick([NaN, -0, 0, Infinity, -Infinity, Number.MAX_SAFE_INTEGER + 1]), () => BigInt(this.below(1e9)) ** 9n * (this.next() < 0.5 ? -1n : 1n),
      () => new Date(this.pick([NaN, 0, -1, 8.64e15, -8.64e15, this.below(2 ** 31) * 1000 + this.below(1000)])),
      () => Buffer.from(this.bytes()), () => this.bytes(), () => this.bytes().buffer, () => new DataView(this.bytes().buffer),
      () => this.pick([Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array]).from(this.many(() => this.below(100))),
      () => this.pick([Float32Array, Float64Array]).from(this.many(() => this.pick([NaN, -0, 1.5]))),
      () => this.pick([BigInt64Array, BigUint64Array]).from(this.many(() => BigInt(this.below(99)))),
      () => Object.assign(new RegExp(this.pick(['a/b', '', '[\\]я]+', '\\d{4}']), this.pick(['', 'gi', 'u', 'sy'])), { lastIndex: this.below(3) }),
      () => this.pick([Object('x'), Object(-0), Object(true), Object(2n)]),
    ])();
  }

  value(depth) {
    if (depth <= 0 || this.next() < 0.3) return this.leaf();
    const inner = () => this.value(depth - 1);
    return this.pick([
      () => this.object(depth), () => this.object(depth), () => this.many(inner, 6),
      () => new Map(this.many(() => [inner(), inner()])), () => new Set(this.many(inner)),
      () => this.fill(Object.create(null), depth),
      () => this.fill(this.many(inner), depth, ['note', 'index']),
      () => { const gaps = []; gaps[this.below(9)] = inner(); gaps.length += this.below(3); return gaps; },
      () => this.error(depth),
      () => vm.runInNewContext('(value) => ({ value, map: new Map([[1, value]]), set: new Set([value]), at: new Date(7), list: [value], error: new RangeError("r"), like: /a/g, big: new Int16Array([1, 2]) })')(inner()),
    ])();
  }

  error(depth) {
    const made = new (this.pick([Error, TypeError, RangeError, SyntaxError]))(this.text(), this.next() < 0.3 ? { cause: this.value(depth - 1) } : undefined);
    return this.fill(made, depth - 1, ['code', 'status']);
  }

  object(depth) { return this.fill({}, depth); }

  fill(target, depth, keys) {
    for (let i = this.below(4); i > 0; i--) {
      const key = keys ? this.pick(keys) : this.key();
      Object.defineProperty(target, key, { value: this.value(depth - 1), writable: true, enumerable: true, configurable: true });
    }
    return target;
  }
}


test('whatever a message holds comes back as it was', () => {
  for (let seed = 1; seed <= 1500; seed++) {
    const maker = new Maker(seed);
    const msg = { _msgid: 'a', payload: maker.value(4), more: maker.value(3) };
    const { dropped, plain, bytes, context } = take(msg);
    assert.deepEqual({ dropped, plain }, { dropped: [], plain: [] }, `seed ${seed}`);
    assert.equal(bytes, Buffer.byteLength(JSON.stringify(context)), `seed ${seed}`);
    same(travel(msg), msg, `seed ${seed}`, 'msg');
  }
});

/** Strict equality that does not mind another realm: same kind, same own properties, same contents. */
function same(got, want, seed, path) {
  const kind = (value) => (Buffer.isBuffer(value) ? 'Buffer' : Object.prototype.toString.call(value));
  const say = `${seed} at ${path}`;
  assert.equal(kind(got), kind(want), say);
  if (typeof want !== 'object' || want === null) {
    assert.ok(Object.is(got, want), `${say}: ${String(got)} is not ${String(want)}`);
    return;
  }
  assert.equal(Object.getPrototypeOf(got) === null, Object.getPrototypeOf(want) === null, say);
  assert.deepEqual(Object.getOwnPropertyNames(got).sort(), Object.getOwnPropertyNames(want).sort(), say);
  for (const key of Object.getOwnPropertyNames(want)) same(got[key], want[key], seed, `${path}.${key}`);
  const bytes = (value) => Buffer.from(new Uint8Array(value.buffer ?? value, value.byteOffset ?? 0, value.byteLength)).toString('hex');
  if (want instanceof ArrayBuffer || ArrayBuffer.isView(want)) assert.equal(bytes(got), bytes(want), say);
  switch (kind(want)) {
    case '[object Date]': assert.ok(Object.is(got.getTime(), want.getTime()), say); break;
    case '[object RegExp]': assert.equal(String(got), String(want), say); break;
    case '[object Number]': case '[object String]': case '[object Boolean]': case '[object BigInt]': assert.ok(Object.is(got.valueOf(), want.valueOf()), say); break;
    case '[object Map]': case '[object Set]': same([...got], [...want], seed, `${path}()`); break;
    case '[object Error]': same([got.name, got.message], [want.name, want.message], seed, `${path}!`); break;
  }
}
