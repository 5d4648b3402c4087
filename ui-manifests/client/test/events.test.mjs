// Events against a sidecar whose log, pace and outages a test decides.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { Connection, EventFeeds } from '../dist/index.js';
import { openWs } from '../dist/ws.js';

const pace = { firstMs: 10, longestMs: 40 };
const start = Date.parse('2026-05-01T10:00:00Z');

function signal() {
  let ring;
  const rung = new Promise((resolve) => { ring = resolve; });
  return { ring, rung };
}

/** Waits for something that a test cannot be told of. */
async function until(what, ready) {
  for (const end = Date.now() + 20_000; !ready();) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

const eventAt = (cursor, more = {}) => ({ id: `evt_${cursor}`, cursor, line: 'l', kind: 'message.incoming', at: new Date(start + cursor * 1000).toISOString(), ...more });
const logOf = (count, more) => Array.from({ length: count }, (_, i) => eventAt(i + 1, more));
const from = (cursor) => ({ cursor, id: `evt_${cursor}`, at: eventAt(cursor).at });

/** A sidecar that reads and pushes its log as the real one does. */
class Sidecar {
  log = [];
  calls = [];
  subscriptions = new Map();
  /** Answers in the sidecar's place: an error, "cut" to end the connection, or undefined. */
  instead = () => undefined;
  constructor(t) {
    this.server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    this.server.on('connection', (socket) => {
      this.subscriptions.clear();
      socket.on('message', (data) => this.#call(socket, JSON.parse(data.toString())));
    });
    t.after(() => new Promise((resolve) => { this.cut(); this.server.close(resolve); }));
  }
  async url() {
    if (!this.server.address()) await new Promise((resolve) => this.server.once('listening', resolve));
    return `http://127.0.0.1:${this.server.address().port}`;
  }
  cut() {
    for (const socket of this.server.clients) socket.terminate();
  }
  newest() { return this.log.at(-1)?.cursor ?? 0; }
  after(cursor) {
    const place = cursor > this.newest() ? 0 : cursor;
    return [place, this.log.filter((event) => event.cursor > place)];
  }
  say(...events) {
    this.log.push(...events);
    for (const { name, kinds, socket } of this.subscriptions.values()) {
      for (const event of events) if (picks(kinds, event)) push(socket, name, event);
    }
  }
  #call(socket, { id, method, params }) {
    const answer = (body) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, ...body }));
    this.calls.push({ method, ...params });
    const instead = this.instead(method, params);
    if (instead === 'cut') { socket.terminate(); return; }
    if (instead) { answer({ error: { code: -32602, message: instead, data: { code: instead, message: instead } } }); return; }
    if (method === 'event.list') {
      const [place, all] = this.after(params.after ?? 0);
      const looked = all.slice(0, 2 * params.count);
      const events = looked.filter((event) => picks(params.kinds, event)).slice(0, params.count);
      const last = events.length === params.count ? events.at(-1) : looked.at(-1);
      answer({ result: { events, cursor: last?.cursor ?? place } });
    } else if (method === 'event.subscribe') {
      const newest = this.newest();
      const [, all] = this.after(params.after < 0 ? newest : params.after);
      // Pushed before the answer, as may happen.
      for (const event of all) if (picks(params.kinds, event)) push(socket, params.subscription, event);
      this.subscriptions.set(params.subscription, { name: params.subscription, kinds: params.kinds, socket });
      answer({ result: { cursor: newest } });
    } else if (method === 'event.unsubscribe') {
      answer({ result: { ended: this.subscriptions.delete(params.subscription) } });
    }
  }
  named(method) { return this.calls.filter((call) => call.method === method); }
}
const picks = (kinds, { kind }) => !kinds || kinds.includes(kind);
const push = (socket, subscription, event) => socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'event', params: { ...event, subscription } }));

/** A reader with what it was told; `take` may be replaced. */
async function read(t, side, following, take = () => true) {
  const connection = new Connection({ url: await side.url(), token: 't', lang: 'en', open: openWs, pace }, {
    up: () => feeds.up(), down: () => feeds.down(), push: (_, event) => feeds.receive(event),
  });
  const feeds = new EventFeeds(connection, 'l', pace);
  const got = { cursors: [], places: [], troubles: [], lives: 0, connection, feeds };
  got.end = feeds.follow({ missed: 'all', ...following }, {
    take: async (event, place) => {
      if (!await take(event)) return false;
      got.cursors.push(event.cursor);
      got.places.push(place);
      return true;
    },
    moved: (place) => got.places.push(place),
    trouble: (error) => got.troubles.push(error.code ?? error.message),
    live: () => { got.lives++; },
  });
  t.after(() => connection.stop());
  connection.start();
  return got;
}
const numbers = (first, last) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

