// @ts-check
// What waits keeps: the message whole, the way out of each answer whatever is changed
// meanwhile, and the options of a question.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { flowOf, lineNode, recorded, Rig } from './rig.mjs';

/** @typedef {import('./rig.mjs').FlowNode} FlowNode */

const yes = { id: 'yes', text: 'Приду', textType: 'str' };
const no = { id: 'no', text: 'Не приду', textType: 'str' };
const asking = { chat: 'payload.phone', chatType: 'msg', body: 'payload.text', bodyType: 'msg', deadline: '1', deadlineUnit: 'hours', wait: true };

/** @param {string} id @param {string} type @param {object} fields @returns {FlowNode} */
const node = (id, type, fields) => ({ id, type: `nodeline-${type}`, z: 'tab1', name: id, line: lineNode.id, x: 300, y: 100, wires: [], outputs: 6, ...fields });

/** Nodes with choices, and where they hold them. @type {[FlowNode, string][]} */
const choosing = [
  [node('buttons', 'send-buttons', asking), 'buttons'],
  [node('list', 'send-list', asking), 'rows'],
  [node('poll', 'send-poll', asking), 'pollOptions'],
  [node('robot', 'robot-ask', { ...asking, ask: 'list', item: 'deal', itemType: 'str', stage: 'offer', stageType: 'str' }), 'rows'],
  [node('template', 'template', { ...asking, body: '', bodyType: 'str', template: 'plan/ru', templateType: 'template', variables: [{ name: '1', value: 'payload.text', valueType: 'msg' }] }), 'choices'],
];
/** @param {object[]} choices @param {object} [more] */
const withChoices = (choices, more = {}) => choosing.map(([one, param]) => ({ ...one, [param]: choices, outputs: choices.length + 4, ...more }));

/** Kinds of values that JSON does not have, made where flows make them: in a function node, whose Map is not the main one. */
const kinds = `
  delete msg.req; delete msg.res;
  if (msg.payload.kinds) {
    class Order { constructor() { this.id = 7; } }
    const gaps = [1]; gaps[3] = 4;
    msg.load = {
      map: new Map([['k', new Set([1n, 'x'])], [{ a: 1 }, null]]), date: new Date(1764000000123), big: 2n ** 90n, numbers: [NaN, -0, 1e-320, -Infinity],
      nothing: undefined, list: [undefined, null, [[]]], gaps, found: /(b)c?/gi.exec('abc'), pattern: /я+/gu, bytes: Buffer.from([0, 255, 10]), eight: new Uint8Array([1, 2]),
      floats: new Float32Array([1.5, -0]), whole: new BigInt64Array([-1n]), error: new RangeError('too far', { cause: new Error('why') }),
      half: '\\ud800', zero: '\\u0000', line: '\\u2028', emoji: '👩‍👩‍👧', tag: { $n: 'date', v: 1 }, own: JSON.parse('{"__proto__":{"admin":true},"constructor":1}'),
      bare: Object.assign(Object.create(null), { x: 1 }),
    };
    msg.seen = util.inspect(msg.load, { depth: 9 });
    msg.shout = () => 1; msg.self = msg; msg.order = new Order();
  }`;
const compare = { id: 'compare', type: 'function', z: 'tab1', x: 600, y: 300, outputs: 0, wires: [],
  func: 'const now = util.inspect(msg.load, { depth: 9 }); global.get("fs").appendFileSync(global.get("left"), JSON.stringify({ from: "compare", port: 0, life: global.get("life"), msg: { same: now === msg.seen, now, seen: msg.seen, keys: Object.keys(msg).sort(), order: msg.order } }) + "\\n");' };
const whole = { ...node('whole', 'ask-text', { ...asking, answerKind: 'text' }), outputs: 5, wires: [['compare'], [], [], [], []] };

const options = node('options', 'send-buttons', {
  ...asking, buttons: [yes, no], supersede: 'payload.how', supersedeType: 'msg', cancelWords: 'стоп, отмена',
  reminders: [
    { after: 1, afterUnit: 'seconds', text: 'Напоминаем: ждём ответа', textType: 'str' },
    { after: 2, afterUnit: 'seconds', text: 'payload.last', textType: 'msg' },
  ],
});

