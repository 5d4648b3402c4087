// Where a line's session stands, told by a server that orders its words on purpose.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { Connection } from '../../client/dist/index.js';
import { openWs } from '../../client/dist/ws.js';
import { clock, explain, SessionWatch } from './dist/units.mjs';

const line = (state, more = {}) => ({ id: 'l', name: 'L', state, paused: false, phone: '+79000000001', queued: 0, ...more });

/**
 * A watch on a server that answers as a test says.
 * @param {import('node:test').TestContext} t
 * @param {(method: string, say: {event: (state: string, name?: string) => void, result: (value: object) => void, refuse: () => void}) => void} answer
 */
async function watch(t, answer) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const calls = [];
  server.on('connection', (socket) => socket.on('message', (data) => {
    const { id, method, params } = JSON.parse(String(data));
    calls.push({ method, params });
    const send = (message) => socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
    answer(method, {
      event: (state, name = params.subscription ?? calls[0].params.subscription) =>
        send({ method: 'event', params: { line: 'l', kind: 'line.state', subscription: name, state: line(state) } }),
      result: (result) => send({ id, result }),
      refuse: () => send({ id, error: { code: -32000, message: 'no' } }),
    });
  }));
  const seen = [];
  let heard = () => undefined;
  const session = new SessionWatch({
    call: (...args) => connection.call(...args),
    get isOpen() { return connection.isOpen; },
  }, 'l', (now) => { seen.push(now.state); heard(); });
  const connection = new Connection({ url: `http://127.0.0.1:${server.address().port}`, token: 't', lang: 'en', open: openWs }, {
    up: () => session.begin(),
    down: () => session.end(),
    push: (method, event) => session.receive(event),
  });
  t.after(async () => {
    session.end();
    await connection.stop();
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  connection.start();
  /** Resolves once so many states were seen. */
  const states = (count) => new Promise((resolve) => {
    heard = () => { if (seen.length >= count) resolve(seen); };
    heard();
  });
  return { states, seen, calls, session, server };
}

test('what stands is asked for once, and news of the own subscription follow', async (t) => {
  const { states, calls } = await watch(t, (method, say) => {
    if (method === 'event.subscribe') say.result({ cursor: 1 });
    else {
      say.result(line('connected'));
      say.event('banned', 'of a trigger');
      say.event('connected');
      say.event('connected');
      say.event('reconnecting');
    }
  });
  assert.deepEqual(await states(2), ['connected', 'reconnecting'], 'the same thing twice is no news');
  assert.deepEqual(calls.map(({ method }) => method), ['event.subscribe', 'line.status']);
  assert.deepEqual([calls[0].params.after, calls[0].params.kinds], [-1, ['line.state']]);
});

test('an event that comes before the answer to what stands is newer than it', async (t) => {
  const { states, seen } = await watch(t, (method, say) => {
    if (method === 'event.subscribe') return say.result({ cursor: 1 });
    say.event('logged_out');
    say.result(line('connected'));
    say.event('linking');
  });
  await states(2);
  assert.deepEqual(seen, ['logged_out', 'linking']);
});

test('a sidecar that refuses is asked again, and a lost connection forgets what stood', async (t) => {
  let tries = 0;
  const { states, session, server } = await watch(t, (method, say) => {
    if (method === 'event.subscribe' && ++tries === 1) say.refuse();
    else say.result(method === 'event.subscribe' ? { cursor: 1 } : line('connected'));
  });
  await states(1);
  assert.deepEqual([tries, session.session.phone], [2, '+79000000001']);
  for (const socket of server.clients) socket.terminate();
  assert.deepEqual(await states(2), ['connected', 'connected'], 'it is told anew');
});

test('what is wrong is said once: each refused field, or the sentence with its hint', () => {
  assert.equal(explain({ message: 'No.', hint: 'Do this.' }), 'No. Do this.');
  assert.equal(explain({ message: 'Fields.', hint: 'Correct them.', issues: [{ message: 'One.' }, { message: 'Two.' }] }), 'One. Two.');
  assert.deepEqual([clock(65_400), clock(-1), clock(600_000)], ['1:05', '0:00', '10:00']);
});