test('a new reader begins now, and its place is known at once', async (t) => {
  const side = new Sidecar(t);
  side.log = logOf(50);
  const got = await read(t, side, { from: undefined });
  await until('it is live', () => got.lives === 1);
  assert.equal(got.places[0].cursor, 50);
  side.say(eventAt(51), eventAt(52));
  await until('both came', () => got.cursors.length === 2);
  assert.deepEqual(got.cursors, [51, 52]);
  assert.deepEqual(got.places.at(-1), { cursor: 52, id: 'evt_52', at: eventAt(52).at });
  assert.deepEqual(side.named('event.list').filter(({ count }) => count > 1).map(({ after }) => after), [], 'no history is read');
});

test('what was missed comes in pages, in order, then what happens', async (t) => {
  const side = new Sidecar(t);
  side.log = logOf(350);
  const got = await read(t, side, { from: from(20) });
  await until('it is live', () => got.lives === 1);
  side.say(eventAt(351));
  await until('all came', () => got.cursors.length === 331);
  assert.deepEqual(got.cursors, numbers(21, 351));
});

test('kinds are asked for, and the place moves past what is not picked', async (t) => {
  const side = new Sidecar(t);
  side.log = [...logOf(500, { kind: 'message.status' }), eventAt(501), ...logOf(3, { kind: 'message.status' }).map((e) => eventAt(501 + e.cursor, { kind: 'message.status' }))];
  const got = await read(t, side, { from: from(1), kinds: ['message.incoming'], filter: { text: 'x' } });
  await until('it is live', () => got.lives === 1);
  assert.deepEqual(got.cursors, [501]);
  assert.equal(got.places.at(-1).cursor, 504);
  assert.ok(side.calls.filter(({ count }) => count !== 1).every(({ kinds, filter }) => kinds[0] === 'message.incoming' && filter.text === 'x'));
});

test('each connection goes on after the last event that was handed over, none twice', async (t) => {
  const side = new Sidecar(t);
  const got = await read(t, side, { from: undefined });
  await until('it is live', () => got.lives === 1);
  for (let round = 0; round < 5; round++) {
    side.say(...numbers(round * 10 + 1, round * 10 + 5).map((n) => eventAt(n)));
    side.cut();
    side.say(...numbers(round * 10 + 6, round * 10 + 10).map((n) => eventAt(n)));
    await until('it is live again', () => got.lives === round + 2);
  }
  await until('all came', () => got.cursors.length >= 50);
  assert.deepEqual(got.cursors, numbers(1, 50));
  assert.deepEqual(got.troubles, []);
});

test('a connection that is lost in the middle of catching up loses and doubles nothing', async (t) => {
  const side = new Sidecar(t);
  side.log = logOf(450);
  let cuts = 0;
  side.instead = (method, { after }) => (method === 'event.list' && after === 200 && ++cuts <= 2 ? 'cut' : undefined);
  const got = await read(t, side, { from: { cursor: 0, at: eventAt(0).at } });
  await until('it is live', () => got.lives === 1);
  assert.deepEqual(got.cursors, numbers(1, 450));
});

test('a slow reader is not flooded: what is too much is read when it comes to it', async (t) => {
  const side = new Sidecar(t);
  const door = signal();
  const got = await read(t, side, { from: undefined }, async () => { await door.rung; return true; });
  await until('it is live', () => got.lives === 1);
  side.say(...logOf(1000));
  await until('it asks for no more', () => side.named('event.unsubscribe').length === 1);
  side.say(eventAt(1001));
  door.ring();
  await until('all came', () => got.cursors.length === 1001);
  assert.deepEqual(got.cursors, numbers(1, 1001));
  await until('it is live again', () => got.lives === 2);
  const pages = side.named('event.list').filter(({ count }) => count > 1).map(({ after }) => after);
  assert.ok(pages[0] <= 201, `one is on its way, and as many wait as may: ${pages}`);
  side.say(eventAt(1002));
  await until('the next came', () => got.cursors.at(-1) === 1002);
});

