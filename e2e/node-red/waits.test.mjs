// @ts-check
// The branch of the customer's answer fires once, whatever was restarted meanwhile.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../lib/until.mjs';
import { anna, ask, boris, flowOf, lineNode, recorded, Rig } from './rig.mjs';

const question = { name: 'Анна', date: '24 ноября', phone: '8 912 345-67-89' };
const text = 'Анна, придёте 24 ноября?';

/** One stack for the tests of a group: each starts with an empty file and no open question. */
function group(/** @type {string} */ name, /** @type {(rig: () => Rig, next: () => number) => void} */ tests, flow = flowOf({ ask: 'ask1' }, recorded(ask('ask1')))) {
  describe(name, () => {
    /** @type {Rig} */ let rig;
    /** @type {(() => Promise<void>)[]} */ const ends = [];
    let count = 0;
    before(async () => {
      rig = await new Rig(name.replace(/\W+/g, '-'), flow).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }));
    });
    after(async () => { for (const end of ends) await end(); });
    tests(() => rig, () => ++count);
  });
}

group('answers', (rig, next) => {
  const asked = async () => {
    await rig().go('ask', question);
    await rig().waiting();
    return rig().arrives(anna, text);
  };
  const ended = async (/** @type {number} */ port, /** @type {object} */ answer) => {
    const { msg, ...left } = await rig().leaves(next());
    assert.deepEqual([left.from, left.port], ['ask1', port]);
    const { text: said, index, id, raw } = msg.answer;
    assert.deepEqual({ text: said, index, id, raw }, answer);
    assert.deepEqual(msg.payload, question, 'the message is as it was');
    assert.equal(msg.ask.chat.phone, anna);
    assert.equal(msg.nodeline.sandbox, true);
    await rig().nothingOpen();
    return msg;
  };

  test('a number typed by hand', async () => {
    const message = await asked();
    assert.match(message.body, /1\. Да\n2\. Нет\n3\. Позже/);
    await rig().writes(anna, '2)');
    await ended(1, { text: 'Нет', index: 2, id: 'no', raw: '2)' });
  });

  test('the label typed by hand', async () => {
    await asked();
    await rig().writes(anna, ' пОзже ');
    await ended(2, { text: 'Позже', index: 3, id: 'later', raw: ' пОзже ' });
  });

  test('something else', async () => {
    await asked();
    await rig().writes(anna, 'А можно в пятницу?');
    await ended(3, { text: 'А можно в пятницу?', index: 0, id: '', raw: 'А можно в пятницу?' });
  });

  test('a question that is called off', async () => {
    await asked();
    const { asks } = await rig().call('ask.list', { line: lineNode.line });
    await rig().call('ask.cancel', { line: lineNode.line, id: asks[0].id, reason: 'stage' });
    const { port, msg } = await rig().leaves(next());
    assert.equal(port, 5);
    assert.equal(msg.nodeline.outcome, 'cancelled');
    assert.equal(msg.nodeline.reason, 'stage');
    assert.equal(msg.answer, undefined);
    await rig().nothingOpen();
  });

  test('a native button that is tapped, after a redeploy with its buttons dragged and one renamed', async () => {
    const native = ask('ask1', { rendering: 'native' });
    await rig().deploy(flowOf({ ask: 'ask1' }, recorded(native)));
    await rig().go('ask', question);
    const message = await until('buttons are shown', async () => {
      const found = await rig().arrives(anna, text);
      return found.kind === 'buttons' && !found.answered && found;
    });
    await rig().waiting();
    const [yes, no, later] = native.buttons;
    const dragged = ask('ask1', { rendering: 'native', buttons: [later, { ...yes, text: 'Конечно' }, no] });
    await rig().deploy(flowOf({ ask: 'ask1' }, recorded(dragged)));
    await rig().phone(`${anna}/tap`, { chat: '+79000000001', message: message.id, button: message.buttons[0].id });
    await ended(1, { text: 'Да', index: 1, id: 'yes', raw: 'Да' });
  });

  test('the answer of a button that was removed meanwhile leaves by other', async () => {
    await rig().deploy(flowOf({ ask: 'ask1' }, recorded(ask('ask1'))));
    await asked();
    const less = ask('ask1', { buttons: ask('ask1').buttons.slice(1), outputs: 6 });
    await rig().deploy(flowOf({ ask: 'ask1' }, recorded(less)), {}, 'nodes');
    await rig().writes(anna, '1');
    await ended(2, { text: 'Да', index: 1, id: 'yes', raw: '1' });
    await rig().deploy(flowOf({ ask: 'ask1' }, recorded(ask('ask1'))));
  });

  test('a node that is deleted and brought back gets its answer', async () => {
    await asked();
    await rig().deploy(flowOf({}, []));
    await rig().writes(anna, '1');
    await until('the sidecar has the answer', async () => (await rig().outcomes())[0] === 'button');
    await rig().deploy(flowOf({ ask: 'ask1' }, recorded(ask('ask1'))));
    await ended(0, { text: 'Да', index: 1, id: 'yes', raw: '1' });
  });

  test('a customer who is reminded answers the reminder', async () => {
    const reminder = 'payload.name & ", ждём ответа"';
    await rig().deploy(flowOf({ ask: 'ask1' }, recorded(ask('ask1', { reminder, reminderType: 'jsonata', reminderAfter: '2', reminderUnit: 'seconds' }))));
    await asked();
    await rig().arrives(anna, 'Анна, ждём ответа');
    await rig().writes(anna, '1');
    const msg = await ended(0, { text: 'Да', index: 1, id: 'yes', raw: '1' });
    assert.equal(msg.ask.reminders.length, 1);
    assert.equal(msg.ask.reminders[0].state, 'queued');
    assert.match(msg.ask.reminders[0].status, /^(sent|delivered|read)$/);
  });

  test('time that runs out', async () => {
    await rig().deploy(flowOf({ ask: 'ask1' }, recorded(ask('ask1', { deadline: '1', deadlineUnit: 'seconds' }))));
    await rig().go('ask', question);
    const { port, msg } = await rig().leaves(next());
    assert.equal(port, 4);
    assert.equal(msg.nodeline.outcome, 'no_answer');
    await rig().nothingOpen();
  });
});

