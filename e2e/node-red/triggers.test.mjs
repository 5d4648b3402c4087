// @ts-check
// What starts a flow: each trigger, each of its filters, and what it gives.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { anna, boris, lineNode, owner, record, recorded, Rig } from './rig.mjs';
import { came, comes, flowWith, on, reading, said } from './triggers.mjs';

/** A trigger inside a subflow, whose output is the subflow's. */
const subflow = [
  { id: 'sub1', type: 'subflow', name: 'Inbox', in: [], out: [{ x: 300, y: 100, wires: [{ id: 'inner', port: 0 }] }] },
  { ...on('inner', 'message'), z: 'sub1' },
  { id: 'inst1', type: 'subflow:sub1', z: 'tab1', name: '', x: 100, y: 500, wires: [['inst1-tap']] },
  { id: 'inst1-tap', type: 'function', z: 'tab1', name: '', x: 300, y: 500, outputs: 0, wires: [], func: record('inst1', 0) },
];

/** A send behind a trigger, without settings of its own but the words. */
const reply = { id: 'reply', type: 'nodeline-send-text', z: 'tab1', name: '', line: lineNode.id, x: 500, y: 500,
  chat: 'phone', chatType: 'msg', text: '"Вы написали: " & payload', textType: 'jsonata', saveTo: 'nodeline', saveToType: 'msg', wires: [] };

const flow = [
  ...flowWith(
    on('all', 'message'),
    on('anna', 'message', { fromChat: anna, fromChatType: 'str', matching: '(?i)цена', matchingType: 'str' }),
    on('env', 'message', { matching: 'PATTERN', matchingType: 'env' }),
    on('images', 'message', { content: ['image', 'document'], contentType: 'choice', download: true, downloadType: 'bool' }),
    on('changes', 'message', { events: ['message.edited', 'message.deleted', 'message.reaction'], eventsType: 'choice' }),
    on('receipts', 'receipt'),
    on('states', 'line-state'),
    on('calls', 'event', { events: ['call.incoming'], eventsType: 'choice' }),
    on('everything', 'event'),
  ).map((node) => (node.type === 'tab' ? { ...node, env: [{ name: 'PATTERN', type: 'str', value: '^да$' }] } : node)),
  ...recorded(on('broken', 'message', { matching: '(', matchingType: 'str' }), 1),
  { id: 'light', type: 'status', z: 'tab1', scope: ['all', 'broken'], x: 100, y: 600, wires: [['light-tap']] },
  { id: 'light-tap', type: 'function', z: 'tab1', name: '', x: 300, y: 600, outputs: 0, wires: [], func: record('light', 0) },
  ...subflow,
  ...recorded(on('asking', 'message', { matching: '^эхо', matchingType: 'str' }), 1).map((node) => (node.id === 'asking' ? { ...node, wires: [['reply']] } : node)).slice(0, 1),
  reply,
];

