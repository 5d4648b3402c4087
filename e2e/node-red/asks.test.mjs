// @ts-check
// Every node that waits, once by each way out; what becomes of waits that are changed,
// counted, called off.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { flowOf, lineNode, record, recorded, Rig } from './rig.mjs';

/** @typedef {import('./rig.mjs').FlowNode} FlowNode */

const choices = [{ id: 'yes', text: 'Приду', textType: 'str' }, { id: 'no', text: 'Не приду', textType: 'str' }];
const asking = { chat: 'payload.phone', chatType: 'msg', body: 'payload.text', bodyType: 'msg', deadline: 'payload.seconds', deadlineType: 'msg', deadlineUnit: 'seconds' };
const inTemplate = { template: 'visit_plan/ru', templateType: 'template', variables: [{ name: '1', value: 'payload.text', valueType: 'msg' }], choices };

/** The ways to ask, by their names in robot-ask. @type {Record<string, object>} */
const ways = {
  buttons: { ...asking, buttons: choices },
  list: { ...asking, rows: choices.map((choice) => ({ ...choice, description: 'Второй этаж', section: 'Визит' })) },
  poll: { ...asking, pollOptions: choices },
  text: { ...asking, answerKind: 'number', tries: '1' },
  template: { ...asking, ...inTemplate, body: '', bodyType: 'str' },
};

const types = /** @type {Record<string, string>} */ ({ buttons: 'send-buttons', list: 'send-list', poll: 'send-poll', text: 'ask-text', template: 'template' });
const outputsOf = (/** @type {string} */ way) => (way === 'text' ? 5 : 6);

/** @param {string} id @param {string} type @param {object} fields @returns {FlowNode} */
const node = (id, type, fields) => ({ id, type: `nodeline-${type}`, z: 'tab1', name: id, line: lineNode.id, x: 300, y: 100, wires: [], ...fields });

/** A node of an activity. @param {string} way @param {object} [fields] */
const activity = (way, fields = {}) => node(way, /** @type {string} */ (types[way]), { ...ways[way], wait: true, outputs: outputsOf(way), ...fields });

/** A robot's node. @param {string} way */
const robot = (way) => node(`robot-${way}`, 'robot-ask', { ...ways[way], ask: way, item: 'payload.item', itemType: 'msg', stage: 'offer', stageType: 'str', outputs: outputsOf(way) });

const waits = Object.keys(ways).flatMap((way) => [activity(way), robot(way)]);

/** Places of the outputs, by how the wait ends. @param {string} way @returns {Record<string, number>} */
const places = (way) => (way === 'text'
  ? { answered: 0, other: 1, no_answer: 2, cancelled: 3, error: 4 }
  : { answered: 1, other: 2, no_answer: 3, cancelled: 4, error: 5 });

const cancel = (/** @type {string} */ scope, /** @type {object} */ fields) => node(`cancel-${scope}`, 'cancel-waits', {
  scope, reason: 'payload.why', reasonType: 'msg', saveTo: 'done', saveToType: 'msg', ...fields,
});
const cancels = [
  cancel('one', { askId: 'payload.id', askIdType: 'msg' }),
  cancel('chat', { chat: 'payload.phone', chatType: 'msg' }),
  cancel('item', { item: 'payload.item', itemType: 'msg' }),
  cancel('nodes', { waitNodes: ['buttons', 'list'] }),
  cancel('line', {}),
];
const moved = node('moved', 'stage-changed', { item: 'payload.item', itemType: 'msg', stage: 'payload.stage', stageType: 'msg' });

const status = [
  { id: 'status1', type: 'status', z: 'tab1', scope: ['buttons'], x: 300, y: 500, wires: [['status-tap']] },
  { id: 'status-tap', type: 'function', z: 'tab1', x: 400, y: 500, outputs: 0, wires: [], func: record('status', 0) },
];

/** The flow; nodes may be replaced by others of the same id. @param {...FlowNode} instead */
function flow(...instead) {
  const nodes = [...waits, ...cancels, moved].map((one) => instead.find(({ id }) => id === one.id) ?? one);
  const entries = Object.fromEntries(nodes.map(({ id }) => [id, id]));
  return flowOf(entries, [...nodes.flatMap((one) => recorded(one, one.outputs ?? 2)), ...status]);
}

