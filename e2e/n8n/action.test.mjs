// @ts-check
// The Action on a real n8n: every operation, and what becomes of its items.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createPipe } from 'node:net';
import { after, before, test } from 'node:test';
import { freePort, json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { anna, boris, demoLine, entry, owner, Rig, typeOf, workflow } from './rig.mjs';

/** By its address, so that it stays out of this program's types. @type {any} */
const { examples, nodes, parametersOf } = await import(new URL('../../ui-manifests/n8n/test/catalog.mjs', import.meta.url).href);

const rig = new Rig('action');
before(async () => {
  await rig.up();
  await rig.call('line.update', { line: demoLine, pace: { mode: 'off' } });
});
after(() => rig.stop());

/** A node that sends the item's text to the item's phone. @param {Record<string, unknown>} [parameters] @param {object} [more] */
const send = (parameters = {}, more = {}) => rig.node('Action', 'Send', {
  resource: 'message', operation: 'sendText', chat: { __rl: true, mode: 'phone', value: '={{ $json.phone }}' }, text: '={{ $json.text }}', ...parameters,
}, more);

/** What the line sent to a customer with these words. @param {string} customer @param {string} words @returns {Promise<any[]>} */
async function sent(customer, words) {
  const { messages } = await rig.phone(`${customer}/chats/${owner}`);
  return messages.filter((/** @type {any} */ { fromMe, body }) => !fromMe && body.includes(words));
}

/** A server that ends with the test. @param {import('node:test').TestContext} t @param {import('node:http').RequestListener} answer @returns {Promise<string>} its address */
async function listen(t, answer) {
  const server = createServer(answer);
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(undefined)); });
  t.after(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

/** Serves one file. @param {import('node:test').TestContext} t @param {string} type @param {string} body @returns {Promise<string>} its address */
const served = async (t, type, body) => `${await listen(t, (_, response) => response.writeHead(200, { 'content-type': type }).end(body))}/file`;

test('every operation gives what its example shows', async (t) => {
  const url = await served(t, 'text/plain', 'Consultation: 1500');
  /** @type {{method: string, request: Record<string, any>}[]} */
  const all = await examples();
  const example = (/** @type {string} */ method) => structuredClone(all.find((one) => one.method === method)?.request ?? {});
  await rig.writes(anna, 'Good evening');
  await json(`${rig.sandboxUrl}/api/groups`, { body: { by: owner, subject: 'Front desk', members: [anna, boris] } });
  const file = await fetch(`${rig.sandboxUrl}/api/phones/${anna}/files?${new URLSearchParams({ to: owner, name: 'Form.txt' })}`,
    { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'My form' });
  assert.ok(file.ok);
  await rig.call('template.create', example('template.create'));
  await rig.call('template.update', example('template.update'));
  await rig.call('message.ask', { ...example('message.ask'), line: demoLine });
  await until('the file has come', async () => (await rig.call('event.list', { line: demoLine, ...{ filter: { content: ['document'] } } })).events[0]);

  const text = "$('message.sendText').item.json";
  /** What cannot stand in an example. @type {Record<string, Record<string, unknown>>} */
  const own = {
    'message.get': { key: `={{ ${text}.key }}` },
    'message.cancel': { key: `={{ ${text}.key }}` },
    'message.edit': { messageId: `={{ ${text} }}` },
    'message.react': { messageId: `={{ ${text}.messageId }}` },
    'message.forward': { messageId: `={{ ${text} }}` },
    'message.delete': { messageId: "={{ $('message.sendLocation').item.json }}" },
    'message.sendMedia': { attachments: { values: [{ from: 'url', url, title: 'Price list.txt' }] } },
    'message.send': { attachments: { values: [{ from: 'url', url, title: 'Route.txt' }] } },
    'media.get': { mediaId: "={{ $('event.list').item.json.events[0].message.media.mediaId }}", download: true },
  };
  const { operations } = nodes['action'];
  const keys = [...new Set(all.flatMap(({ method }) => Object.keys(operations).filter((key) => operations[key].method === method)))];
  assert.deepEqual(keys.toSorted(), Object.keys(operations).toSorted(), 'each operation has an example');
  const chain = keys.map((key) => {
    // Without its line: the credential's is found.
    const request = { ...example(operations[key].method), line: undefined };
    const [resource, operation] = key.split('.');
    return rig.node('Action', key, { resource, operation, ...parametersOf(operations[key].fields, request).parameters, ...own[key] });
  });
  const wires = Object.fromEntries(keys.map((key, i) => [keys[i - 1] ?? 'Items', [[key]]]));
  const flow = await rig.flow('all', chain, wires);
  const done = await rig.n8n.reaches(await flow.start({ first: true }), 'success', 60000);

  /** @type {{method: string, result: Record<string, unknown>}[]} */
  const shown = JSON.parse(readFileSync(new URL('../../schema/examples/examples.json', import.meta.url), 'utf8'));
  // Said only where it is so: of a message that has not arrived yet, of numbers that were written in another form.
  const sometimes = ['note', 'reason', 'next', 'asked', 'undeliveredAt', 'waitsFor', 'warning', 'warningText', 'checkedAt', 'region'];
  for (const key of keys) {
    const [item, ...more] = done.items(key);
    assert.ok(item && !more.length, key);
    const result = shown.find(({ method }) => method === operations[key].method)?.result ?? {};
    const missing = Object.keys(result).filter((name) => !(name in item.json) && !sometimes.includes(name));
    assert.deepEqual(missing, [], `${key}: ${JSON.stringify(item.json).slice(0, 500)}`);
    assert.deepEqual(item.pairedItem, { item: 0 }, key);
    if (operations[key].sends) assert.match(item.json.status, /^(queued|sending|sent|delivered|read)$/, key);
  }
  assert.deepEqual(await rig.n8n.bytes(done.items('media.get')[0]?.binary.data), Buffer.from('My form'));
  assert.equal(done.items('media.get')[0]?.binary.data.fileName, 'Form.txt');
  await rig.arrives(anna, 'tomorrow at 11:00');
  await rig.arrives(anna, 'Which doctor do you need?');
});

test('20 items at once: one bad number is one error, and the others go', async () => {
  const flow = await rig.flow('twenty', [send({ saveTo: 'wa.sent' }, { onError: 'continueRegularOutput' })], { Items: [['Send']] });
  const items = Array.from({ length: 20 }, (_, i) => ({ phone: i === 7 ? '438-16-78' : anna, text: `Number ${i} of twenty` }));
  const done = await rig.n8n.reaches(await flow.start(...items), 'success', 60000);
  const out = done.items('Send');
  assert.equal(out.length, 20);
  for (const [i, { json, pairedItem }] of out.entries()) {
    assert.deepEqual(pairedItem, { item: i });
    if (i === 7) {
      assert.equal(json.error.code, 'invalid_phone');
      assert.ok(json.error.message && json.error.hint, JSON.stringify(json));
    } else {
      assert.equal(json.text, `Number ${i} of twenty`, 'the item is kept');
      assert.equal(json.wa.sent.chat.phone, anna);
    }
  }
  await rig.arrives(anna, 'Number 19 of twenty');
  assert.equal((await sent(anna, 'of twenty')).length, 19);
});

test('an error leaves by the error output, with its item', async () => {
  const flow = await rig.flow('branches', [
    send({}, { onError: 'continueErrorOutput' }),
    { name: 'Good', type: 'n8n-nodes-base.noOp' }, { name: 'Bad', type: 'n8n-nodes-base.noOp' },
  ], { Items: [['Send']], Send: [['Good'], ['Bad']] });
  const done = await rig.n8n.reaches(await flow.start({ phone: '438-16-78', text: 'Lost' }, { phone: boris, text: 'Found' }), 'success');
  assert.deepEqual(done.items('Good').map(({ json }) => json.chat.phone), [boris]);
  const [bad, ...more] = done.items('Bad');
  assert.equal(more.length, 0);
  assert.equal(bad?.json.error.code, 'invalid_phone');
  assert.equal(bad?.json.text, 'Lost');
});

test('without any of these an error stops the execution, and says which item and field, and what to do', async () => {
  const flow = await rig.flow('stops', [send()], { Items: [['Send']] });
  const done = await rig.n8n.reaches(await flow.start({ phone: boris, text: 'Fine' }, { phone: boris, text: ' ' }), 'error');
  const { message, description, context } = done.data.resultData.error;
  assert.match(message, /Message/);
  assert.ok(description);
  assert.deepEqual([context.code, context.field, context.itemIndex], ['invalid_request', 'text', 1]);
});

test('a try whose answer was lost is made again and sends once', async (t) => {
  // Between n8n and the sidecar: the first answer to a send is cut off.
  let cuts = 0;
  const target = new URL(rig.sidecarUrl);
  const pipe = createPipe((from) => {
    const to = connect(Number(target.port), target.hostname);
    let asked = '';
    from.on('data', (data) => { asked += data; to.write(data); });
    to.on('data', (data) => {
      if (asked.includes('message.sendText') && cuts++ === 0) from.destroy();
      else from.write(data);
    });
    for (const [one, other] of [[from, to], [to, from]]) one?.on('error', () => other?.destroy()).on('close', () => other?.destroy());
  });
  await new Promise((resolve) => { pipe.listen(0, '127.0.0.1', () => resolve(undefined)); });
  t.after(() => pipe.close());
  const address = pipe.address();
  const { token } = await rig.call('token.create', { name: 'cut', scope: 'line', line: demoLine });
  const credentials = await rig.n8n.createCredential('Cut', 'nodelineApi', { sidecarUrl: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, token });
  const again = { credentials, retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
  // A text of the moment: the second try asks for something else, and the first one's state counts.
  const flow = await rig.flow('again', [send({ text: '=Only once {{ $json.text }} {{ $now.toMillis() }}' }, again)], { Items: [['Send']] });
  const done = await rig.n8n.reaches(await flow.start({ phone: boris, text: 'A' }), 'success');
  assert.ok(cuts > 1, `${cuts} answers`);
  assert.equal(done.items('Send')[0]?.json.chat.phone, boris);
  await rig.arrives(boris, 'Only once A');
  assert.equal((await sent(boris, 'Only once A')).length, 1);
});

test('a file of the item is attached under its name, and one that is not there is told', async (t) => {
  const url = await served(t, 'text/csv', 'a,b\n1,2\n');
  const attach = (/** @type {string} */ binaryProperty) => ({
    resource: 'message', operation: 'sendMedia', chat: { __rl: true, mode: 'phone', value: boris }, caption: 'The table',
    attachments: { values: [{ from: 'binary', binaryProperty }] }, options: { sendAs: 'document' },
  });
  const flow = await rig.flow('attach', [
    { name: 'Read', type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, parameters: { url, options: { response: { response: { responseFormat: 'file' } } } } },
    rig.node('Action', 'Attach', attach('data')),
    rig.node('Action', 'Miss', attach('photo'), { onError: 'continueRegularOutput' }),
  ], { Items: [['Read']], Read: [['Attach']], Attach: [['Miss']] });
  const done = await rig.n8n.reaches(await flow.start({ go: 1 }), 'success');
  assert.equal(done.items('Attach')[0]?.json.messages.length, 1);
  assert.deepEqual(Object.keys(done.items('Attach')[0]?.binary), ['data'], 'the item\'s own file goes on');
  const arrived = await rig.arrives(boris, 'The table');
  assert.match(JSON.stringify(arrived), /text\/csv/);
  const { error } = done.items('Miss')[0]?.json ?? {};
  assert.equal(error.code, 'binary_missing');
  assert.match(error.hint, /data/);
});

test('a message that waits is a result that says so, never "sent"', async () => {
  await rig.call('line.pause', { line: demoLine, reason: 'Night' });
  const flow = await rig.flow('waits', [send()], { Items: [['Send']] });
  const done = await rig.n8n.reaches(await flow.start({ phone: boris, text: 'In the morning' }, { phone: boris, text: 'Later' }), 'success');
  assert.deepEqual(done.items('Send').map(({ json }) => [json.status, json.waitsFor.kind]), [['queued', 'pause'], ['queued', 'pause']]);
  const { hints } = done.runs('Send')[0];
  assert.equal(hints.length, 1);
  assert.match(hints[0].message, /^2 of 2 items: Not sent yet\. .*paused/);
  assert.equal((await sent(boris, 'In the morning')).length, 0);
  await rig.call('line.resume', { line: demoLine });
  await rig.arrives(boris, 'In the morning');
});

test('several lines: none is guessed, and the lists offer what can be picked', async (t) => {
  await rig.call('line.create', { id: 'second', name: 'Second' });
  t.after(() => rig.call('line.remove', { line: 'second' }));
  const admin = await rig.n8n.createCredential('Admin', 'nodelineApi', { sidecarUrl: rig.sidecarUrl, token: rig.token });
  const flow = await rig.flow('lines', [send({}, { credentials: admin })], { Items: [['Send']] });
  const done = await rig.n8n.reaches(await flow.start({ phone: boris, text: 'Which?' }), 'error');
  assert.equal(done.data.resultData.error.context.code, 'line_unclear');
  assert.match(done.data.resultData.error.message, /2 lines: .*Second/);

  /** @param {string} methodName @param {string} [filter] @returns {Promise<any[]>} */
  const list = async (methodName, filter) => (await rig.n8n.rest('/dynamic-node-parameters/resource-locator-results', {
    path: 'parameters.line', methodName, filter, nodeTypeAndVersion: { name: typeOf('Action'), version: 1 },
    currentNodeParameters: { authentication: 'token', resource: 'message', operation: 'sendText', line: { __rl: true, mode: 'id', value: demoLine } },
    credentials: admin,
  })).results;
  assert.deepEqual((await list('searchLines')).map(({ value }) => value).sort(), [demoLine, 'second']);
  assert.deepEqual((await list('searchLines', 'secon')).map(({ name, value }) => ({ name, value })), [{ name: 'Second (unlinked)', value: 'second' }]);
  assert.deepEqual((await list('searchChats', anna.slice(-4))).map(({ value }) => value), [anna]);
  assert.match((await list('searchChats', 'front'))[0].value, /@g\.us$/);
  assert.deepEqual((await list('searchTemplates', 'visit')).map(({ value }) => value), ['visit_reminder/en']);
});

test('a redirect is not followed: nobody else hears the token', async (t) => {
  /** @type {string[]} */ const heard = [];
  const elsewhere = await listen(t, (request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":{"lines":[]}}');
  });
  let asked = 0;
  const sidecarUrl = await listen(t, (request, response) => {
    asked++;
    request.resume();
    response.writeHead(307, { location: elsewhere + request.url }).end();
  });
  const credentials = await rig.n8n.createCredential('Elsewhere', 'nodelineApi', { sidecarUrl, token: 'nl_secret' });
  const flow = await rig.flow('elsewhere', [send({}, { credentials })], { Items: [['Send']] });
  await rig.n8n.reaches(await flow.start({ phone: boris, text: 'A' }), 'error');
  const { status } = await rig.n8n.rest('/credentials/test', { credentials: { id: '', name: 'x', type: 'nodelineApi', data: { sidecarUrl, token: 'nl_secret' } } });
  assert.equal(status, 'Error');
  assert.ok(asked >= 2, `asked ${asked} times`);
  assert.deepEqual(heard, []);
});

test('the test of a credential says what is wrong and what to do', async () => {
  await rig.call('line.update', { line: demoLine, name: 'Clinic' });
  const closed = `http://127.0.0.1:${await freePort(0)}`;
  /** @param {Record<string, string>} data */
  const tested = (data) => rig.n8n.rest('/credentials/test', { credentials: { id: '', name: 'x', type: 'nodelineApi', data: { sidecarUrl: rig.sidecarUrl, token: rig.token, ...data } } });
  assert.deepEqual(await tested({}), { status: 'OK', message: `Connected: Clinic (${owner})` });
  for (const [data, says] of /** @type {[Record<string, string>, RegExp][]} */ ([
    [{ token: 'wrong' }, /token/i],
    [{ sidecarUrl: closed }, /does not answer at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\).*nodeline serve/],
    [{ sidecarUrl: 'http://127.0.0.1:9' }, /does not answer/],
    [{ sidecarUrl: rig.editorUrl }, /is not a Nodeline sidecar/],
    [{ sidecarUrl: 'nodeline' }, /not a URL/],
  ])) {
    const { status, message } = await tested(data);
    assert.equal(status, 'Error');
    assert.match(message, says);
  }
});

test('a run by hand in the editor sends as a published one does', async () => {
  const { hook } = entry('by-hand');
  const id = await rig.n8n.create(workflow('by hand', [{ ...hook, type: 'n8n-nodes-base.manualTrigger', parameters: {} }, send({ text: 'By hand', chat: { __rl: true, mode: 'phone', value: anna } })], { Start: [['Send']] }));
  const done = await rig.n8n.reaches(await rig.n8n.run(id, { trigger: 'Start' }), 'success');
  assert.equal(done.items('Send')[0]?.json.chat.phone, anna);
  await rig.arrives(anna, 'By hand');
});
