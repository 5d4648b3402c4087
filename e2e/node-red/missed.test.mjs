// @ts-check
// What came while a flow did not run: after a stop, a kill, a restart of the sidecar, a cut
// network, and for a node that was disabled, moved to another line, copied or deleted.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { until } from '../lib/until.mjs';
import { anna, lineNode, Rig } from './rig.mjs';
import { came, comes, flowWith, on, places, reading, said } from './triggers.mjs';

/** A way to the sidecar that can be cut. */
class Wire {
  /** @type {Set<net.Socket>} */ #open = new Set();
  #cut = false;
  #to = 0;
  server = net.createServer((near) => {
    if (this.#cut) { near.destroy(); return; }
    const far = net.connect(this.#to, '127.0.0.1');
    for (const [one, other] of /** @type {[net.Socket, net.Socket][]} */ ([[near, far], [far, near]])) {
      this.#open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => { this.#open.delete(one); other.destroy(); });
      one.pipe(other);
    }
  });

  /** @param {number} to the sidecar's port @returns {Promise<string>} its own address */
  async begin(to) {
    this.#to = to;
    await new Promise((resolve) => { this.server.listen(0, '127.0.0.1', () => resolve(undefined)); });
    return `http://127.0.0.1:${/** @type {net.AddressInfo} */ (this.server.address()).port}`;
  }

  cut() {
    this.#cut = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend() { this.#cut = false; }

  end() {
    this.cut();
    this.server.close();
  }
}

const triggers = [
  on('all', 'message', { missed: 'all', missedType: 'choice' }),
  on('hour', 'message', { missed: 'recent', missedType: 'choice', missedFor: 1, missedForType: 'num', missedForUnit: 'hours' }),
  on('second', 'message', { missed: 'recent', missedType: 'choice', missedFor: 1, missedForType: 'num', missedForUnit: 'seconds' }),
  on('none', 'message', { missed: 'none', missedType: 'choice' }),
];

const everyone = triggers.map(({ id }) => id);

describe('missed', () => {
  /** @type {Rig} */ let rig;
  const wire = new Wire();
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  /** @type {import('./rig.mjs').FlowNode[]} */ let flow;
  const deploy = (/** @type {import('./rig.mjs').FlowNode[]} */ next = flow, /** @type {'full' | 'nodes' | 'flows'} */ kind = 'full') => rig.deploy(next, {}, kind);

  /** All listen: each hears of a word of its own. */
  let words = 0;
  const listening = async (/** @type {string[]} */ ids = everyone) => {
    // What a node passed over it never gives: words are said until each has one.
    await until('every trigger listens', async () => {
      const word = `ау ${++words}`;
      await rig.writes(anna, word);
      return until(`everybody hears ${word}`, () => ids.every((id) => said(rig, id).includes(word)), { timeout: 2000 }).catch(() => false);
    }, { timeout: 40000 });
  };
  /** What a trigger gave, without the words. @param {string} id */
  const given = (id) => said(rig, id).filter((text) => !text.startsWith('ау'));
  const logged = (/** @type {string} */ text) => until(`the sidecar has ${text}`, async () => {
    const { events } = await rig.call('event.list', { line: lineNode.line, kinds: ['message.incoming'], filter: { text }, count: 200 });
    return events.at(-1);
  });

  before(async () => {
    rig = await new Rig('missed', flowWith(...triggers)).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }), { link: false });
    const url = await wire.begin(Number(new URL(rig.sidecarUrl).port));
    flow = flowWith(...triggers).map((node) => (node.id === lineNode.id ? { ...node, url } : node));
    const token = await rig.linkLine();
    // A customer wrote before there was any flow.
    await rig.writes(anna, 'до всего');
    await logged('до всего');
    await rig.deploy(flow, { [lineNode.id]: { token } });
    await reading(rig, 4);
  });
  after(async () => { wire.end(); for (const end of ends) await end(); });

  /** What came during deploys, which nobody misses. */
  const base = [0, 1, 2].map((i) => `при разворачивании ${i}`);

  test('a new node begins now, without what was before', async () => {
    await listening();
    assert.deepEqual(everyone.map(given), [[], [], [], []]);
  });

  test('a redeploy misses nothing, whatever is missed otherwise', async () => {
    for (const [i, kind] of /** @type {const} */ (['full', 'nodes', 'flows']).entries()) {
      const deployed = deploy(flow.map((node) => (node.type.startsWith('nodeline-on') ? { ...node, name: `deploy ${i}` } : node)), kind);
      await rig.writes(anna, `при разворачивании ${i}`);
      await deployed;
    }
    await listening();
    for (const id of everyone) assert.deepEqual(given(id), base, id);
  });

  /** @type {[string, () => Promise<unknown>, () => Promise<unknown>][]} */
  const absences = [
    ['Node-RED is stopped', () => rig.part('Node-RED').stop(), () => rig.startNodeRed()],
    ['Node-RED is killed', () => rig.part('Node-RED').kill(), () => rig.startNodeRed()],
    ['the network is cut', () => Promise.resolve(wire.cut()), () => Promise.resolve(wire.mend())],
  ];
  for (const [what, leave, back] of absences) {
    test(`${what}: all is missed, or the last of it, or nothing`, async () => {
      await listening();
      const before = given('all');
      await leave();
      await rig.writes(anna, what);
      const { at } = await logged(what);
      await until('that was more than a second ago', () => Date.now() - Date.parse(at) > 1500);
      await back();
      await listening();
      for (const id of ['all', 'hour']) assert.deepEqual(given(id), [...before, what], id);
      for (const id of ['second', 'none']) assert.deepEqual(given(id), base, id);
    });
  }

  test('the sidecar is killed and starts again: nothing is lost or doubled', async () => {
    await listening();
    const before = given('all');
    await rig.part('sidecar').kill();
    await rig.startSidecar();
    await rig.writes(anna, 'после перезапуска');
    await listening(['all']);
    assert.deepEqual(given('all'), [...before, 'после перезапуска']);
  });

  test('a node that is disabled keeps its place; one that is deleted does not', async () => {
    await listening(['all']);
    const before = given('all');
    await deploy(flow.map((node) => (node.id === 'all' ? { ...node, d: true } : node)));
    assert.ok(places(rig).includes('all.demo.json'));
    await rig.writes(anna, 'пока выключен');
    await logged('пока выключен');
    await deploy();
    await listening(['all']);
    assert.deepEqual(given('all'), [...before, 'пока выключен']);

    await deploy(flow.filter(({ id }) => id !== 'all'));
    assert.ok(!places(rig).includes('all.demo.json'));
    await rig.writes(anna, 'пока удалён');
    await logged('пока удалён');
    await deploy();
    await listening(['all']);
    assert.deepEqual(given('all'), [...before, 'пока выключен'], 'put back, it begins anew');
  });

  test('a copy begins now, and other filters keep the place', async () => {
    await listening(['all']);
    const before = given('all');
    const copy = flowWith(on('copy', 'message')).slice(2);
    const filtered = flow.map((node) => (node.id === 'all' ? { ...node, matching: 'важно|ау', matchingType: 'str' } : node));
    await rig.part('Node-RED').stop();
    await rig.writes(anna, 'пустяк');
    await rig.writes(anna, 'это важно');
    await logged('это важно');
    await rig.startNodeRed();
    await until('Node-RED takes flows', () => deploy([...filtered, ...copy]).then(() => true));
    await listening(['all', 'copy']);
    assert.deepEqual(given('copy'), []);
    assert.ok(given('all').includes('это важно'));
    assert.deepEqual(given('all').slice(before.length).filter((text) => text !== 'пустяк'), ['это важно']);
    await deploy();
    await listening();
  });

  test('the log is another than the place is of: it is read from its start, without what is old', async () => {
    await listening(['all']);
    const before = came(rig, 'all').length;
    const file = path.join(rig.userDir, '.nodeline-cursors', 'all.demo.json');
    await rig.part('Node-RED').stop();
    // Of the file's two slots the newer one counts.
    const kept = readFileSync(file, 'utf8').split('\n').filter((slot) => slot.trim()).map((slot) => JSON.parse(slot)).sort((one, other) => other.turn - one.turn)[0];
    assert.equal(kept.event, came(rig, 'all').at(-1).eventId);
    writeFileSync(file, JSON.stringify({ ...kept, cursor: kept.cursor + 1000 }));
    await rig.writes(anna, 'в новом журнале');
    await logged('в новом журнале');
    await rig.startNodeRed();
    await comes(rig, 'all', before + 1);
    await listening(['all']);
    const fresh = came(rig, 'all').slice(before).map(({ payload }) => payload).filter((text) => !text.startsWith('ау'));
    assert.deepEqual(fresh, ['в новом журнале']);
  });
});