describe('asks', () => {
  /** @type {Rig} */ let rig;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  let customers = 0;
  before(async () => {
    rig = await new Rig('asks', flow()).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }));
    await rig.call('line.update', { line: lineNode.line, pace: { mode: 'off' } });
    const content = { body: 'Здравствуйте! {{1}} Ждём вас.', samples: [{ name: '1', value: 'Завтра?' }], buttons: choices.map(({ id, text }) => ({ id, text })) };
    await rig.call('template.create', { name: 'visit_plan', language: 'ru', category: 'utility', content });
    await rig.call('template.update', { name: 'visit_plan', language: 'ru', status: 'APPROVED' });
  });
  after(async () => { for (const end of ends) await end(); });

  const customer = async () => {
    const phone = `+7914000${1000 + customers++}`;
    await json(`${rig.sandboxUrl}/api/phones`, { body: { phone, name: `Customer ${customers}` } });
    return phone;
  };
  const left = () => rig.left().filter(({ from }) => from !== 'status');
  const open = async (/** @type {object} */ which = {}) => (await rig.call('ask.list', { line: lineNode.line, state: 'waiting', count: 200, ...which })).asks;
  /** What leaves the nodes from now on; at least as many as were asked for. */
  const fromNow = () => {
    const before = left().length;
    return /** @returns {Promise<any[]>} */ async (/** @type {number} */ count) => {
      await until(`${count} message(s) left the nodes`, () => left().length >= before + count, { timeout: 40000 });
      return left().slice(before);
    };
  };
  /** Asks a customer of a node and waits until he has the question. @param {string} id @param {object} [payload] */
  const ask = async (id, payload = {}) => {
    const phone = await customer();
    const text = `Вопрос ${id}?`;
    await rig.go(id, { phone, text, seconds: 3600, item: `deal-${phone}`, ...payload });
    await rig.arrives(phone, text);
    await until('it waits', async () => (await open({ chat: phone })).length === 1);
    return phone;
  };

  test('each node that waits leaves once by each of its outputs', async () => {
    const next = fromNow();
    const wanted = /** @type {string[]} */ ([]);
    await Promise.all(waits.flatMap(({ id }) => {
      const way = id.replace('robot-', '');
      return Object.entries(places(way)).map(async ([end, port]) => {
        wanted.push(`${id} ${end} ${port}`);
        const phone = end === 'error' ? '+7 999 111-22-33' : await customer();
        const text = `Вопрос ${id} ${end}?`;
        await rig.go(id, { phone, text, end, item: `deal-${phone}`, seconds: end === 'no_answer' ? 1 : 3600 });
        if (end === 'error' || end === 'no_answer') return;
        await rig.arrives(phone, text);
        if (end !== 'cancelled') return rig.writes(phone, end === 'other' ? 'А можно в пятницу?' : way === 'text' ? ' 42,5 ' : 'не приду');
        const [{ id: asked }] = await until('it waits', async () => (await open({ chat: phone })).length && open({ chat: phone }));
        await rig.call('ask.cancel', { line: lineNode.line, id: asked, reason: 'по просьбе' });
      });
    }));
    const all = await next(wanted.length);
    assert.deepEqual(all.map(({ from, port, msg }) => `${from} ${msg.payload.end} ${port}`).sort(), wanted.sort());
    await rig.nothingOpen();
    const events = new Set();
    for (const { from, msg } of all) {
      const { end, phone } = msg.payload;
      const say = `${from} ${end}`;
      if (end === 'error') {
        assert.equal(msg.error.source.id, from, say);
        continue;
      }
      events.add(msg.eventId);
      assert.match(msg.ask.id, /^[0-9a-f-]{36}$/, say);
      assert.equal(msg.ask.chat.phone, phone, say);
      assert.equal(msg.ask.kind ?? 'activity', from.startsWith('robot-') ? 'robot' : 'activity', say);
      assert.equal(msg.nodeline.sandbox, true, say);
      assert.equal(msg.nodeline.reason, end === 'cancelled' ? 'по просьбе' : undefined, say);
      if (end === 'answered' && !from.endsWith('text')) assert.deepEqual([msg.answer.id, msg.answer.text, msg.answer.index], ['no', 'Не приду', 2], say);
      if (end === 'answered' && from.endsWith('text')) assert.deepEqual([msg.answer.value, msg.answer.raw], ['42.5', ' 42,5 '], say);
      if (end === 'other') assert.equal(msg.answer.text, 'А можно в пятницу?', say);
      if (end === 'no_answer' || end === 'cancelled') assert.equal(msg.answer, undefined, say);
    }
    assert.equal(events.size, waits.length * 4, 'every outcome has an eventId of its own');
  });

  test('cancel waits: one by its id; what ended meanwhile is no error', async () => {
    const phone = await ask('buttons');
    const [{ id }] = await open({ chat: phone });
    const next = fromNow();
    await rig.go('cancel-one', { id, why: 'визит перенесён' });
    const [first, second] = (await next(2)).sort((a, b) => a.from.localeCompare(b.from));
    assert.deepEqual([first.from, first.port, first.msg.nodeline.reason], ['buttons', 4, 'визит перенесён']);
    assert.deepEqual([second.from, second.port], ['cancel-one', 0]);
    assert.deepEqual(second.msg.done, { cancelled: 1, ended: 0, asks: [id], reason: 'визит перенесён' });

    const answered = await ask('list');
    const [{ id: over }] = await open({ chat: answered });
    const rest = fromNow();
    await rig.writes(answered, '1');
    await rest(1);
    await rig.go('cancel-one', { id: over });
    const [, late] = await rest(2);
    assert.deepEqual([late.from, late.port, late.msg.done], ['cancel-one', 0, { cancelled: 0, ended: 1, asks: [] }]);

    const wrong = fromNow();
    await rig.go('cancel-one', { id: 'nobody' });
    const [failed] = await wrong(1);
    assert.deepEqual([failed.port, failed.msg.error.code], [1, 'ask_not_found']);
    await rig.go('cancel-one', {});
    const [, blank] = await wrong(2);
    assert.deepEqual([blank.port, blank.msg.error.code], [1, 'invalid_request']);
  });

  test('cancel waits: of a chat, of an item, of chosen nodes, and of no others', async () => {
    const [a, b, c, d, e] = await Promise.all([ask('buttons'), ask('list'), ask('poll', { item: 'deal-x' }), ask('robot-text', { item: 'deal-x' }), ask('robot-buttons')]);
    const next = fromNow();
    const ended = async (/** @type {number} */ after, /** @type {string} */ by, /** @type {string[]} */ from) => {
      const all = (await next(after)).slice(after - from.length - 1);
      assert.deepEqual(all.map((one) => one.from).sort(), [by, ...from].sort());
      assert.equal(all.find((one) => one.from === by)?.msg.done.cancelled, from.length);
    };
    // As people write it: without +, with spaces.
    await rig.go('cancel-chat', { phone: a.replace('+7', '8 ') });
    await ended(2, 'cancel-chat', ['buttons']);
    // Of a question of an activity the item is what robots have: none was asked about it.
    await rig.go('cancel-item', { item: 'deal-x' });
    await ended(4, 'cancel-item', ['robot-text']);
    await rig.go('cancel-nodes', {});
    await ended(6, 'cancel-nodes', ['list']);
    assert.deepEqual((await Promise.all([a, b, c, d, e].map(async (phone) => (await open({ chat: phone })).length))), [0, 0, 1, 0, 1]);
    for (const [id, payload] of /** @type {const} */ ([['cancel-chat', {}], ['cancel-item', { item: ' ' }], ['cancel-chat', { phone: '438-16-78' }]])) {
      const failed = fromNow();
      await rig.go(id, payload);
      const [{ port, msg }] = await failed(1);
      assert.deepEqual([port, msg.error.code], [1, payload.phone ? 'invalid_phone' : 'invalid_request']);
    }
    assert.equal((await open()).length, 2);
    const rest = fromNow();
    await rig.go('cancel-line', { why: 'закрыто' });
    assert.deepEqual((await rest(3)).map((one) => one.from).sort(), ['cancel-line', 'poll', 'robot-buttons']);
    await rig.nothingOpen();
  });

  test('a stage that changes ends what the robot asked, and an activity goes on', async () => {
    const robots = await ask('robot-buttons', { item: 'deal-7' });
    const activities = await ask('buttons', { item: 'deal-7' });
    const next = fromNow();
    await rig.go('moved', { item: 'deal-7', stage: 'won' });
    const all = (await next(2)).sort((a, b) => a.from.localeCompare(b.from));
    assert.deepEqual(all.map(({ from, port }) => [from, port]), [['moved', 0], ['robot-buttons', 4]]);
    assert.equal(all[1]?.msg.nodeline.reason, 'stage_changed');
    assert.equal(all[1]?.msg.payload.phone, robots);
    await rig.writes(activities, '1');
    const [, , answered] = await next(3);
    assert.deepEqual([answered.from, answered.port], ['buttons', 0]);
  });

  test('hundreds of waits are counted, apart from those of another Node-RED, and called off', async () => {
    const shows = () => rig.left().filter(({ from }) => from === 'status').at(-1)?.msg.status.text ?? '';
    const before = await ask('buttons');
    const [{ reply: { host } }] = (await rig.call('ask.list', { line: lineNode.line, node: 'buttons', state: 'waiting' })).asks;
    const phone = await customer();
    const many = 230;
    const deadline = 7200;
    const put = (/** @type {string} */ to, /** @type {string} */ id) => rig.call('message.ask', {
      line: lineNode.line, id, chat: phone, body: `Вопрос ${id}`, buttons: [{ text: 'Да' }], deadlineSeconds: deadline, reply: { host: to, node: 'buttons' },
    });
    for (let i = 0; i < many; i += 10) await Promise.all(Array.from({ length: 10 }, (_, k) => put(host, `many-${i + k}`)));
    await put('another', 'another-1');
    await rig.part('Node-RED').kill();
    await rig.startNodeRed();
    await until('all of them are counted', () => shows().includes(String(many + 1)), { timeout: 20000 });
    const [{ deadline: nearest }] = await open({ chat: before });
    const at = new Date(nearest);
    assert.equal(shows(), `waiting: ${many + 1}, until ${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`);
    const next = fromNow();
    await rig.go('cancel-line', {});
    const all = await next(many + 2);
    assert.equal(all.find(({ from }) => from === 'cancel-line')?.msg.done.cancelled, many + 1);
    await until('nothing waits', () => shows() === 'common.wait.cancelled');
    assert.deepEqual((await open()).map((/** @type {any} */ { id }) => id), ['another-1']);
    await rig.call('ask.cancel', { line: lineNode.line, id: 'another-1' });
  });
});
