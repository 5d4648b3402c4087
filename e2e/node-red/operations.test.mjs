// @ts-check
// Everything that a node does at once, each on a real Node-RED: the result, the errors, values
// from everywhere, files both ways, and that no repetition sends twice.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { examples } from '../../schema/examples/examples.mjs';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { anna, boris, flowOf, lineNode, owner, recorded, Rig } from './rig.mjs';

/** @typedef {import('./rig.mjs').FlowNode} FlowNode */
/** @typedef {import('./rig.mjs').Left} Left */

/** By its address, so that it stays out of this program's types. @param {string} file @returns {Promise<any>} */
const ofPackage = (file) => import(new URL(`../../ui-manifests/node-red/${file}`, import.meta.url).href);
const { models } = await ofPackage('test/dist/units.mjs');
const { settingsOf } = await ofPackage('test/settings.mjs');
const built = Object.keys(JSON.parse(readFileSync(new URL('../../ui-manifests/node-red/package.json', import.meta.url), 'utf8'))['node-red'].nodes);

/** States of a message that WhatsApp's server has. */
const gone = /^(sent|delivered|read|played)$/;
/** What the customer's file says. */
const form = 'My form';
/** Serves one file. */
const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('Consultation: 1500'));

/** @param {string} id @param {string} type @param {object} [settings] @returns {FlowNode} */
const node = (id, type, settings = {}) => ({ id, type, z: 'tab1', name: id, line: lineNode.id, x: 300, y: 100, wires: [], ...settings });

const all = await examples();

/** Every case that sends, asks or looks something up and goes on: [key, model, case]. @type {[string, any, any][]} */
const cases = built.flatMap((type) => (models[type]?.cases ?? [])
  .filter((/** @type {any} */ { method, minted }) => method && method !== 'event.subscribe' && !minted.includes('reply'))
  .map((/** @type {any} */ one) => [`${type.replace('nodeline-', '')}${one.id ? `.${one.id}` : ''}`, models[type], one]));

/** A field that reads msg. @param {string} param @param {string} property */
const inMsg = (param, property) => ({ [param]: property, [`${param}Type`]: 'msg' });

/** The request of a method's first example. @param {string} method @returns {Record<string, any>} */
const example = (method) => structuredClone(all.find((one) => one.method === method)?.request ?? {});

/** What cannot stand in an example, by the case's key. */
const about = { item: 'deal-17', itemType: 'str', stage: 'offer', stageType: 'str' };
/** @type {Record<string, object>} */
const own = {
  'robot-message': about, 'robot-file': { ...about, ...inMsg('attachments', 'files') }, 'check-number': about,
  'change-message.cancel': inMsg('key', 'sent.key'), 'change-message.edit': inMsg('sentMessage', 'sent'), 'change-message.react': inMsg('messageId', 'sent.messageId'),
  'change-message.forward': inMsg('messageId', 'sent'), 'change-message.delete': inMsg('sentMessage', 'place'),
  'send-files.sendMedia': inMsg('attachments', 'files'), 'send-files.send': inMsg('attachments', 'files'),
  'get-file': { ...inMsg('mediaId', 'file'), download: true },
  'look-up.number.check': { phones: `${anna}\n${boris}`, phonesType: 'str' }, 'look-up.message.get': inMsg('key', 'sent.key'),
};

/** What a case is set to: of its method's example. @param {[string, any, any]} entry */
function settingsFor([key, model, one]) {
  const { chooser, switch: turned } = model;
  const request = example(one.method);
  for (const name of ['line', ...one.minted]) delete request[name];
  return {
    ...settingsOf(one.fields, request).settings,
    ...(chooser ? { [chooser.param]: one.id } : {}), ...(turned ? { [turned.param]: one.on } : {}), ...own[key],
  };
}

/** A send node whose field is of another kind. @param {string} id @param {object} settings */
const text = (id, settings) => node(id, 'nodeline-send-text', { ...inMsg('chat', 'phone'), text: 'x', textType: 'str', ...settings });

