// @ts-check
// The connection of a line's config node, and what every node of the line shows: its
// session's troubles, its sidecar's, its token's, and one connection whatever is deployed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import { demoLine } from '../lib/world.mjs';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { openGate } from './gate.mjs';
import { ask, flowOf, lineNode, owner, recorded, Rig } from './rig.mjs';

const text = { id: 'text1', type: 'nodeline-send-text', z: 'tab1', name: 'text1', line: lineNode.id, x: 300, y: 100, wires: [],
  chat: 'payload.phone', chatType: 'msg', text: 'payload.text', textType: 'msg' };
/** @param {object} fields over the line's config node */
const flowWith = (fields) => flowOf({ text: 'text1' }, [...recorded(text, 2), ...recorded(ask('ask1'))])
  .map((node) => (node.id === lineNode.id ? { ...node, ...fields } : node));

class LineRig extends Rig {
  /** What each node shows, as editors are told. @type {Map<string, {text?: string}>} */
  #shown = new Map();
  /** @type {WebSocket | undefined} */ #comms;

  /** @override */
  async start() {
    await super.start();
    this.#comms = new WebSocket(`${this.editorUrl.replace('http', 'ws')}/comms`);
    this.#comms.on('open', () => this.#comms?.send(JSON.stringify({ subscribe: 'status/#' })));
    this.#comms.on('message', (data) => {
      for (const { topic, data: status } of [JSON.parse(String(data))].flat()) {
        if (topic?.startsWith('status/')) this.#shown.set(topic.slice(7), status);
      }
    });
  }

  /** @override */
  async stop() {
    this.#comms?.terminate();
    await super.stop();
  }

  /** Waits until both nodes show a text of the common catalogue. @param {string} key after "common.status." */
  async both(key) {
    for (const id of ['text1', 'ask1']) {
      await until(`${id} shows ${key}`, () => {
        const { text } = this.#shown.get(id) ?? {};
        if (text === `common.status.${key}`) return true;
        throw new Error(`it shows ${text}`);
      }, { timeout: 30000 });
    }
  }

  /** @param {string} preset */
  async fault(preset) {
    await json(`${this.sandboxUrl}/api/faults`, { body: { preset, phone: owner } });
  }

  async noFaults() {
    await fetch(`${this.sandboxUrl}/api/faults`, { method: 'DELETE' });
  }

  /** Lines of Node-RED's log about the config node. @param {'warn' | 'info' | 'error'} level */
  said(level) {
    return this.part('Node-RED').tail(200).split('\n').filter((line) => line.includes(`[${level}] [nodeline-line:`));
  }
}

describe('what the nodes of a line show', () => {
  const rig = new LineRig('line', flowWith({}));
  let token = '';
  before(() => rig.start());
  after(() => rig.stop());

  test('a line without its token, as an import brings it; and none at all', async () => {
    await rig.both('no-token');
    await rig.deploy(flowWith({ line: '' }));
    await rig.both('unset');
  });

  test('linked: connected', async () => {
    token = await rig.linkLine();
    await rig.deploy(flowWith({}), { [lineNode.id]: { token } });
    await rig.both('connected');
  });

  test('paused, and resumed', async () => {
    await rig.call('line.pause', { line: demoLine });
    await rig.both('session.paused');
    await rig.call('line.resume', { line: demoLine });
    await rig.both('connected');
  });

  test('WhatsApp is away: reconnecting, and back', async () => {
    await rig.fault('unavailable');
    await rig.both('session.reconnecting');
    await rig.noFaults();
    await rig.both('connected');
    assert.deepEqual(rig.said('warn'), [], 'what comes back by itself is not logged');
  });

  test('without its sidecar: one warning, and one line when it is back', async () => {
    const told = rig.said('info').length;
    await rig.part('sidecar').kill();
    await rig.both('no-sidecar');
    await rig.startSidecar();
    await rig.both('connected');
    assert.equal(rig.said('warn').length, 1);
    assert.deepEqual(rig.said('info').slice(told).map((line) => /connected to the sidecar/.test(line)), [true]);
  });

  for (const [preset, state] of /** @type {const} */ ([['replaced', 'replaced'], ['banned', 'banned'], ['device_removed', 'logged_out']])) {
    test(`${state}: shown on every node, warned of once, and over once the line is linked again`, async () => {
      const before = rig.said('warn').length;
      await rig.fault(preset);
      await rig.both(`session.${state}`);
      assert.equal(rig.said('warn').length, before + 1);
      await rig.noFaults();
      await rig.call('line.link', { line: demoLine, restart: true });
      await rig.linkLine();
      await rig.both('connected');
    });
  }

  test('being linked', async () => {
    await rig.call('line.unlink', { line: demoLine });
    await rig.both('session.unlinked');
    await rig.call('line.link', { line: demoLine, restart: true });
    await rig.both('session.linking');
    await rig.linkLine();
    await rig.both('connected');
  });

  test('a token that was revoked is told from a sidecar that is away', async () => {
    const { tokens } = await rig.call('token.list', {});
    const before = rig.said('warn').length;
    for (const { id, line } of tokens) if (line === demoLine) await rig.call('token.revoke', { id });
    await rig.both('refused');
    assert.equal(rig.said('warn').slice(before).filter((line) => /does not take this line's token/.test(line)).length, 1);
  });

  test('a line that the sidecar does not have', async () => {
    await rig.deploy(flowWith({ line: 'other' }), { [lineNode.id]: { token: rig.token } });
    await rig.both('no-line');
  });
});

test('fifty deploys leave one connection, and no rejection that nobody hears', async (t) => {
  const rig = new LineRig('line-deploys', flowWith({}));
  const gate = await openGate(() => rig.sidecarUrl);
  t.after(() => gate.stop());
  await rig.up(t, { link: false });
  const token = await rig.linkLine();
  const flow = (/** @type {number} */ n) => flowWith({ url: gate.url, name: `Deploy ${n}` });
  for (let n = 1; n <= 50; n++) {
    const before = gate.opened();
    await rig.deploy(flow(n), { [lineNode.id]: { token } });
    // Every second one comes while the one before it still connects.
    if (n % 2) await until('the deploy connects', () => gate.opened() > before);
  }
  await rig.both('connected');
  await until('one connection is left', () => gate.open() === 1);
  assert.ok(gate.opened() >= 25, `deploys connect anew: ${gate.opened()}`);
  await rig.deploy(flow(51).filter(({ line, id }) => id !== lineNode.id && line !== lineNode.id));
  await until('none is left', () => gate.open() === 0);
  assert.doesNotMatch(rig.part('Node-RED').tail(300), /unhandled|rejection/i);
  assert.deepEqual([rig.said('warn'), rig.said('error')], [[], []]);
});