test('nothing missed: each connection begins now, but what came is handed over', async (t) => {
  const side = new Sidecar(t);
  side.log = logOf(10);
  const door = signal();
  const begun = signal();
  const got = await read(t, side, { from: from(3), missed: 'none' }, async () => { begun.ring(); await door.rung; return true; });
  await until('it is live', () => got.lives === 1);
  side.say(eventAt(11), eventAt(12));
  await begun.rung;
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  side.cut();
  side.say(eventAt(13));
  door.ring();
  await until('it is live again', () => got.lives === 2);
  side.say(eventAt(14));
  await until('the last came', () => got.cursors.at(-1) === 14);
  assert.deepEqual(got.cursors, [11, 12, 14]);
});

test('nothing missed, but unbroken: a redeploy goes on where it was', async (t) => {
  const side = new Sidecar(t);
  side.log = logOf(10);
  const got = await read(t, side, { from: from(7), missed: 'none', unbroken: true });
  await until('it is live', () => got.lives === 1);
  assert.deepEqual(got.cursors, [8, 9, 10]);
  side.cut();
  side.say(eventAt(11));
  await until('it is live again', () => got.lives === 2);
  assert.deepEqual(got.cursors, [8, 9, 10]);
});

test('only the last minutes: what is older is passed over, and not looked at again', async (t) => {
  const side = new Sidecar(t);
  const old = new Date(Date.now() - 3600_000).toISOString();
  const recent = new Date(Date.now() - 60_000).toISOString();
  side.log = [...numbers(1, 250).map((n) => eventAt(n, { at: old })), ...numbers(251, 260).map((n) => eventAt(n, { at: recent }))];
  const got = await read(t, side, { from: { cursor: 2, at: old }, missed: 600_000 });
  await until('it is live', () => got.lives === 1);
  assert.deepEqual(got.cursors, numbers(251, 260));
  assert.ok(got.places.length < 20, `the reader is not told of each: ${got.places.length}`);
});

for (const [what, log, place] of [
  ['is shorter', logOf(4).map((e) => ({ ...e, id: `new_${e.cursor}`, at: eventAt(100 + e.cursor).at })), from(90)],
  ['has grown past the place', logOf(120).map((e) => ({ ...e, id: `new_${e.cursor}`, at: eventAt(100 + e.cursor).at })), from(90)],
  ['is one short', logOf(89).map((e) => ({ ...e, id: `new_${e.cursor}`, at: eventAt(100 + e.cursor).at })), from(90)],
]) {
  test(`another log, which ${what}: it is read from its start`, async (t) => {
    const side = new Sidecar(t);
    side.log = log;
    const got = await read(t, side, { from: place });
    await until('it is live', () => got.lives === 1);
    assert.deepEqual(got.cursors, log.map(({ cursor }) => cursor));
    side.say(eventAt(500, { at: eventAt(500).at }));
    await until('what happens comes', () => got.cursors.at(-1) === 500);
  });
}

test('a log of before, as after a restore: what was handed over does not come again', async (t) => {
  const side = new Sidecar(t);
  side.log = logOf(60); // of 90, the last 30 of which are gone
  side.log.push(eventAt(61, { id: 'new_61', at: eventAt(95).at }));
  const got = await read(t, side, { from: from(90) });
  await until('it is live', () => got.lives === 1);
  assert.deepEqual(got.cursors, [61]);
});

test('an empty log of a line that was made again', async (t) => {
  const side = new Sidecar(t);
  const got = await read(t, side, { from: from(90) });
  await until('it is live', () => got.lives === 1);
  side.say(eventAt(1, { at: eventAt(91).at }));
  await until('the first came', () => got.cursors.length === 1);
  assert.equal(got.places.at(-1).cursor, 1);
});

test('a refusal is told once, tried again, and told anew after it worked', async (t) => {
  const side = new Sidecar(t);
  let refusing = true;
  side.instead = () => (refusing ? 'invalid_request' : undefined);
  const got = await read(t, side, { from: undefined });
  await until('it is tried again and again', () => side.calls.length >= 4);
  assert.deepEqual(got.troubles, ['invalid_request']);
  refusing = false;
  await until('it is live', () => got.lives === 1);
  refusing = true;
  side.cut();
  await until('it is told anew', () => got.troubles.length === 2);
});

test('an event that throws comes again also to who wants nothing that was missed', async (t) => {
  const side = new Sidecar(t);
  side.log = logOf(3);
  let broken = 1;
  const got = await read(t, side, { from: undefined, missed: 'none' }, () => {
    if (broken-- > 0) throw new Error('broken');
    return true;
  });
  await until('it listens', () => got.lives === 1);
  side.say(eventAt(4), eventAt(5));
  await until('both are taken', () => got.cursors.length === 2);
  assert.deepEqual(got.cursors, [4, 5]);
  assert.deepEqual(got.troubles, ['broken']);
});

