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
    'payload.f: function', 'payload.list.1: function', 'payload.loop: cycle', 'payload.s: symbol',
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

test('an error stays an error; another class leaves its fields, and is named', () => {
  class Order { constructor() { this.id = 7; } total() { return 1; } }
  class Refused extends Error { constructor() { super('no'); this.code = 403; } }
  const msg = { error: new TypeError('bad', { cause: new Error('why') }), order: new Order(), list: [new Refused(), new URL('http://x.y')] };
  const { plain, dropped } = take(msg);
  assert.deepEqual({ plain, dropped }, { plain: ['order', 'list.0', 'list.1'], dropped: [] });
  const back = travel(msg);
  assert.ok(back.error instanceof TypeError);
  assert.deepEqual([back.error.message, back.error.cause.message, back.error.stack], ['bad', 'why', msg.error.stack]);
  assert.ok(back.list[0] instanceof Error);
  assert.deepEqual([back.list[0].message, back.list[0].code], ['no', 403]);
  assert.deepEqual(back.order, { id: 7 });
});

test('what throws when it is read is left out, and named; the rest is kept', () => {
  const gone = Proxy.revocable({}, {});
  gone.revoke();
  const payload = { keep: 1, get bad() { throw new Error('no'); }, gone: gone.proxy, [Symbol('hidden')]: 2 };
  const { dropped } = take({ payload });
  assert.deepEqual(dropped, [
    { path: 'payload.bad', why: 'unreadable' }, { path: 'payload.gone', why: 'unreadable' }, { path: 'payload.Symbol(hidden)', why: 'symbol' },
  ]);
  assert.deepEqual(travel({ payload }), { payload: { keep: 1 } });
});

test('req and res of a text are a flow\'s own', () => {
  assert.deepEqual(travel({ req: 'x', res: 1 }), { req: 'x', res: 1 });
});

test('a snapshot of a broken or strange tag is no crash', () => {
  for (const strange of [{ $n: 'new kind', v: 1 }, { $n: 'toString', v: [] }, { $n: 7 }, { $n: 'date' }]) {
    assert.equal(typeof restore({ msg: { a: strange, b: 1 } }).a, 'object');
  }
  for (const broken of [{ $n: 'map', v: 1 }, { $n: 'regexp', v: ['('] }, { $n: 'error' }, { $n: 'view', v: ['Nothing', ''] }, { $n: 'bigint', v: 'x' }]) {
    assert.equal(restore({ msg: { a: broken, b: 1 } }).b, 1, JSON.stringify(broken));
  }
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
  for (const payload of ['x'.repeat(snapshotMaxBytes), Buffer.alloc(snapshotMaxBytes), [Buffer.alloc(2 ** 29), Buffer.alloc(2 ** 29)]]) {
    const large = take({ payload });
    assert.ok(large.bytes > snapshotMaxBytes);
    assert.ok(large.bytes < 2 ** 31);
  }
  const fits = take({ payload: 'x'.repeat(snapshotMaxBytes - 22) });
  assert.equal(fits.bytes, snapshotMaxBytes);
  assert.notEqual(fits.context, undefined);
});

test('a context that is not ours gives an empty message', () => {
  for (const context of [undefined, null, 'x', 1, {}, { msg: null }, { msg: 'x' }]) assert.deepEqual(restore(context), {});
});
