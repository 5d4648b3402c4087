// @ts-check
// What people who know Node-RED expect of every node: subflows, groups and their
// environment, links, Catch, Complete, files of context, nodes and tabs that are
// switched off, --safe, readOnly.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '../lib/until.mjs';
import { demoLine } from '../lib/world.mjs';
import { anna, ask, boris, flowOf, lineNode, record, recorded, Rig } from './rig.mjs';

/** @typedef {import('./rig.mjs').FlowNode} FlowNode */

/** @param {string} id @param {string} type @param {object} fields @returns {FlowNode} */
const node = (id, type, fields) => ({ id, type, z: 'tab1', name: id, x: 300, y: 100, wires: [], ...fields });

/** A send-text node. @param {string} id @param {object} [fields] @returns {FlowNode} */
const text = (id, fields = {}) => node(id, 'nodeline-send-text', {
  line: lineNode.id, chat: 'payload.phone', chatType: 'msg', text: 'payload.text', textType: 'msg', ...fields,
});

/** A node that writes down what comes. @param {string} id @returns {FlowNode} */
const tap = (id) => node(id, 'function', { outputs: 0, func: record(id, 0) });

/** Notes the message's own id in it. */
const keepId = 'delete msg.req; delete msg.res; msg.first = msg._msgid;';

/** One rig for the tests of a group. */
function rigOf(/** @type {string} */ name, /** @type {FlowNode[]} */ flow, /** @type {object} */ settings = {}) {
  /** @type {Rig} */ let rig;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  before(async () => { rig = await new Rig(name, flow, /** @type {any} */ (settings)).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) })); });
  after(async () => { for (const end of ends) await end(); });
  return () => rig;
}

/** What left by a tap or a node's output, newest last. @param {Rig} rig @param {string} from */
const by = (rig, from) => rig.left().filter((one) => one.from === from);

/** @param {Rig} rig @param {string} from @param {number} [count] */
const comes = (rig, from, count = 1) => until(`${from} gets message ${count}`, () => by(rig, from)[count - 1]);

