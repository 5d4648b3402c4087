// Where results go.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Filling, models, Saving } from './dist/units.mjs';
import { nodeOf, redOf } from './red.mjs';

const result = { status: 'sent' };

/** What saves for a node that is set so. */
function saving(def, node = nodeOf()) {
  const RED = redOf();
  return new Saving(RED, node, new Filling(RED, node, def, models['nodeline-send-text']));
}

const to = (saveTo, saveToType = 'msg') => ({ saveTo, saveToType });

test('the result is a part of the message that goes on; the one that came stays as it was', async () => {
  for (const def of [to('nodeline'), {}, to(' ')]) assert.deepEqual(await saving(def).put({ payload: 1 }, result), { payload: 1, nodeline: result });
  const came = { payload: { order: { id: 7 } } };
  assert.deepEqual(await saving(to('payload.order.sent')).put(came, result), { payload: { order: { id: 7, sent: result } } });
  assert.deepEqual(came, { payload: { order: { id: 7 } } });
  assert.deepEqual(await saving(to('msg.new.place')).put({}, result), { new: { place: result } });
  assert.deepEqual(await saving(to('list[msg.at]')).put({ at: 1, list: [0] }, result), { at: 1, list: [0, result] });
});

test('the flow and all flows take it instead of the message', async () => {
  const [flow, global] = [{}, {}];
  const node = nodeOf(flow, global);
  assert.deepEqual(await saving(to('last', 'flow'), node).put({ payload: 1 }, result), { payload: 1 });
  assert.deepEqual(await saving(to('last', 'global'), node).put({ payload: 1 }, result), { payload: 1 });
  assert.deepEqual([flow, global], [{ last: result }, { last: result }]);
});

test('a key for a repetition goes no further than a success', async () => {
  const retry = { node: 'n1', key: 'k' };
  assert.deepEqual(await saving(to('sent')).put({ nodeline: { retry, kept: 1 } }, result), { nodeline: { kept: 1 }, sent: result });
});

test('a place that cannot be named is refused before anything is done', () => {
  for (const bad of ['a..b', 'a[', '1 2']) assert.throws(() => saving(to(bad)).check({}), { code: 'invalid_request', message: new RegExp(bad.replace(/[.[]/g, '\\$&')) });
  saving(to('last', 'flow')).check({});
  saving(to('payload.ok')).check({});
});

test('what is done is done: a place that does not take the result is a warning', async () => {
  const node = nodeOf();
  assert.deepEqual(await saving(to('topic.inside'), node).put({ topic: 'text' }, result), { topic: 'text', nodeline: result });
  assert.deepEqual(await saving(to('#:(missing)::last', 'flow'), node).put({}, result), { nodeline: result });
  assert.equal(node.warnings.length, 2);
  assert.match(node.warnings[0], /msg\.topic\.inside.*msg\.nodeline/);
});
