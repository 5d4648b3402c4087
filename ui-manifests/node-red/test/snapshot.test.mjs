import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restore, snapshotMaxBytes, take } from './dist/units.mjs';

/** Through JSON, as it travels. */
const travel = (msg) => restore(JSON.parse(JSON.stringify(take(msg).context)));

test('what a flow puts into a message comes back as it was', () => {
  const msg = {
    _msgid: 'a1', topic: '', payload: { name: 'Анна 👩‍👩‍👧', nested: [1, [2, { three: 3 }]], empty: {}, none: null },
    date: new Date('2026-11-24T10:00:00.123Z'),
    buffer: Buffer.from([0, 255, 1, 128]), bytes: new Uint8Array([1, 2]), big: 2n ** 70n,
    numbers: [0, -0, 0.1, NaN, Infinity, -Infinity], map: new Map([['k', new Date(0)], ['b', 1n]]), set: new Set(['x', 1]),
    yes: true, no: false,
  };
  assert.deepEqual(travel(msg), msg);
  assert.ok(Buffer.isBuffer(travel(msg).buffer));
  assert.ok(Number.isNaN(travel({ at: new Date(NaN) }).at.getTime()));
});

test('what looks like a tag stays what it was', () => {
  const msg = { payload: { $n: 'date', v: 'not a date' }, deep: [{ $n: 'object', v: { $n: 'bigint', v: '1' } }] };
  assert.deepEqual(travel(msg), msg);
});

test('a key named __proto__ stays data', () => {
  const msg = { payload: JSON.parse('{"__proto__":{"admin":true},"a":1}') };
  const back = travel(msg);
  assert.deepEqual(Object.keys(back.payload), ['__proto__', 'a']);
  assert.equal(back.payload.admin, undefined);
  assert.equal({}.admin, undefined);
});

test('what cannot travel is left out, and named', () => {
  const msg = { req: { socket: {} }, res: {}, payload: { keep: 1, f() {}, s: Symbol('x'), list: [1, () => 1] } };
  msg.payload.self = msg;
  msg.payload.loop = msg.payload;
  const { dropped } = take(msg);
  assert.deepEqual(dropped.map(({ path, why }) => `${path}: ${why}`).sort(), [
    'payload.f: function', 'payload.list.1: function', 'payload.loop: cycle', 'payload.s: function',
    'payload.self: cycle', 'req: request', 'res: request',
  ]);
  assert.deepEqual(travel(msg), { payload: { keep: 1, list: [1, null] } });
});

test('one object in two places is no cycle', () => {
  const shared = { a: 1 };
  const { dropped } = take({ x: shared, y: shared });
  assert.deepEqual(dropped, []);
  assert.deepEqual(travel({ x: shared, y: [shared] }), { x: { a: 1 }, y: [{ a: 1 }] });
});

test('an error keeps its message, a class instance its own fields', () => {
  class Order { constructor() { this.id = 7; } total() { return 1; } }
  const back = travel({ error: new TypeError('bad'), order: new Order() });
  assert.deepEqual(back, { error: { name: 'TypeError', message: 'bad' }, order: { id: 7 } });
});

test('depth beyond reason is cut off and named, not a crash', () => {
  let deep = {};
  for (let i = 0; i < 10_000; i++) deep = { deep };
  const { dropped } = take({ payload: deep });
  assert.equal(dropped.length, 1);
  assert.equal(dropped[0].why, 'depth');
});

test('the size counts bytes as they travel', () => {
  const { bytes, context } = take({ payload: 'я'.repeat(1000) });
  assert.equal(bytes, Buffer.byteLength(JSON.stringify(context)));
  assert.ok(bytes > 2000);
  assert.ok(take({ payload: 'x'.repeat(snapshotMaxBytes) }).bytes > snapshotMaxBytes);
});

test('a context that is not ours gives an empty message', () => {
  for (const context of [undefined, null, 'x', 1, {}, { msg: null }, { msg: 'x' }]) assert.deepEqual(restore(context), {});
});
