// @ts-check
// Messages that have to wait: the node says for what, and the flow goes on once they are sent.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoLine } from '../lib/world.mjs';
import { until } from '../lib/until.mjs';
import { anna, ask, boris, flowOf, lineNode, record, recorded, Rig } from './rig.mjs';

const text = { id: 'text1', type: 'nodeline-send-text', z: 'tab1', name: 'text1', line: lineNode.id, x: 300, y: 100, wires: [],
  chat: 'payload.phone', chatType: 'msg', text: 'payload.text', textType: 'msg', priority: 'broadcast' };
const said = [
  { id: 'said', type: 'status', z: 'tab1', scope: ['text1', 'ask1'], x: 300, y: 400, wires: [['says']] },
  { id: 'says', type: 'function', z: 'tab1', x: 400, y: 400, outputs: 0, wires: [], func: record('status', 0) },
];
const flow = flowOf({ text: 'text1', ask: 'ask1' }, [...recorded(text, 2), ...recorded(ask('ask1', { priority: 'dialogue' })), ...said]);

test('a paused line: nodes say that they wait, and all goes on when it is resumed', async (t) => {
  const rig = await new Rig('outbox', flow).up(t);
  const says = (/** @type {string} */ id, /** @type {string} */ part) => until(`${id} says ${part}`, async () => rig.left()
    .some(({ from, msg }) => from === 'status' && msg.status.source.id === id && msg.status.text.includes(part)));
  const left = () => rig.left().filter(({ from }) => from !== 'status');

  await rig.call('line.pause', { line: demoLine, reason: 'обед' });
  await rig.go('text', { phone: boris, text: 'Новости клиники' });
  await says('text1', 'waits.pause');
  await rig.go('ask', { phone: anna, name: 'Анна', date: 'завтра' });
  await says('ask1', 'waits.pause');
  assert.equal(left().length, 0);
  const { messages } = await rig.call('message.list', { line: demoLine });
  assert.deepEqual(messages.map((/** @type {any} */ { priority, status, waitsFor }) => [priority, status, waitsFor.kind]),
    [['dialogue', 'queued', 'pause'], ['broadcast', 'queued', 'pause']]);

  await rig.call('line.resume', { line: demoLine });
  await rig.arrives(anna, 'Анна, придёте завтра?');
  await rig.arrives(boris, 'Новости клиники');
  await until('the text leaves by sent', async () => left().some(({ from, port }) => from === 'text1' && port === 0));
  await says('text1', 'status.sent');
  await says('ask1', '1');
  await rig.writes(anna, '1');
  await until('the answer leaves by its button', async () => left().some(({ from, port, msg }) => from === 'ask1' && port === 0 && msg.answer.id === 'yes'));
});