/** Nodes beside the cases. @type {FlowNode[]} */
const more = [
  text('kind-msg', inMsg('text', 'payload.text')),
  text('kind-flow', { text: 'greeting', textType: 'flow' }),
  text('kind-global', { text: 'greeting', textType: 'global' }),
  text('kind-env', { text: 'NODELINE_E2E_GREETING', textType: 'env' }),
  text('kind-jsonata', { text: '"Hello, " & name & "!"', textType: 'jsonata' }),
  text('to-payload', { saveTo: 'payload.result', saveToType: 'msg' }),
  text('to-flow', { saveTo: 'last', saveToType: 'flow' }),
  text('to-nowhere', { saveTo: 'topic.inside', saveToType: 'msg' }),
  text('again', { text: '"Once " & $millis()', textType: 'jsonata' }),
  node('buffer', 'nodeline-send-files', { operation: 'sendMedia', ...inMsg('chat', 'phone'), attachments: [
    { from: 'message', data: 'bytes', dataType: 'msg', title: 'Price.txt' }, { from: 'message', data: 'note', dataType: 'msg', title: 'Note.txt' },
  ] }),
];

/** Cases that need something, left blank. @type {[string, any, any][]} */
const bare = cases.filter(([, , one]) => one.fields.some((/** @type {any} */ field) => field.required && !field.own));
/** @param {[string, any, any]} entry */
const blank = ([, { chooser, switch: turned }, one]) => ({
  ...Object.fromEntries(one.fields.flatMap((/** @type {any} */ { param, startType }) => (startType && param !== 'saveTo' ? [[param, ''], [`${param}Type`, 'str']] : []))),
  ...(chooser ? { [chooser.param]: one.id } : {}), ...(turned ? { [turned.param]: one.on } : {}),
});

const flow = flowOf(
  Object.fromEntries([...cases.map(([key]) => [key, key]), ...bare.map(([key]) => [`${key}-blank`, `${key}-blank`]), ...more.map(({ id }) => [id, id])]),
  [
    ...bare.flatMap(([key, model, one]) => recorded(node(`${key}-blank`, model.type, blank([key, model, one])), one.outcomes.length)),
    ...cases.flatMap(([key, model, one]) => recorded(node(key, model.type, settingsFor([key, model, one])), one.outcomes.length)),
    ...more.flatMap((one) => recorded(one, 2)),
  ],
  `
  const { payload } = msg;
  for (const name of ['req', 'res', 'payload']) delete msg[name];
  flow.set('greeting', 'Hello from the flow');
  global.set('greeting', 'Hello from everywhere');
  Object.assign(msg, payload);
  if (msg.bytes) msg.bytes = Buffer.from(msg.bytes);
`,
);