group('restarts', (rig, next) => {
  const asked = async () => {
    await rig().go('ask', question);
    await rig().waiting();
    await rig().arrives(anna, text);
  };
  const answered = async () => {
    const { port, msg } = await rig().leaves(next());
    assert.equal(port, 0);
    assert.equal(msg.answer.text, 'Да');
    assert.deepEqual(msg.payload, question);
    await rig().nothingOpen();
  };

  test('Node-RED is killed before the answer', async () => {
    await asked();
    await rig().part('Node-RED').kill();
    await rig().writes(anna, '1');
    await until('the sidecar has the answer', async () => (await rig().outcomes())[0] === 'button');
    await rig().startNodeRed();
    await answered();
  });

  test('the sidecar is killed between the question and the answer', async () => {
    await asked();
    await rig().part('sidecar').kill();
    await rig().writes(anna, '1');
    await rig().startSidecar();
    await answered();
  });

  test('a question asked while the sidecar is away is asked once when it is back', async () => {
    await rig().part('sidecar').kill();
    await rig().go('ask', question);
    await rig().startSidecar();
    await rig().waiting();
    await rig().writes(anna, '1');
    await answered();
    const { messages } = await rig().phone(`${anna}/chats/+79000000001`);
    const questions = messages.filter((/** @type {any} */ { fromMe, body }) => !fromMe && body.includes(text));
    assert.equal(questions.length, 3);
    assert.equal((await rig().phone(anna)).repeats, 0);
  });

  test('both are killed at once', async () => {
    await asked();
    await Promise.all([rig().part('sidecar').kill(), rig().part('Node-RED').kill()]);
    await rig().writes(anna, 'да');
    await rig().startSidecar();
    await rig().startNodeRed();
    await answered();
  });

  test('an outage is one warning in Node-RED\'s log, and its end is said', async () => {
    await rig().part('sidecar').kill();
    await until('the outage is told', () => /cannot be reached/.test(rig().part('Node-RED').tail(50)));
    await rig().startSidecar();
    await until('its end is told', () => /connected to the sidecar/.test(rig().part('Node-RED').tail(50)));
    const log = rig().part('Node-RED').tail(50);
    assert.equal(log.match(/\[(warn|error)\] \[nodeline-line:/g)?.length, 1, log);
  });
});

/** A subflow around one send-buttons node, used twice. */
function subflow() {
  const inner = { ...ask('inner'), z: 'sub1', wires: Array.from({ length: 7 }, () => []) };
  const outer = (/** @type {string} */ id) => ({ id, type: 'subflow:sub1', z: 'tab1', name: '', x: 300, y: 100, outputs: 7, wires: [] });
  return flowOf({ one: 'use1', two: 'use2' }, [
    { id: 'sub1', type: 'subflow', name: 'Ask', in: [{ x: 40, y: 40, wires: [{ id: 'inner' }] }],
      out: Array.from({ length: 7 }, (_, port) => ({ x: 300, y: 40 * port, wires: [{ id: 'inner', port }] })) },
    inner, ...recorded(outer('use1'), 7), ...recorded(outer('use2'), 7),
  ]);
}

group('subflows', (rig) => {
  test('each use of a subflow gets its own answer, after a restart too', async () => {
    await rig().go('one', question);
    await rig().go('two', { ...question, phone: boris });
    await rig().waiting(2);
    await rig().part('Node-RED').kill();
    await rig().startNodeRed();
    await rig().writes(boris, '3');
    await rig().leaves(1);
    await rig().writes(anna, '1');
    await rig().leaves(2);
    assert.deepEqual(rig().left().map(({ from, port }) => [from, port]), [['use2', 2], ['use1', 0]]);
  });
}, subflow());