/** A subflow that asks, and calls off what it asked itself. */
const sub = [
  { id: 'sub1', type: 'subflow', name: 'Ask', in: [{ x: 40, y: 40, wires: [{ id: 'which' }] }], out: Array.from({ length: 6 }, (_, port) => ({ x: 300, y: 40 * port, wires: [{ id: 'inner', port }] })) },
  { id: 'which', type: 'function', z: 'sub1', func: 'return msg.payload.stop ? [msg, null] : [null, msg];', outputs: 2, x: 100, y: 40, wires: [['off'], ['inner']] },
  { ...node('inner', 'send-buttons', { ...asking, buttons: [yes, no] }), z: 'sub1', wires: Array.from({ length: 6 }, () => []) },
  { ...node('off', 'cancel-waits', { scope: 'nodes', waitNodes: ['inner'] }), z: 'sub1', outputs: 2, wires: [[], []] },
];
const use = (/** @type {string} */ id) => ({ id, type: 'subflow:sub1', z: 'tab1', name: '', x: 300, y: 100, outputs: 6, wires: [] });
const offAll = { ...node('off-all', 'cancel-waits', { scope: 'nodes', waitNodes: ['inner'] }), outputs: 2 };

/** @param {FlowNode[]} [nodes] of the nodes with choices @param {object} [tab] */
function flow(nodes = withChoices([yes, no]), tab = {}) {
  const others = [options, use('use1'), use('use2'), offAll];
  const entries = Object.fromEntries([...nodes, ...others, whole].map(({ id }) => [id, id]));
  const all = flowOf(entries, [...[...nodes, ...others].flatMap((one) => recorded(one)), whole, compare, ...sub], kinds);
  return all.map((one) => (one.id === 'tab1' ? { ...one, ...tab } : one));
}