/** A door in front of the sidecar that counts who comes. @param {string} sidecarUrl */
async function doorTo(sidecarUrl) {
  let opened = 0;
  /** @type {Set<import('node:net').Socket>} */ const inside = new Set();
  const server = createServer((socket) => {
    opened++;
    const next = connect(Number(new URL(sidecarUrl).port), '127.0.0.1');
    const join = (/** @type {import('node:net').Socket} */ one, /** @type {import('node:net').Socket} */ other) => {
      inside.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy()).pipe(other);
    };
    join(socket, next);
    join(next, socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    opened: () => opened,
    close: () => {
      for (const socket of inside) socket.destroy();
      server.close();
    },
  };
}

describe('subflows, groups and links', () => {
  const env = (/** @type {string} */ value) => [{ name: 'PHONE', value, type: 'str' }, { name: 'GREETING', value: `Здравствуйте, ${value}`, type: 'str' }];
  const rig = rigOf('native-places', flowOf({ one: 'use1', two: 'use2', group: 'text2', call: 'call1', ask: 'call2' }, [
    { id: 'sub1', type: 'subflow', name: 'Greet', in: [{ x: 40, y: 40, wires: [{ id: 'inner' }] }],
      out: [{ x: 300, y: 40, wires: [{ id: 'inner', port: 0 }] }, { x: 300, y: 80, wires: [{ id: 'inner', port: 1 }] }], env: env('none') },
    text('inner', { z: 'sub1', chat: 'PHONE', chatType: 'env', text: 'GREETING', textType: 'env', wires: [[], []] }),
    ...recorded(node('use1', 'subflow:sub1', { env: env(anna) }), 2),
    ...recorded(node('use2', 'subflow:sub1', { env: env(boris) }), 2),
    { id: 'group1', type: 'group', z: 'tab1', name: 'Reminders', nodes: ['text2'], env: env(anna), x: 10, y: 10, w: 400, h: 200 },
    ...recorded(text('text2', { g: 'group1', chat: '${PHONE}', chatType: 'str', text: '${GREETING}!', textType: 'env' }), 2),
    node('call1', 'link call', { links: ['in1'], linkType: 'static', timeout: '30', wires: [['called']] }), tap('called'),
    node('in1', 'link in', { links: [], wires: [['text3']] }),
    text('text3', { wires: [['out1'], []] }),
    node('out1', 'link out', { mode: 'return', links: [] }),
    node('call2', 'link call', { links: ['in2'], linkType: 'static', timeout: '30', wires: [['answered']] }), tap('answered'),
    node('in2', 'link in', { links: [], wires: [['ask1']] }),
    ask('ask1', { wires: [['out2'], ['out3'], [], [], [], [], []] }),
    node('out2', 'link out', { mode: 'return', links: [] }),
    node('out3', 'link out', { mode: 'link', links: ['in4'] }),
    node('in4', 'link in', { links: ['out3'], wires: [['linked']] }), tap('linked'),
  ], keepId));

  test('each use of a subflow fills a node in from its own environment', async () => {
    await rig().go('one', {});
    assert.equal((await comes(rig(), 'use1')).port, 0);
    await rig().go('two', {});
    assert.equal((await comes(rig(), 'use2')).port, 0);
    await rig().arrives(anna, `Здравствуйте, ${anna}`);
    await rig().arrives(boris, `Здравствуйте, ${boris}`);
  });

  test('a node of a group sees the group\'s environment, also as ${NAME}', async () => {
    await rig().go('group', {});
    assert.equal((await comes(rig(), 'text2')).port, 0);
    await rig().arrives(anna, `Здравствуйте, ${anna}!`);
  });

  test('link call gets its message back, the very one', async () => {
    await rig().go('call', { phone: anna, text: 'По ссылке' });
    const { msg } = await comes(rig(), 'called');
    assert.deepEqual(msg.payload, { phone: anna, text: 'По ссылке' });
    assert.equal(msg._msgid, msg.first, 'the message kept its id');
    assert.equal('_linkSource' in msg, false);
  });

  test('link call may wait for a customer', async () => {
    await rig().go('ask', { phone: anna, name: 'Анна', date: 'завтра' });
    await rig().waiting();
    await rig().writes(anna, '1');
    const { msg } = await comes(rig(), 'answered');
    assert.equal(msg.answer.text, 'Да');
    assert.equal(msg._msgid, msg.first, 'the message kept its id while it waited');
    await rig().nothingOpen();
  });

  test('an answer goes through links to another place', async () => {
    await rig().go('ask', { phone: anna, name: 'Анна', date: 'завтра' });
    await rig().waiting();
    await rig().writes(anna, '2');
    assert.equal((await comes(rig(), 'linked')).msg.answer.text, 'Нет');
  });
});

describe('Catch, Complete and Status', () => {
  const rig = rigOf('native-watchers', flowOf({ text: 'text1', bare: 'text2', other: 'text3', ask: 'ask1' }, [
    ...recorded(text('text1'), 2), ...recorded(text('text2'), 2, [1]), ...recorded(text('text3'), 2, [1]), ...recorded(ask('ask1')),
    node('catch1', 'catch', { scope: ['text2'], uncaught: false, wires: [['caught']] }), tap('caught'),
    node('catch2', 'catch', { scope: null, uncaught: true, wires: [['uncaught']] }), tap('uncaught'),
    node('complete1', 'complete', { scope: ['text1', 'text2', 'ask1'], uncaught: false, wires: [['complete']] }), tap('complete'),
    node('status1', 'status', { scope: ['ask1'], wires: [['status']] }), tap('status'),
  ], keepId));

  test('Complete fires once for a message that was sent, and not for one that was not', async () => {
    await rig().go('text', { phone: anna, text: 'Готово' });
    const { msg } = await comes(rig(), 'complete');
    assert.equal(msg.payload.text, 'Готово');
    await comes(rig(), 'text1');
    await rig().go('text', { phone: 'nobody', text: 'Нет' });
    assert.equal((await comes(rig(), 'text1', 2)).port, 1, 'handled by its wire');
    await rig().go('bare', { phone: 'nobody', text: 'Нет' });
    await comes(rig(), 'caught');
    assert.deepEqual(by(rig(), 'complete').map((one) => one.msg.payload.text), ['Готово', 'Нет'], 'what its wire took is done; what Catch took is not');
  });

  test('Catch by its scope, and what nobody else caught, once each', async () => {
    assert.equal(by(rig(), 'caught').length, 1);
    await rig().go('other', { phone: 'nobody', text: 'x' });
    const { msg } = await comes(rig(), 'uncaught');
    assert.equal(msg.error.source.id, 'text3');
    assert.equal(msg._msgid, msg.first);
    assert.deepEqual([by(rig(), 'caught').length, by(rig(), 'uncaught').length], [1, 1]);
  });

  test('Complete of a question fires when it is kept, Status tells its course', async () => {
    const before = by(rig(), 'complete').length;
    await rig().go('ask', { phone: anna, name: 'Анна', date: 'завтра' });
    await rig().waiting();
    const { msg } = await comes(rig(), 'complete', before + 1);
    assert.equal(msg.payload.date, 'завтра');
    await until('the node says that it waits', () => by(rig(), 'status').some((one) => /waiting.* 1/.test(one.msg.status.text)));
    await rig().writes(anna, '1');
    await comes(rig(), 'ask1');
    await until('the node says how it ended', () => /button/.test(by(rig(), 'status').at(-1)?.msg.status.text ?? ''));
    assert.equal(by(rig(), 'complete').length, before + 1, 'an answer completes nothing anew');
  });
});

describe('deploys and starts', () => {
  const flow = flowOf({ ask: 'ask1', text: 'text1' }, [...recorded(ask('ask1')), ...recorded(text('text1'), 2)], keepId);
  const rig = rigOf('native-starts', flow);
  const asked = async () => {
    await rig().go('ask', { phone: anna, name: 'Анна', date: 'завтра' });
    await rig().waiting();
    return by(rig(), 'ask1').length + 1;
  };
  /** Answers and waits for what leaves. @param {number} count */
  const answered = async (count) => {
    const { port, msg } = await comes(rig(), 'ask1', count);
    assert.deepEqual([port, msg.answer.text], [0, 'Да']);
    assert.equal(msg._msgid, msg.first);
    await rig().nothingOpen();
    assert.equal(by(rig(), 'ask1').length, count);
  };
  const answer = () => rig().writes(anna, '1');
  const kept = () => until('the sidecar has the answer', async () => (await rig().outcomes())[0] === 'button');
  const changed = (/** @type {string} */ id, /** @type {object} */ fields) => flow.map((one) => (one.id === id ? { ...one, ...fields } : one));

  test('while a node is switched off its answer waits', async () => {
    const count = await asked();
    await rig().deploy(changed('ask1', { d: true }), {}, 'nodes');
    await answer();
    await kept();
    await rig().deploy(flow, {}, 'nodes');
    await answered(count);
  });

  test('while a tab is switched off its answers wait', async () => {
    const count = await asked();
    await rig().deploy(changed('tab1', { disabled: true }), {}, 'flows');
    await answer();
    await kept();
    await rig().deploy(flow, {}, 'flows');
    await answered(count);
  });

  test('an answer that comes while only the node behind is deployed anew reaches that one', async () => {
    const [closing, open] = [`${rig().record}.closing`, `${rig().record}.open`];
    // Once it had a message it takes its time to stop, until the file is there; timers of its own would be stopped with it.
    const slowly = `node.on('close', (done) => {
      const [fs, left] = [global.get('fs'), global.get('left')];
      fs.watchFile(left + '.open', { interval: 20 }, ({ nlink }) => {
        if (nlink === 0) return; // told so at once where there is none
        fs.unwatchFile(left + '.open');
        done();
      });
      fs.writeFileSync(left + '.closing', '');
    });`;
    await rig().deploy(changed('ask1-tap0', { func: slowly + record('ask1', 0) }), {}, 'nodes');
    const first = await asked();
    await answer();
    await answered(first);
    const count = await asked();
    const texts = by(rig(), 'text1').length;
    const deployed = rig().deploy(flow, {}, 'nodes');
    await until('the node behind is stopped', () => existsSync(closing));
    await answer();
    await kept();
    // What came over the same connection before it has been heard when this one is back.
    await rig().go('text', { phone: boris, text: 'Тем временем' });
    await comes(rig(), 'text1', texts + 1);
    writeFileSync(open, '');
    await deployed;
    await answered(count);
  });

  test('a deploy of other nodes leaves the connection alone', async (t) => {
    const door = await doorTo(rig().sidecarUrl);
    t.after(door.close);
    const through = (/** @type {string} */ name) => flow.map((one) => (one.id === lineNode.id ? { ...one, url: door.url } : one.id === 'text1' ? { ...one, name } : one));
    await rig().deploy(through('text1'));
    const count = await asked();
    assert.equal(door.opened(), 1);
    await rig().deploy(through('another name'), {}, 'nodes');
    await answer();
    await answered(count);
    assert.equal(door.opened(), 1, 'still the same connection');
    await rig().deploy(flow);
  });

  test('a deploy while a message is on its way: it is sent once, and Node-RED stops at once', async () => {
    await rig().call('line.pause', { line: demoLine, reason: 'обед' });
    await rig().go('text', { phone: boris, text: 'В пути' });
    await until('the message is kept', async () => (await rig().call('message.list', { line: demoLine })).messages[0]?.status === 'queued');
    const began = Date.now();
    await rig().deploy(flow);
    assert.ok(Date.now() - began < 4000, `stopped within ${Date.now() - began} ms`);
    await rig().call('line.resume', { line: demoLine });
    await rig().arrives(boris, 'В пути');
    const { messages } = await rig().phone(`${boris}/chats/+79000000001`);
    assert.equal(messages.filter((/** @type {any} */ { body }) => body === 'В пути').length, 1);
  });

  test('--safe starts without flows; a deploy then brings the answer', async () => {
    const count = await asked();
    await rig().part('Node-RED').stop();
    await answer();
    await kept();
    await rig().startNodeRed(['--safe']);
    await until('the log says so', () => /safe mode/i.test(rig().part('Node-RED').tail(50)));
    assert.equal(by(rig(), 'ask1').length, count - 1, 'nothing runs yet');
    await rig().deploy(flow, {}, 'flows');
    await answered(count);
    await rig().part('Node-RED').stop();
    await rig().startNodeRed();
  });

  test('Node-RED\'s log holds no error of ours, and it ends within its time', async () => {
    const log = rig().part('Node-RED').tail(10_000);
    assert.doesNotMatch(log, /\[error\]/, log);
    const began = Date.now();
    await rig().part('Node-RED').stop();
    assert.equal(rig().part('Node-RED').ended, 'exit code 0');
    assert.ok(Date.now() - began < 4000);
    await rig().startNodeRed();
  });

  test('an exported flow holds everything but secrets, and imported elsewhere says what to do', async () => {
    const { flows } = await rig().admin('/flows', { headers: { 'Node-RED-API-Version': 'v2' } });
    assert.doesNotMatch(JSON.stringify(flows), /"token"|"credentials"|nl_/);
    assert.equal(flows.find((/** @type {FlowNode} */ { id }) => id === lineNode.id).line, demoLine, 'the line stays chosen');
    assert.deepEqual(flows.find((/** @type {FlowNode} */ { id }) => id === 'ask1').buttons, flow.find(({ id }) => id === 'ask1')?.buttons);
    // An import gives every node another id, so nothing that Node-RED keeps for the old ones is found.
    const renamed = JSON.parse(JSON.stringify(flows).replaceAll('"line1"', '"line2"').replaceAll('"text1"', '"text9"'));
    const sent = by(rig(), 'text1').length;
    await rig().deploy(renamed);
    await rig().go('text', { phone: anna, text: 'x' });
    const { port, msg } = await comes(rig(), 'text1', sent + 1);
    assert.equal(port, 1);
    assert.equal(msg.error.code, 'line_not_linked');
    assert.match(msg.error.message, /token/, 'says what an import lacks');
  });
});

describe('settings of Node-RED', () => {
  const flow = flowOf({ keep: 'change1', text: 'text1', ask: 'ask1' }, [
    node('change1', 'change', { rules: [{ t: 'set', p: '#:(file)::greeting', pt: 'flow', to: 'payload.greeting', tot: 'msg' }], wires: [['kept']] }), tap('kept'),
    ...recorded(text('text1', { text: '#:(file)::greeting', textType: 'flow', saveTo: '#:(file)::last', saveToType: 'global' }), 2),
    ...recorded(ask('ask1')),
  ], keepId);
  const rig = rigOf('native-settings', flow, { contextStorage: { default: { module: 'memory' }, file: { module: 'localfilesystem' } }, readOnly: true });

  test('a value of a context that is a file; the result goes into one', async () => {
    await rig().go('keep', { greeting: 'Доброе утро' });
    await comes(rig(), 'kept');
    await rig().go('text', { phone: anna });
    assert.equal((await comes(rig(), 'text1')).port, 0);
    await rig().arrives(anna, 'Доброе утро');
    const { last } = await rig().admin('/context/global/last?store=file').then((/** @type {any} */ value) => ({ last: JSON.parse(value.msg) }));
    assert.match(last.messageId, /^3EB0/);
  });

  test('readOnly: nothing is saved, and questions are answered', async () => {
    await rig().go('ask', { phone: anna, name: 'Анна', date: 'завтра' });
    await rig().waiting();
    await rig().writes(anna, '3');
    assert.equal((await comes(rig(), 'ask1')).port, 2);
    assert.equal(existsSync(path.join(rig().userDir, 'flows_cred.json')), false, 'Node-RED itself saved nothing');
  });
});
