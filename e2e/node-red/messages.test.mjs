// @ts-check
// What leaves the nodes: results, errors by output or to Catch, messages kept whole.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { anna, ask, boris, flowOf, lineNode, record, recorded, Rig } from './rig.mjs';

/** @typedef {import('./rig.mjs').FlowNode} FlowNode */

/** @param {string} id @param {string} type @param {object} fields @returns {FlowNode} */
const node = (id, type, fields) => ({ id, type, z: 'tab1', name: id, line: lineNode.id, x: 300, y: 100, wires: [], ...fields });

const check = node('check1', 'nodeline-check-number', { phone: 'payload.phone', phoneType: 'msg' });
const send = (/** @type {string} */ id) => node(id, 'nodeline-send-text', { chat: 'payload.phone', chatType: 'msg', text: 'payload.text', textType: 'msg' });
const caught = [
  { id: 'catch1', type: 'catch', z: 'tab1', scope: null, uncaught: false, x: 300, y: 400, wires: [['caught']] },
  { id: 'caught', type: 'function', z: 'tab1', x: 400, y: 400, outputs: 0, wires: [], func: record('catch', 0) },
];
const flow = flowOf({ check: 'check1', text: 'text1', bare: 'text2', ask: 'ask1', buttons: 'buttons1' }, [
  ...recorded(check, 3), ...recorded(send('text1'), 2), ...recorded(send('text2'), 2, [1]),
  ...recorded(ask('ask1')), ...recorded(ask('buttons1', { wait: false, outputs: 2, rendering: 'native' }), 2), ...caught,
], `
  delete msg.req; delete msg.res;
  if (msg.payload.kinds) {
    msg.when = new Date(msg.payload.kinds); msg.file = Buffer.from([0, 255]); msg.big = 2n ** 70n; msg.shout = () => 1; msg.self = msg;
  }
  if (msg.payload.size) msg.load = 'x'.repeat(msg.payload.size);
`);

