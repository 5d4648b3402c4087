// @ts-check
// Many answers while flows are deployed again and again, and while either side is
// killed: none is lost, none doubled.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { demoLine } from '../lib/world.mjs';
import { ask, flowOf, recorded, Rig } from './rig.mjs';

const customers = Array.from({ length: 200 }, (_, i) => `+7913000${String(1000 + i)}`);
const flow = flowOf({ ask: 'ask1' }, recorded(ask('ask1')));
const kinds = /** @type {const} */ (['full', 'nodes', 'flows', 'reload']);

/** What is done to the parts after this many answers; people go on answering meanwhile. @type {Record<number, (rig: Rig) => Promise<unknown>>} */
const blows = {
  40: (rig) => again(rig, 'Node-RED'),
  80: (rig) => again(rig, 'sidecar'),
  120: (rig) => Promise.all([again(rig, 'sidecar'), again(rig, 'Node-RED')]),
  160: (rig) => again(rig, 'Node-RED'),
};

/** Kills a part as a power cut would, and starts it again. @param {Rig} rig @param {'Node-RED' | 'sidecar'} name */
async function again(rig, name) {
  await rig.part(name).kill();
  await (name === 'sidecar' ? rig.startSidecar() : rig.startNodeRed());
}

/** Deploys without a pause, by each kind in turn. */
class Deploys {
  count = 0;
  #rig;
  #on = true;
  /** @type {Promise<void>} */ #end;

  /** @param {Rig} rig */
  constructor(rig) {
    this.#rig = rig;
    this.#end = this.#go();
  }

  async #go() {
    while (this.#on) {
      const name = `deploy ${this.count}`;
      const changed = flow.map((node) => (node.id === 'ask1' ? { ...node, name } : node));
      // While Node-RED is killed and starts there is none to deploy to.
      await until('flows are deployed', () => this.#rig.deploy(changed, {}, kinds[this.count % kinds.length]).then(() => true), { timeout: 60000 });
      this.count++;
    }
  }

  /** Waits for one more. */
  more() {
    const before = this.count;
    return until('flows are deployed once more', () => this.count > before, { timeout: 60000 });
  }

  end() {
    this.#on = false;
    return this.#end;
  }
}

test('two hundred answers raced against deploys of every kind, and kills of either side', async (t) => {
  const rig = await new Rig('races', flow).up(t);
  // All are strangers and are asked within seconds, which neither the line's pace nor WhatsApp lets pass.
  await rig.call('line.update', { line: demoLine, pace: { mode: 'off' } });
  await json(`${rig.sandboxUrl}/api/rules`, { method: 'PUT', body: { queryRate: false } });
  for (const [i, phone] of customers.entries()) {
    await json(`${rig.sandboxUrl}/api/phones`, { body: { phone, name: `Customer ${i}` } });
    await rig.go('ask', { phone, name: `Customer ${i}`, date: 'завтра' });
  }
  await until('every question waits', async () => {
    const { asks } = await rig.call('ask.list', { line: demoLine, state: 'waiting', count: 200 });
    return asks.length === customers.length;
  }, { timeout: 60000 });

  const deploys = new Deploys(rig);
  /** @type {Promise<unknown>} */ let blow = Promise.resolve();
  for (const [i, phone] of customers.entries()) {
    const next = blows[i];
    if (next) {
      await blow;
      blow = next(rig);
    }
    await rig.writes(phone, String(1 + (i % 3)));
    if (i % 8 === 7) await deploys.more();
  }
  await blow;
  await deploys.end();

  const of = (/** @type {import('./rig.mjs').Left} */ { port, msg }) => `${msg.payload.phone} ${port}`;
  await until('every answer left the node', () => new Set(rig.left().map(of)).size >= customers.length, { timeout: 60000 });
  await rig.nothingOpen();
  const left = rig.left();
  assert.deepEqual([...new Set(left.map(of))].sort(), customers.map((phone, i) => `${phone} ${i % 3}`).sort(), 'each answer leaves, by its own output');
  // What left just before a kill, before the sidecar heard of it, leaves once more afterwards: never within one life of Node-RED.
  const lives = left.map((one) => `${of(one)} ${one.life}`);
  assert.deepEqual(lives.filter((one, at) => lives.indexOf(one) !== at), []);
  assert.equal(new Set(left.map(({ msg }) => msg.eventId)).size, customers.length, 'what leaves again has the eventId of the first');
  const repeats = left.filter((one, at) => left.findIndex((first) => of(first) === of(one)) !== at);
  t.diagnostic(`${deploys.count} deploys, ${repeats.length} left again after a kill`);
});
