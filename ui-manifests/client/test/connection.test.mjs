// The connection against a websocket server that misbehaves on purpose: what the
// real sidecar does when its machine, its network or its process fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { Connection } from '../dist/index.js';
import { openWs } from '../dist/ws.js';

const pace = { firstMs: 10, longestMs: 40 };

/**
 * A server on a free port whose answers a test writes.
 * @param {import('node:test').TestContext} t
 * @param {(call: {id: number, method: string, params: any}, socket: import('ws').WebSocket) => void} onCall
 * @param {object} [options] of WebSocketServer
 */
async function serve(t, onCall, options = {}) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  await new Promise((resolve) => server.once('listening', resolve));
  /** @type {{id: number, method: string, params: any}[]} */
  const calls = [];
  server.on('connection', (socket) => socket.on('message', (data) => {
    const call = JSON.parse(data.toString());
    calls.push(call);
    onCall(call, socket);
  }));
  const stop = () => new Promise((resolve) => {
    for (const socket of server.clients) socket.terminate();
    server.close(resolve);
  });
  t.after(stop);
  return { server, calls, stop, port: server.address().port, url: `http://127.0.0.1:${server.address().port}` };
}

/** @param {import('node:test').TestContext} t */
function connect(t, url, options = {}, events = {}) {
  const connection = new Connection({ url, token: 'secret', lang: 'en', open: openWs, pace, ...options }, events);
  t.after(() => connection.stop());
  connection.start();
  return connection;
}

/** A promise and what settles it. */
function signal() {
  let ring;
  const rung = new Promise((resolve) => { ring = resolve; });
  return { ring, rung };
}

const answer = ({ id }, socket, result = {}) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));

test('a call whose answer was lost is made again, under the same key, on the next connection', async (t) => {
  let connections = 0;
  const { calls, server, url } = await serve(t, (call, socket) => {
    if (connections === 1) socket.terminate();
    else answer(call, socket, { status: 'sent' });
  });
  server.on('connection', () => { connections++; });
  const connection = connect(t, url);
  const result = await connection.call('message.sendText', { line: 'l', key: 'k1', chat: '+7', text: 'hi' });
  assert.equal(result.status, 'sent');
  assert.deepEqual(calls.map(({ params }) => params.key), ['k1', 'k1']);
});

test('a call that would do its work twice is not repeated', async (t) => {
  const { calls, url } = await serve(t, (_, socket) => socket.terminate());
  const connection = connect(t, url);
  await assert.rejects(connection.call('line.create', { name: 'Shop' }), { code: 'call_lost' });
  assert.equal(calls.length, 1);
});

test('an outage is told once, tries go on, and waiting calls go out when it ends', async (t) => {
  const first = await serve(t, answer);
  const downs = [];
  const lost = signal();
  const again = signal();
  let ups = 0;
  const connection = connect(t, first.url, {}, {
    down: (error) => { downs.push(error.code); lost.ring(); },
    up: () => { if (++ups === 2) again.ring(); },
  });
  await connection.call('line.list', {});
  await first.stop();
  await lost.rung;
  const waiting = connection.call('line.list', {});
  // Several tries must fail before the server is back.
  let tries = 0;
  const refusing = await refusals(t, first.port, 3, () => tries++);
  await refusing;
  const second = await serve(t, (call, socket) => answer(call, socket, { lines: ['back'] }), { port: first.port });
  await again.rung;
  assert.deepEqual((await waiting).lines, ['back']);
  assert.deepEqual(downs, ['sidecar_unreachable']);
  assert.equal(tries, 3);
  await second.stop();
});