test('after trouble nothing of the former subscription overtakes what is read anew', async (t) => {
  const side = new Sidecar(t);
  side.log = logOf(1);
  let fails = true;
  const got = await read(t, side, { from: from(0) }, ({ cursor }) => {
    if (cursor === 2 && fails) { fails = false; throw new Error('not now'); }
    return true;
  });
  await until('it listens', () => got.lives === 1);
  side.say(eventAt(2));
  let late = false;
  side.instead = (method, { after }) => {
    // The third event happens as the last page is read: whoever is subscribed hears of it first.
    if (method === 'event.list' && after === 2 && !late) {
      late = true;
      for (const { name, socket } of side.subscriptions.values()) push(socket, name, eventAt(3));
      setImmediate(() => side.log.push(eventAt(3)));
    }
    if (method === 'event.subscribe' && side.newest() === 3) side.say(eventAt(4));
  };
  await until('all came', () => got.cursors.includes(4));
  assert.deepEqual(got.cursors, [1, 2, 3, 4]);
});

test('an event that did not get through comes again; one that throws is trouble, and comes again', async (t) => {
  const side = new Sidecar(t);
  let tries = 0;
  const got = await read(t, side, { from: undefined }, ({ cursor }) => {
    if (cursor === 1) return ++tries > 2;
    if (cursor === 2 && ++tries < 6) throw new Error('broken');
    return true;
  });
  await until('it is live', () => got.lives === 1);
  side.say(eventAt(1), eventAt(2), eventAt(3));
  await until('all came', () => got.cursors.length === 3);
  assert.deepEqual(got.cursors, [1, 2, 3]);
  assert.equal(got.troubles[0], 'broken');
});

test('ending waits for the event on its way, unsubscribes, and nothing comes after', async (t) => {
  const side = new Sidecar(t);
  const door = signal();
  const begun = signal();
  const got = await read(t, side, { from: undefined }, async () => { begun.ring(); await door.rung; return true; });
  await until('it is live', () => got.lives === 1);
  side.say(eventAt(1), eventAt(2));
  await begun.rung;
  let ended = false;
  const end = got.end().then(() => { ended = true; });
  await until('it unsubscribes', () => side.subscriptions.size === 0);
  assert.equal(ended, false);
  door.ring();
  await end;
  side.cut();
  await new Promise((resolve) => { setTimeout(resolve, 60); });
  assert.deepEqual(got.cursors, [1]);
});

test('ending does not wait for a sidecar that is silent', async (t) => {
  const side = new Sidecar(t);
  side.instead = () => 'silent';
  const answered = signal();
  side.server.on('connection', (socket) => {
    socket.removeAllListeners('message');
    socket.on('message', () => answered.ring());
  });
  const got = await read(t, side, { from: from(3) });
  await answered.rung;
  await got.end();
});

test('what is pushed twice, as by a subscription and the one in its place, is handed over once', async (t) => {
  const side = new Sidecar(t);
  const got = await read(t, side, { from: undefined });
  await until('it is live', () => got.lives === 1);
  for (const { name, socket } of side.subscriptions.values()) {
    for (const cursor of [1, 2, 1, 2, 3]) push(socket, name, eventAt(cursor));
  }
  await until('all came', () => got.cursors.includes(3));
  assert.deepEqual(got.cursors, [1, 2, 3]);
});

test('two readers of one connection have each their own', async (t) => {
  const side = new Sidecar(t);
  side.log = logOf(5);
  const got = await read(t, side, { from: undefined });
  const other = [];
  got.feeds.follow({ from: from(2), missed: 'all', kinds: ['message.status'] }, {
    take: async (event) => { other.push(event.cursor); return true; }, moved: () => undefined, trouble: () => undefined,
  });
  await until('it is live', () => got.lives === 1 && side.subscriptions.size === 2);
  side.say(eventAt(6), eventAt(7, { kind: 'message.status' }));
  await until('all came', () => got.cursors.length === 2 && other.length === 1);
  assert.deepEqual([got.cursors, other], [[6, 7], [7]]);
  assert.equal(got.feeds.receive({ ...eventAt(8), subscription: undefined }), false, 'what has no name is of somebody else');
});