describe('messages', () => {
  /** @type {Rig} */ let rig;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  let count = 0;
  before(async () => { rig = await new Rig('messages', flow).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) })); });
  after(async () => { for (const end of ends) await end(); });
  const left = () => rig.leaves(++count);

  test('check number: yes and no are branches, and the result says how the number was read', async () => {
    await rig.go('check', { phone: '8 912 345-67-89' });
    const yes = await left();
    assert.equal(yes.port, 0);
    assert.equal(yes.msg.nodeline.exists, 'Y');
    assert.equal(yes.msg.nodeline.asked, anna);
    assert.equal(yes.msg.nodeline.chat.phone, anna);
    assert.match(yes.msg.nodeline.chat.lid, /@lid$/);
    assert.deepEqual(yes.msg.payload, { phone: '8 912 345-67-89' });
    await rig.go('check', { phone: '+7 999 111-22-33' });
    const no = await left();
    assert.equal(no.port, 1);
    assert.equal(no.msg.nodeline.exists, 'N');
  });

  test('check number: what cannot be checked is an error, never no', async () => {
    await rig.go('check', { phone: '438-16-78' });
    const { port, msg } = await left();
    assert.equal(port, 2);
    assert.equal(msg.error.code, 'invalid_phone');
    assert.equal(msg.error.source.id, 'check1');
  });

  test('send text: taken by the server, shown once', async () => {
    await rig.go('text', { phone: anna, text: 'Здравствуйте, *Анна*!' });
    const { port, msg } = await left();
    assert.equal(port, 0);
    assert.ok(['sent', 'delivered'].includes(msg.nodeline.status));
    assert.match(msg.nodeline.messageId, /^3EB0/);
    assert.equal(msg.payload.text, 'Здравствуйте, *Анна*!');
    await rig.arrives(anna, 'Здравствуйте, *Анна*!');
  });

  test('a field that breaks a rule leaves by error with its name, limit and length', async () => {
    await rig.go('text', { phone: anna, text: 'я'.repeat(4097) });
    const { port, msg } = await left();
    assert.equal(port, 1);
    assert.equal(msg.error.code, 'invalid_request');
    const [issue] = msg.error.issues;
    assert.deepEqual({ field: issue.field, rule: issue.rule, limit: issue.limit, actual: issue.actual }, { field: 'text', rule: 'max', limit: 4096, actual: 4097 });
    assert.ok(msg.error.message.includes(issue.message));
  });

  test('a field that is no text is refused, not written as [object Object]', async () => {
    await rig.go('text', { phone: anna, text: { a: 1 } });
    const { port, msg } = await left();
    assert.equal(port, 1);
    assert.match(msg.error.message, /Message/);
  });

  test('a number that is not on WhatsApp is an error', async () => {
    await rig.go('text', { phone: '+7 999 111-22-33', text: 'x' });
    const { port, msg } = await left();
    assert.equal(port, 1);
    assert.equal(msg.error.code, 'not_on_whatsapp');
  });

  test('with nothing wired to error, Catch gets it', async () => {
    await rig.go('bare', { phone: 'nobody', text: 'x' });
    const { from, msg } = await left();
    assert.equal(from, 'catch');
    assert.equal(msg.error.source.id, 'text2');
    assert.match(msg.error.message, /Phone number or chat/);
    assert.deepEqual(msg.payload, { phone: 'nobody', text: 'x' });
  });

  test('the answer of WhatsApp is lost: the node waits until it is known, and the customer sees the message once', async () => {
    await json(`${rig.sandboxUrl}/api/faults`, { body: { way: 'up', tag: 'message', do: 'cut_after', times: 1 } });
    await rig.go('text', { phone: anna, text: 'Один раз' });
    const { port, msg } = await left();
    assert.equal(port, 0);
    assert.ok(['sent', 'delivered', 'read'].includes(msg.nodeline.status), msg.nodeline.status);
    const { messages } = await rig.phone(`${anna}/chats/+79000000001`);
    assert.equal(messages.filter((/** @type {any} */ { body }) => body === 'Один раз').length, 1);
  });

  test('a message that WhatsApp refuses leaves by error with its number', async () => {
    await json(`${rig.sandboxUrl}/api/faults`, { body: { way: 'up', tag: 'message', do: 'refuse', code: 463, times: 1 } });
    await rig.go('text', { phone: anna, text: 'Отказ' });
    const { port, msg } = await left();
    assert.equal(port, 1);
    assert.equal(msg.error.code, 'whatsapp_refused');
    assert.equal(msg.error.server, 463);
    assert.equal(msg.nodeline?.retry, undefined, 'what surely failed is sent anew under a new key');
  });

  test('a question that WhatsApp refuses leaves by error as its one outcome', async () => {
    await json(`${rig.sandboxUrl}/api/faults`, { body: { way: 'up', tag: 'message', do: 'refuse', code: 463, times: 1 } });
    await rig.go('ask', { phone: anna, name: 'Анна', date: '4 мая' });
    const { port, msg } = await left();
    assert.equal(port, 6);
    assert.equal(msg.error.code, 'whatsapp_refused');
    assert.equal(msg.error.source.id, 'ask1');
    assert.equal(msg.nodeline.outcome, 'error');
    assert.equal(msg.payload.date, '4 мая');
    await rig.nothingOpen();
  });

  test('send buttons without waiting: sent, and an answer disturbs nobody', async () => {
    await rig.go('buttons', { phone: boris, name: 'Борис', date: 'завтра' });
    const { port, msg } = await left();
    assert.equal(port, 0);
    assert.equal(msg.nodeline.rendering, 'native');
    const message = await rig.arrives(boris, 'Борис, придёте завтра?');
    assert.deepEqual(message.buttons.map((/** @type {any} */ { text }) => text), ['Да', 'Нет', 'Позже']);
    await rig.phone(`${boris}/tap`, { chat: '+79000000001', message: message.id, button: message.buttons[0].id });
    await until('the tap is known', async () => {
      const { events } = await rig.call('event.list', { line: lineNode.line, count: 200 });
      return events.some((/** @type {any} */ { message: said }) => said?.kind === 'button');
    });
    assert.equal((await rig.outcomes()).includes('waiting'), false);
  });

  test('dates, buffers and big numbers wait with the question; what cannot is left out', async () => {
    const payload = { phone: anna, name: 'Анна', date: '1 мая', kinds: '2026-11-24T10:00:00.000Z' };
    await rig.go('ask', payload);
    await rig.waiting();
    await rig.writes(anna, '1');
    const { port, msg } = await left();
    assert.equal(port, 0);
    assert.equal(msg.types.when, 'Date');
    assert.equal(msg.when, payload.kinds);
    assert.equal(msg.types.file, 'Buffer');
    assert.deepEqual(msg.file.data, [0, 255]);
    assert.equal(msg.types.big, 'bigint');
    assert.equal(msg.big, String(2n ** 70n));
    assert.equal('shout' in msg || 'self' in msg, false);
    assert.match(rig.part('Node-RED').tail(20), /msg\.shout, msg\.self/);
    await rig.nothingOpen();
  });

  test('a message that is too large to keep is refused before anything is sent', async () => {
    const before = (await rig.outcomes()).length;
    await rig.go('ask', { phone: anna, name: 'Анна', date: '2 мая', size: 300_000 });
    const { port, msg } = await left();
    assert.equal(port, 6);
    assert.equal(msg.error.code, 'too_large');
    assert.match(msg.error.message, /294 KB.*256 KB/);
    assert.equal((await rig.outcomes()).length, before);
  });

  test('a message near the limit is kept whole', async () => {
    await rig.go('ask', { phone: anna, name: 'Анна', date: '3 мая', size: 250_000 });
    await rig.waiting();
    await rig.writes(anna, '2');
    const { port, msg } = await left();
    assert.equal(port, 1);
    assert.equal(msg.load.length, 250_000);
    await rig.nothingOpen();
  });

  test('a line that is unlinked says how to link it', async () => {
    await rig.call('line.unlink', { line: lineNode.line });
    await rig.go('text', { phone: anna, text: 'x' });
    const { port, msg } = await left();
    assert.equal(port, 1);
    assert.equal(msg.error.code, 'line_not_linked');
    assert.match(msg.error.hint, /scan the QR code/);
  });
});