/** Answers a number of tries with a closed socket. */
async function refusals(t, port, count, tried) {
  const { createServer } = await import('node:net');
  const done = signal();
  const server = createServer((socket) => {
    socket.destroy();
    tried();
    if (--count === 0) server.close(done.ring);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return done.rung;
}

test('a server that falls silent is left, and another connection is made', async (t) => {
  let connections = 0;
  const { server, url } = await serve(t, (call, socket) => { if (connections > 1) answer(call, socket); }, { autoPong: false });
  server.on('connection', () => { connections++; });
  const lost = signal();
  const connection = connect(t, url, { heartbeatMs: 20 }, { down: lost.ring });
  const call = connection.call('line.list', {});
  await lost.rung;
  await call;
  assert.ok(connections >= 2);
});

test('a heartbeat that is answered keeps a quiet connection', async (t) => {
  const { server, url } = await serve(t, answer);
  let connections = 0;
  let pings = 0;
  const beats = signal();
  server.on('connection', (socket) => {
    connections++;
    socket.on('ping', () => { if (++pings === 6) beats.ring(); });
  });
  connect(t, url, { heartbeatMs: 10 });
  await beats.rung;
  assert.equal(connections, 1);
});

test('a refused token fails calls at once, in words that say what to do', async (t) => {
  const { url } = await serve(t, answer, { verifyClient: (_, done) => done(false, 401) });
  const down = signal();
  const connection = connect(t, url, {}, { down: down.ring });
  const call = connection.call('line.list', {});
  await assert.rejects(call, { code: 'unauthorized', message: /Link the line again/ });
  assert.equal((await down.rung).code, 'unauthorized');
});

test('an outage whose reason changes is told again, each reason once', async (t) => {
  let status = 500;
  let tries = 0;
  const told = [];
  const refused = signal();
  const enough = signal();
  const { url } = await serve(t, answer, { verifyClient: (_, done) => {
    if (status === 401 && ++tries === 3) enough.ring();
    done(false, status);
  } });
  connect(t, url, {}, { down: ({ code }) => {
    told.push(code);
    if (code === 'sidecar_unreachable') status = 401;
    else refused.ring();
  } });
  await refused.rung;
  await enough.rung;
  assert.deepEqual(told, ['sidecar_unreachable', 'unauthorized']);
});

test('the token travels in the header and the language in the address', async (t) => {
  const seen = signal();
  const { server, url } = await serve(t, answer);
  server.on('connection', (_, request) => seen.ring(request));
  connect(t, url, { lang: 'ru' });
  const request = await seen.rung;
  assert.equal(request.headers.authorization, 'Bearer secret');
  assert.equal(request.url, '/rpc?lang=ru');
});

test('a request over the limit is refused before it is sent', async (t) => {
  const { calls, url } = await serve(t, answer);
  const connection = connect(t, url);
  await assert.rejects(connection.call('message.sendText', { line: 'l', key: 'k', chat: '+7', text: 'я'.repeat(600_000) }), { code: 'too_large' });
  await connection.call('line.list', {});
  assert.deepEqual(calls.map(({ method }) => method), ['line.list']);
});

test('when the server closes with 1009 the largest call fails and the others go on', async (t) => {
  let connections = 0;
  const { server, url } = await serve(t, (call, socket) => {
    if (connections > 1) answer(call, socket, { status: 'sent' });
    else if (call.params.text === 'long long') socket.close(1009);
  });
  server.on('connection', () => { connections++; });
  const connection = connect(t, url);
  const send = (text) => connection.call('message.sendText', { line: 'l', key: text, chat: '+7', text });
  const [small, large] = await Promise.allSettled([send('short'), send('long long')]);
  assert.equal(small.value?.status, 'sent');
  assert.equal(large.reason?.code, 'too_large');
});

test('an answer that does not come in time is an error that allows a repeat', async (t) => {
  const { url } = await serve(t, () => undefined);
  const connection = connect(t, url);
  await assert.rejects(connection.call('message.sendText', { line: 'l', key: 'k', chat: '+7', text: 'x' }, { patienceMs: 50 }),
    { code: 'sidecar_silent', retry: true });
});

test('stopping lets running calls end first', async (t) => {
  const asked = signal();
  const { url } = await serve(t, (call, socket) => { asked.ring(() => answer(call, socket, { lines: [] })); });
  const connection = connect(t, url);
  const call = connection.call('line.list', {});
  const reply = await asked.rung;
  const stopped = connection.stop(5_000);
  reply();
  assert.deepEqual(await call, { lines: [] });
  await stopped;
  await connection.stop();
  await assert.rejects(connection.call('line.list', {}), { code: 'client_stopped' });
});

test('an address that leaves this machine unencrypted needs consent', async (t) => {
  const down = signal();
  const connection = connect(t, 'http://example.test:7450', {}, { down: down.ring });
  assert.equal((await down.rung).code, 'bad_address');
  await assert.rejects(connection.call('line.list', {}), { code: 'bad_address' });
});

test('an error of the sidecar keeps its code, hint and issues', async (t) => {
  const data = { code: 'invalid_request', message: 'Some fields are not filled in right.', hint: 'Nothing was sent.',
    issues: [{ field: 'text', label: 'Message', rule: 'max', limit: 4096, actual: 5000, message: 'Message: 5000 of 4096.' }] };
  const { url } = await serve(t, ({ id }, socket) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32602, message: data.message, data } })));
  const connection = connect(t, url);
  const error = await connection.call('line.list', {}).catch((thrown) => thrown);
  assert.equal(error.code, 'invalid_request');
  assert.equal(error.message, 'Some fields are not filled in right. Message: 5000 of 4096.');
  assert.equal(error.hint, 'Nothing was sent.');
  assert.deepEqual(error.issues, data.issues);
});

test('what an error says already is not said again, and its link stays with it', async (t) => {
  const issue = { field: 'text', label: 'Message', rule: 'max', message: '“Message” is too long.' };
  const data = { code: 'invalid_request', message: issue.message, issues: [issue], link: { host: 'a.example', answered: 503 } };
  const { url } = await serve(t, ({ id }, socket) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32602, message: data.message, data } })));
  const error = await connect(t, url).call('line.list', {}).catch((thrown) => thrown);
  assert.equal(error.message, issue.message);
  assert.deepEqual(error.link, data.link);
  assert.deepEqual(error.toJSON(), data);
});