describe('operations', () => {
  const rig = new Rig('operations', flow);
  rig.options.serve = ['--media-from', '127.0.0.1'];
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  let count = 0;
  let files = '';
  before(async () => {
    process.env['NODELINE_E2E_GREETING'] = 'Hello from outside';
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(undefined)); });
    const address = server.address();
    files = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/price.txt`;
    await rig.up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }));
    await rig.call('line.update', { line: lineNode.line, pace: { mode: 'off' } });
  });
  after(async () => {
    for (const end of ends) await end();
    server.close();
  });

  /** Sends a message into a node, and waits for what leaves. @param {string} id @param {object} [msg] @returns {Promise<Left>} */
  async function run(id, msg = {}) {
    await rig.go(id, { phone: anna, ...msg });
    const left = await rig.leaves(++count);
    assert.equal(left.from, id);
    return left;
  }

  /** What the line sent to a customer with these words. @param {string} customer @param {string} words @returns {Promise<any[]>} */
  async function sent(customer, words) {
    const { messages } = await rig.phone(`${customer}/chats/${owner}`);
    return messages.filter((/** @type {any} */ { fromMe, body }) => !fromMe && body.includes(words));
  }

  test('every case does what its example shows, and its result goes on with the message', async () => {
    await rig.writes(anna, 'Good evening');
    await json(`${rig.sandboxUrl}/api/groups`, { body: { by: owner, subject: 'Front desk', members: [anna, boris] } });
    const came = await fetch(`${rig.sandboxUrl}/api/phones/${anna}/files?${new URLSearchParams({ to: owner, name: 'Form.txt' })}`,
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: form });
    assert.ok(came.ok);
    await rig.call('template.create', example('template.create'));
    await rig.call('template.update', example('template.update'));
    await rig.call('message.ask', { ...example('message.ask'), line: lineNode.line });
    const file = await until('the file has come', async () =>
      (await rig.call('event.list', { line: lineNode.line, filter: { content: ['document'] } })).events.find((/** @type {any} */ { message }) => message?.media)?.message.media.mediaId);

    // Said only where it is so: of a message that has not arrived yet, of numbers that were written in another form.
    // Several numbers, and ended waits, have a result of their own.
    const sometimes = ['note', 'reason', 'next', 'asked', 'undeliveredAt', 'waitsFor', 'warning', 'warningText', 'checkedAt', 'region'];
    const order = all.map(({ method }) => method);
    /** @type {Record<string, any>} */
    const results = {};
    for (const [key, , one] of cases.toSorted((a, b) => order.indexOf(a[2].method) - order.indexOf(b[2].method))) {
      const { port, msg } = await run(key, { sent: results['send-text'], place: results['send-location'], files, file, keep: key });
      assert.equal(port, 0, `${key}: ${JSON.stringify(msg.error)}`);
      assert.equal(msg.keep, key);
      const { nodeline: result } = msg;
      results[key] = result;
      const missing = Object.keys(all.find(({ method }) => method === one.method)?.result ?? {}).filter((name) => !(name in result) && !sometimes.includes(name) && !['look-up.number.check', 'cancel-waits.one'].includes(key));
      assert.deepEqual(missing, [], `${key}: ${JSON.stringify(result).slice(0, 500)}`);
      if (one.sends && one.minted.includes('key')) assert.match(result.status, gone, key);
      if (key === 'get-file') {
        assert.equal(msg.types.payload, 'Buffer');
        assert.equal(String(Buffer.from(msg.payload.data)), form);
        assert.equal(result.name, 'Form.txt');
      } else {
        assert.equal('payload' in msg, false, key);
      }
      if (key === 'look-up.number.check') assert.deepEqual(result.numbers.map((/** @type {any} */ { asked }) => asked), [anna, boris]);
      if (own[key] && 'item' in /** @type {object} */ (own[key])) assert.deepEqual([result.item, result.stage], ['deal-17', 'offer'], key);
    }
    await rig.arrives(anna, 'tomorrow at 11:00');
  });

  test('what a case needs and has not got is an error by its name, and nothing is done', async () => {
    const before = (await rig.call('message.list', { line: lineNode.line })).messages.length;
    for (const [key, , one] of bare) {
      const { port, msg } = await run(`${key}-blank`);
      assert.equal(one.outcomes[port].id, 'error', key);
      assert.equal(msg.error.code, 'invalid_request', `${key}: ${JSON.stringify(msg.error)}`);
      const needed = one.fields.filter((/** @type {any} */ field) => field.required && !field.own).map((/** @type {any} */ { label }) => label.en);
      assert.ok(needed.some((/** @type {string} */ label) => msg.error.message.includes(label.replace(/s$/, ''))), `${key}: ${msg.error.message}`);
      assert.equal(msg.phone, anna, 'the message is kept');
    }
    assert.equal((await rig.call('message.list', { line: lineNode.line })).messages.length, before);
  });

  test('a value may come from the message, the flow, everywhere, the environment or an expression', async () => {
    const said = { 'kind-msg': 'Hello from msg', 'kind-flow': 'Hello from the flow', 'kind-global': 'Hello from everywhere', 'kind-env': 'Hello from outside', 'kind-jsonata': 'Hello, Anna!' };
    for (const [id, words] of Object.entries(said)) {
      const { port, msg } = await run(id, { name: 'Anna', payload: { text: 'Hello from msg' } });
      assert.equal(port, 0, JSON.stringify(msg.error));
      await rig.arrives(anna, words);
    }
  });

  test('the result goes where the node says, and a place that cannot be is no reason to send twice', async () => {
    const kept = await run('to-payload', { payload: { order: 7 } });
    assert.equal(kept.msg.payload.order, 7);
    assert.match(kept.msg.payload.result.status, gone);
    assert.equal('nodeline' in kept.msg, false);
    const elsewhere = await run('to-flow');
    assert.equal('nodeline' in elsewhere.msg, false);
    assert.match((await json(`${rig.editorUrl}/context/flow/tab1/last`)).msg, /"messageId"/);
    const nowhere = await run('to-nowhere', { topic: 'a text' });
    assert.equal(nowhere.port, 0);
    assert.equal(nowhere.msg.topic, 'a text');
    assert.match(nowhere.msg.nodeline.status, gone);
    await until('the log says where the result is', () => /could not be saved to msg\.topic\.inside/.test(rig.part('Node-RED').tail(20)));
  });

  test('a Buffer and a text of the message are sent as files, under their names', async () => {
    const { port, msg } = await run('buffer', { bytes: 'Bytes: 1500', note: 'Bring your passport' });
    assert.equal(port, 0, JSON.stringify(msg.error));
    assert.equal(msg.nodeline.messages.length, 2);
    const documents = await until('both files arrive', async () => {
      const { messages } = await rig.phone(`${anna}/chats/${owner}`);
      const found = messages.filter((/** @type {any} */ { fromMe, file }) => !fromMe && ['Price.txt', 'Note.txt'].includes(file?.name));
      return found.length === 2 && found;
    });
    const bodies = await Promise.all(documents.map(async (/** @type {any} */ { id }) => (await fetch(`${rig.sandboxUrl}/api/phones/${anna}/chats/${owner}/files/${id}`)).text()));
    assert.deepEqual(bodies, ['Bytes: 1500', 'Bring your passport']);
  });

  test('a file that is not there, or is none, is an error before anything is sent', async () => {
    const none = await run('buffer', { note: 'x' });
    assert.equal(none.port, 1);
    assert.equal(none.msg.error.code, 'invalid_request');
    assert.match(none.msg.error.message, /names no file/);
    const odd = await run('buffer', { bytes: '', note: { data: 5 } });
    assert.equal(odd.port, 1);
  });

  test('a message that comes back after an uncertain failure is sent once, though its text is another now', async () => {
    const first = await run('again');
    assert.equal(first.port, 0);
    const { key } = first.msg.nodeline;
    const again = await run('again', { nodeline: { retry: { node: 'again', key } } });
    assert.equal(again.port, 0, JSON.stringify(again.msg.error));
    assert.equal(again.msg.nodeline.key, key);
    assert.equal(again.msg.nodeline.messageId, first.msg.nodeline.messageId);
    assert.equal(again.msg.nodeline.retry, undefined);
    assert.equal((await sent(anna, 'Once ')).length, 1);
  });

  test('files that come back after an uncertain failure are uploaded again, and sent once', async () => {
    const files = { phone: boris, bytes: 'Once only', note: 'Once too' };
    const first = await run('buffer', files);
    const again = await run('buffer', { ...files, nodeline: { retry: { node: 'buffer', key: first.msg.nodeline.key } } });
    assert.equal(again.port, 0, JSON.stringify(again.msg.error));
    assert.equal(again.msg.nodeline.messageId, first.msg.nodeline.messageId);
    const { messages } = await rig.phone(`${boris}/chats/${owner}`);
    assert.equal(messages.filter((/** @type {any} */ { file }) => file?.name === 'Price.txt').length, 1);
  });

  test('of several files one may fail: the error says which, and the others are with the customer', async () => {
    await json(`${rig.sandboxUrl}/api/faults`, { body: { way: 'up', tag: 'message', do: 'refuse', code: 463, times: 1 } });
    const { port, msg } = await run('buffer', { phone: boris, bytes: 'One', note: 'Two' });
    assert.equal(port, 1);
    assert.equal(msg.error.code, 'whatsapp_refused');
    assert.match(msg.error.message, /^Of 2 messages these did not go: 1\./);
    assert.equal(msg.nodeline?.retry, undefined);
    await until('the other file arrives', async () => (await rig.phone(`${boris}/chats/${owner}`)).messages.some((/** @type {any} */ { file }) => file?.name === 'Note.txt'));
  });

  test('a file waits for a sidecar that is away, and goes once', async () => {
    await rig.part('sidecar').stop();
    await rig.go('buffer', { phone: boris, bytes: 'After the break', note: 'x' });
    await rig.startSidecar();
    const { from, port, msg } = await rig.leaves(++count);
    assert.deepEqual([from, port], ['buffer', 0], JSON.stringify(msg.error));
    const { messages } = await rig.phone(`${boris}/chats/${owner}`);
    assert.equal(messages.filter((/** @type {any} */ { file }) => file?.name === 'Price.txt').length, 2, 'with the one of before');
  });

  test('a deploy while a message waits: the node lets go, and the customer gets it once', async () => {
    await rig.call('line.pause', { line: lineNode.line });
    await rig.go('kind-msg', { phone: boris, payload: { text: 'Through the deploy' } });
    const queued = async () => (await rig.call('message.list', { line: lineNode.line, status: 'queued' })).messages;
    await until('the sidecar has it', async () => (await queued()).length === 1);
    await rig.deploy(rig.flow, {}, 'full');
    await rig.call('line.resume', { line: lineNode.line });
    await rig.arrives(boris, 'Through the deploy');
    await rig.go('kind-msg', { phone: boris, payload: { text: 'And the next' } });
    await rig.arrives(boris, 'And the next');
    assert.equal((await sent(boris, 'Through the deploy')).length, 1);
    assert.doesNotMatch(rig.part('Node-RED').tail(60), /unhandled|uncaught/i);
  });
});