describe('triggers', () => {
  /** @type {Rig} */ let rig;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  before(async () => {
    rig = await new Rig('triggers', flow).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }));
    await reading(rig, 11);
  });
  after(async () => { for (const end of ends) await end(); });

  test('a message starts the flows whose filters it passes, with all that the next node needs', async () => {
    await rig.writes(boris, 'Какая цена?');
    await rig.writes(anna, 'ЦЕНА?');
    await rig.writes(anna, 'да');
    await comes(rig, 'all', 3);
    assert.deepEqual(said(rig, 'all'), ['Какая цена?', 'ЦЕНА?', 'да']);
    const msg = await comes(rig, 'anna', 1);
    assert.equal(msg.payload, 'ЦЕНА?');
    assert.equal(msg.phone, anna);
    assert.equal(msg.chat.phone, anna);
    assert.match(msg.chat.lid, /@lid$/);
    assert.equal(msg.topic, 'message.incoming');
    assert.equal(msg.event.message.text, 'ЦЕНА?');
    assert.equal(msg.event.line, lineNode.line);
    assert.equal(msg.eventId, msg.event.id);
    assert.equal(msg.sandbox, true);
    assert.equal('subscription' in msg.event, false);
    await comes(rig, 'env', 1);
    await comes(rig, 'inst1', 3);
    assert.deepEqual(said(rig, 'anna'), ['ЦЕНА?']);
    assert.deepEqual(said(rig, 'env'), ['да']);
    assert.deepEqual(said(rig, 'inst1'), ['Какая цена?', 'ЦЕНА?', 'да']);
  });

  test('a send behind a trigger answers whoever wrote, in a group the group', async () => {
    await rig.writes(boris, 'эхо');
    await rig.arrives(boris, 'Вы написали: эхо');
    const { jid } = await json(`${rig.sandboxUrl}/api/groups`, { body: { subject: 'Двор', by: anna, members: [owner, boris] } });
    await rig.phone(`${anna}/send`, { to: jid, text: 'эхо в группе' });
    await until('the group reads the answer', async () => {
      const { messages } = await rig.phone(`${boris}/chats/${jid}`);
      return messages.some((/** @type {any} */ { body }) => body === 'Вы написали: эхо в группе');
    });
    const asked = await until('any event is told of it', () => came(rig, 'everything').find(({ payload }) => payload === 'эхо в группе'));
    assert.equal(asked.phone, jid);
    assert.equal(asked.event.message.from.phone, anna);
  });

  test('edits, deletions and reactions', async () => {
    await rig.writes(anna, 'ашибка');
    const { messages } = await rig.phone(`${anna}/chats/${owner}`);
    const { id } = messages.findLast((/** @type {any} */ { body }) => body === 'ашибка');
    await rig.phone(`${anna}/edit`, { chat: owner, message: id, text: 'ошибка' });
    await rig.phone(`${anna}/delete`, { chat: owner, message: id });
    const { messages: now } = await rig.phone(`${boris}/chats/${owner}`);
    await rig.phone(`${boris}/react`, { chat: owner, message: now.findLast((/** @type {any} */ { fromMe }) => !fromMe).id, emoji: '👍' });
    await comes(rig, 'changes', 3);
    const [edited, deleted, reaction] = came(rig, 'changes');
    assert.deepEqual([edited.topic, edited.payload, edited.phone], ['message.edited', 'ошибка', anna]);
    assert.deepEqual([deleted.topic, deleted.payload.id, deleted.phone], ['message.deleted', id, anna]);
    assert.deepEqual([reaction.topic, reaction.payload.emoji, reaction.phone], ['message.reaction', '👍', boris]);
    await until('any event is told of them', () => came(rig, 'everything').filter(({ topic }) => /edited|deleted|reaction/.test(topic)).length === 3);
    assert.ok(!said(rig, 'all').includes('ошибка'), 'not for who asked for new messages only');
  });

  test('receipts: sent, delivered and read', async () => {
    // Each step waits for the one before: of two at once the sidecar tells the further one.
    await rig.phone(`${anna}/online`, { online: false });
    const { messageId } = await rig.call('message.sendText', { line: lineNode.line, key: 'receipt1', chat: anna, text: 'Прочтите' });
    const mine = () => came(rig, 'receipts').filter(({ payload }) => payload.messageId === messageId);
    const steps = ['sent', 'delivered', 'read'];
    const then = [() => rig.phone(`${anna}/online`, { online: true }), () => rig.phone(`${anna}/read`, { chat: owner }), () => undefined];
    for (const [i, step] of steps.entries()) {
      await until(`the message is ${step}`, () => mine().some(({ payload }) => payload.status === step));
      await then[i]?.();
    }
    assert.deepEqual(mine().map(({ payload }) => payload.status), steps);
    assert.deepEqual([...new Set(mine().map(({ topic, phone }) => `${topic} ${phone}`))], [`message.status ${anna}`]);
  });

  test('a file: what it is, a link that works, and the file itself where it is asked for', async () => {
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    const sent = await fetch(`${rig.sandboxUrl}/api/phones/${anna}/files?to=${encodeURIComponent(owner)}&name=dot.png&caption=${encodeURIComponent('Точка')}`, { method: 'POST', headers: { 'content-type': 'image/png' }, body: png });
    assert.equal(sent.ok, true, await sent.text());
    const msg = await comes(rig, 'images', 1);
    assert.equal(msg.payload, 'Точка');
    assert.deepEqual([msg.file.kind, msg.file.mime, msg.file.size], ['image', 'image/png', png.length]);
    assert.deepEqual(Buffer.from(msg.file.data.data), png);
    assert.equal(msg.file.error, undefined);
    const plain = await until('it came without the file', () => came(rig, 'all').find(({ payload }) => payload === 'Точка'));
    assert.equal(plain.file.data, undefined);
    assert.deepEqual(Buffer.from(await (await fetch(plain.file.url)).arrayBuffer()), png);
  });

  test('any event: a call', async () => {
    await rig.phone(`${anna}/call`, { to: owner });
    const msg = await comes(rig, 'calls', 1);
    assert.deepEqual([msg.topic, msg.phone, msg.payload.from.phone], ['call.incoming', anna, anna]);
  });

  test('a node shows how many came and when the last did; a filter that is none is told once, by name', async () => {
    const shown = (/** @type {string} */ id) => came(rig, 'light').filter(({ status }) => status.source.id === id).map(({ status }) => status.text);
    const many = came(rig, 'all').length;
    await until('the count is shown', () => shown('all').some((text) => new RegExp(`^events: ${many}, last at \\d\\d:\\d\\d$`).test(text)));
    await until('the mistake is shown', () => shown('broken').at(-1) === 'common.status.error' || shown('broken').at(-1) === 'error');
    const told = rig.part('Node-RED').tail(10_000).split('\n').filter((line) => /\[error\].*broken/.test(line));
    assert.equal(told.length, 1, told.join('\n'));
    assert.match(told[0] ?? '', /Filter: text matches.*RE2/);
  });

  test('the line\'s state: it is logged out', async () => {
    const before = came(rig, 'states').length;
    const { devices } = await rig.phone(owner);
    await json(`${rig.sandboxUrl}/api/phones/${owner}/devices/${devices[0].id ?? devices[0]}`, { method: 'DELETE' });
    await until('the flow hears of it', () => came(rig, 'states').slice(before).some(({ payload }) => payload.state === 'logged_out'));
    const msg = came(rig, 'states').at(-1);
    assert.equal(msg.topic, 'line.state');
    assert.equal('phone' in msg, false);
  });

  test('any event is every event, each once and in order', async () => {
    const { events } = await rig.call('event.list', { line: lineNode.line, count: 200 });
    await until('the newest came', () => came(rig, 'everything').some(({ eventId }) => eventId === events.at(-1).id));
    const cursors = came(rig, 'everything').map(({ event }) => event.cursor);
    assert.deepEqual(cursors, cursors.map((_, i) => cursors[0] + i));
  });
});