describe('kept', () => {
  /** @type {Rig} */ let rig;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  let customers = 0;
  before(async () => {
    rig = await new Rig('kept', flow()).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }));
    await rig.call('line.update', { line: lineNode.line, pace: { mode: 'off' } });
    const content = { body: 'Здравствуйте! {{1}} Ждём вас.', samples: [{ name: '1', value: 'Завтра?' }], buttons: [yes, no].map(({ id, text }) => ({ id, text })) };
    await rig.call('template.create', { name: 'plan', language: 'ru', category: 'utility', content });
    await rig.call('template.update', { name: 'plan', language: 'ru', status: 'APPROVED' });
  });
  after(async () => { for (const end of ends) await end(); });

  const open = async (/** @type {string} */ chat) => (await rig.call('ask.list', { line: lineNode.line, state: 'waiting', chat })).asks;
  /** Asks a customer of a node and waits until he has the question. @param {string} id @param {object} [payload] */
  const ask = async (id, payload = {}) => {
    const phone = `+7915000${1000 + customers++}`;
    await json(`${rig.sandboxUrl}/api/phones`, { body: { phone, name: `Customer ${customers}` } });
    await again(id, phone, payload);
    return phone;
  };
  /** Asks the same customer once more. @param {string} id @param {string} phone @param {object} [payload] */
  const again = async (id, phone, payload = {}) => {
    const text = `Вопрос ${id} ${Object.values(payload).join()}?`;
    await rig.go(id, { phone, text, ...payload });
    await rig.arrives(phone, text);
    await until('it waits', async () => (await open(phone)).length >= 1);
  };
  /** What leaves the nodes from now on, each as "node port". */
  const fromNow = () => {
    const before = rig.left().length;
    return /** @returns {Promise<any[]>} */ async (/** @type {number} */ count) => {
      await until(`${count} message(s) left the nodes`, () => rig.left().length >= before + count, { timeout: 20000 });
      await rig.nothingOpen();
      return rig.left().slice(before);
    };
  };
  const ways = (/** @type {import('./rig.mjs').Left[]} */ left) => left.map(({ from, port }) => `${from} ${port}`).sort();

  test('a message comes back whole from a life of Node-RED before; what cannot is named once', async () => {
    const next = fromNow();
    const phone = await ask('whole', { kinds: true });
    const log = rig.part('Node-RED').tail(200);
    assert.equal(log.match(/will be missing later: msg\.shout, msg\.self$/gm)?.length, 1, log);
    assert.equal(log.match(/without their class: msg\.order$/gm)?.length, 1, log);
    await rig.part('Node-RED').kill();
    await rig.startNodeRed();
    await rig.writes(phone, 'ответ');
    const [{ msg }] = await next(1);
    assert.equal(msg.now, msg.seen);
    assert.match(msg.now, /RangeError: too far/);
    assert.deepEqual(msg.order, { id: 7 });
    assert.deepEqual(msg.keys, ['_msgid', 'answer', 'ask', 'eventId', 'load', 'nodeline', 'order', 'payload', 'seen']);
  });

  test('choices that are renamed, dragged and removed while they wait', async () => {
    const [first, second] = [await Promise.all(choosing.map(([{ id }]) => ask(id))), await Promise.all(choosing.map(([{ id }]) => ask(id)))];
    const next = fromNow();
    await rig.deploy(flow(withChoices([{ ...no, text: 'Никогда' }, { ...yes, text: 'Конечно' }])), {}, 'nodes');
    await Promise.all(first.map((phone) => rig.writes(phone, '1')));
    assert.deepEqual(ways(await next(5)), choosing.map(([{ id }]) => `${id} 1`).sort(), 'the first that the customer saw, where it stands now');
    await rig.deploy(flow(withChoices([no])), {}, 'nodes');
    await Promise.all(second.map((phone) => rig.writes(phone, 'приду')));
    assert.deepEqual(ways((await next(10)).slice(5)), choosing.map(([{ id }]) => `${id} 1`).sort(), 'other, which is second now');
    assert.deepEqual(new Set(rig.left().slice(-5).map(({ msg }) => msg.answer.id)), new Set(['yes']));
    await rig.deploy(flow());
  });

  test('nodes that are disabled, on a disabled tab or do not wait any more get their outcomes when they are back', async () => {
    const [buttons = /** @type {any} */ (undefined)] = withChoices([yes, no]);
    for (const [how, away] of /** @type {[string, FlowNode[]][]} */ ([
      ['the tab is disabled', flow(undefined, { disabled: true })],
      ['the node is disabled', flow(withChoices([yes, no], { d: true }))],
      ['it does not wait', flow([{ ...buttons, wait: false, outputs: 2 }, ...withChoices([yes, no]).slice(1)])],
    ])) {
      const phone = await ask('buttons');
      const next = fromNow();
      await rig.deploy(away, {}, 'full');
      await rig.writes(phone, '2');
      await until('the sidecar has the answer', async () => (await rig.outcomes())[0] === 'button');
      await rig.deploy(flow());
      assert.deepEqual(ways(await next(1)), ['buttons 1'], how);
    }
  });

  test('an answer of another kind than is asked now leaves by other', async () => {
    const phone = await ask('robot');
    const next = fromNow();
    const nodes = withChoices([yes, no]).map((one) => (one.id === 'robot' ? { ...one, ask: 'text', outputs: 5 } : one));
    await rig.deploy(flow(nodes), {}, 'flows');
    await rig.writes(phone, '1');
    assert.deepEqual(ways(await next(1)), ['robot 1']);
    await rig.deploy(flow());
  });

  test('choices that the message brings leave by one output, and say which it was', async () => {
    const brought = withChoices([], { buttons: 'payload.choices', buttonsType: 'msg', outputs: 5 }).filter(({ id }) => id === 'buttons');
    await rig.deploy(flow([...brought, ...withChoices([yes, no]).slice(1)]));
    const phone = await ask('buttons', { choices: [{ id: 'a', text: 'Утро' }, { text: 'Вечер' }] });
    const next = fromNow();
    await rig.writes(phone, 'вечер');
    const [{ port, msg }] = await next(1);
    assert.deepEqual([port, msg.answer.id, msg.answer.text], [0, 'b2', 'Вечер']);
    await rig.deploy(flow());
  });

  test('reminders, each in its time; words that cancel; a question in the place of another', async () => {
    const phone = await ask('options', { how: 'parallel', last: 'Последний раз' });
    await rig.arrives(phone, 'Напоминаем: ждём ответа');
    await rig.arrives(phone, 'Последний раз');
    const next = fromNow();
    await rig.writes(phone, 'Стоп');
    const [stopped] = await next(1);
    assert.deepEqual([stopped.port, stopped.msg.nodeline.reason, stopped.msg.answer.text], [4, 'customer_cancelled', 'Стоп']);

    await again('options', phone, { how: 'parallel', n: 1 });
    await again('options', phone, { how: 'replace', n: 2 });
    const [, replaced] = await next(2);
    assert.deepEqual([replaced.port, replaced.msg.nodeline.reason, replaced.msg.payload.n], [4, 'superseded', 1]);
    await rig.writes(phone, '1');
    const [, , answered] = await next(3);
    assert.deepEqual([answered.port, answered.msg.payload.n], [0, 2]);
  });

  test('waits inside a subflow are called off in one use of it, or in all', async () => {
    const [one, two] = [await ask('use1'), await ask('use2')];
    const next = fromNow();
    await rig.go('use1', { stop: true });
    assert.deepEqual(ways(await next(1)), ['use1 4']);
    assert.deepEqual([(await open(one)).length, (await open(two)).length], [0, 1]);
    await rig.go('off-all', {});
    const all = (await next(3)).slice(1);
    assert.deepEqual(ways(all), ['off-all 0', 'use2 4']);
    assert.equal(all.find(({ from }) => from === 'off-all')?.msg.nodeline.cancelled, 1);
  });
});
