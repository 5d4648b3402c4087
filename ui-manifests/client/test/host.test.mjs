// Deliveries against a server that pushes what a test tells it to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { Connection, HostFeed, Taken } from '../dist/index.js';
import { openWs } from '../dist/ws.js';

const pace = { firstMs: 10, longestMs: 40 };

function signal() {
  let ring;
  const rung = new Promise((resolve) => { ring = resolve; });
  return { ring, rung };
}

const delivery = (id, node, attempt = 1) => ({ sandbox: true, id, kind: 'ask.outcome', line: 'l', host: 'h', node, attempt, ask: { id: `ask-${id}` }, at: '' });

/** A sidecar that keeps open deliveries as the real one does: pushed on attach, gone when acknowledged. */
async function sidecar(t, open, options = {}) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.once('listening', resolve));
  const acked = [];
  const listed = [];
  let onAck = () => undefined;
  let push = () => undefined;
  server.on('connection', (socket) => socket.on('message', (data) => {
    const { id, method, params } = JSON.parse(data.toString());
    const reply = (body) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
    push = (one) => socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'delivery', params: one }));
    if (method === 'host.attach') {
      if (options.refuse?.()) return reply({ error: { code: -32010, message: 'no line', data: { code: 'line_not_found', message: 'no line' } } });
      reply({ result: { open: open.length } });
      for (const one of open) push(one);
    } else if (method === 'delivery.ack') {
      if (options.loseAck?.()) return socket.terminate();
      acked.push(...params.ids);
      open = open.filter((one) => !params.ids.includes(one.id));
      reply({ result: { acked: params.ids.length } });
      onAck();
    } else if (method === 'delivery.list') {
      listed.push(params.node);
      reply({ result: { deliveries: open.filter((one) => one.node === params.node).slice(0, params.count) } });
    }
    return undefined;
  }));
  t.after(() => new Promise((resolve) => {
    for (const socket of server.clients) socket.terminate();
    server.close(resolve);
  }));
  return {
    url: `http://127.0.0.1:${server.address().port}`, acked, listed,
    push: (one) => push(one),
    ackedAll: (count) => new Promise((resolve) => {
      onAck = () => { if (acked.length >= count) resolve(acked); };
      onAck();
    }),
  };
}

function attach(t, url, events = {}, taken = new Taken()) {
  const connection = new Connection({ url, token: 't', lang: 'en', open: openWs, pace }, {
    up: () => feed.attach(),
    down: () => feed.detach(),
    push: (method, params) => { if (method === 'delivery') feed.receive(params); },
  });
  const feed = new HostFeed(connection, { line: 'l', host: 'h' }, taken, events, pace);
  t.after(() => connection.stop());
  return { feed, connection, start: () => connection.start() };
}

test('an outcome is acknowledged after its handler returned, and a repeat is not handled again', async (t) => {
  const side = await sidecar(t, [delivery('d1', 'n1')]);
  const { feed, start } = attach(t, side.url);
  const handled = [];
  let finish;
  const begun = signal();
  feed.take('n1', async ({ id }) => {
    handled.push(id);
    begun.ring();
    await new Promise((resolve) => { finish = resolve; });
  });
  start();
  await begun.rung;
  side.push(delivery('d1', 'n1', 2)); // while it is handled
  assert.deepEqual(side.acked, []);
  finish();
  await side.ackedAll(1);
  side.push(delivery('d1', 'n1', 3)); // its acknowledgement was lost
  await side.ackedAll(2);
  assert.deepEqual(handled, ['d1']);
});

test('nobody to take it: not acknowledged; a handler that comes late asks again', async (t) => {
  const open = Array.from({ length: 45 }, (_, i) => delivery(`d${i}`, 'late'));
  const side = await sidecar(t, [...open, delivery('other', 'elsewhere')]);
  const ready = signal();
  const { feed, start } = attach(t, side.url, { attached: ready.ring });
  start();
  await ready.rung;
  assert.deepEqual(side.acked, []);
  const handled = [];
  feed.take('late', ({ id }) => { handled.push(id); });
  await side.ackedAll(45);
  assert.deepEqual(handled.sort(), open.map(({ id }) => id).sort());
  assert.ok(!side.acked.includes('other'));
  assert.ok(side.listed.length > 0 && side.listed.every((node) => node === 'late'));
});

test('a handler that throws gets the outcome again', async (t) => {
  const side = await sidecar(t, [delivery('d1', 'n1')]);
  const dropped = signal();
  const { feed, start } = attach(t, side.url, { dropped: (_, error) => dropped.ring(error) });
  let times = 0;
  feed.take('n1', () => { if (++times === 1) throw new Error('no room'); });
  start();
  assert.match(String(await dropped.rung), /no room/);
  assert.deepEqual(side.acked, []);
  side.push(delivery('d1', 'n1', 2));
  await side.ackedAll(1);
  assert.equal(times, 2);
});

test('an acknowledgement that is lost does not double the outcome, a new feed included', async (t) => {
  let lose = true;
  const side = await sidecar(t, [delivery('d1', 'n1')], { loseAck: () => lose && !(lose = false) });
  const taken = new Taken();
  const handled = [];
  const first = attach(t, side.url, {}, taken);
  first.feed.take('n1', ({ id }) => { handled.push(id); });
  first.start();
  await side.ackedAll(1);
  await first.connection.stop();
  const second = attach(t, side.url, {}, taken);
  second.feed.take('n1', ({ id }) => { handled.push(id); });
  second.start();
  const again = side.ackedAll(2);
  await new Promise((resolve) => {
    const wait = setInterval(() => { if (second.feed.isAttached) { clearInterval(wait); resolve(undefined); } }, 5);
  });
  side.push(delivery('d1', 'n1', 9));
  await again;
  assert.deepEqual(handled, ['d1']);
});

test('a removed handler takes nothing; removing it does not remove its successor', async (t) => {
  const side = await sidecar(t, []);
  const ready = signal();
  const { feed, start } = attach(t, side.url, { attached: ready.ring });
  const by = [];
  const removeFirst = feed.take('n1', () => { by.push('first'); });
  feed.take('n1', () => { by.push('second'); });
  removeFirst();
  start();
  await ready.rung;
  side.push(delivery('d1', 'n1'));
  await side.ackedAll(1);
  assert.deepEqual(by, ['second']);
});

test('a refused attach is told once and tried again', async (t) => {
  let left = 3;
  const side = await sidecar(t, [], { refuse: () => left-- > 0 });
  const ready = signal();
  const refusals = [];
  const { start } = attach(t, side.url, { attached: ready.ring, refused: ({ code }) => refusals.push(code) });
  start();
  await ready.rung;
  assert.deepEqual(refusals, ['line_not_found']);
});
