// @ts-check
// Many messages while flows are deployed again and again, and while either side is killed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../lib/until.mjs';
import { anna, boris, Rig } from './rig.mjs';
import { came, flowWith, on, reading } from './triggers.mjs';

const count = 500;
const flow = flowWith(on('all', 'message'), on('half', 'message', { matching: '[02468]$', matchingType: 'str' }));
const kinds = /** @type {const} */ (['full', 'nodes', 'flows', 'reload']);

/** Deploys without a pause until it is told to end; what is changed alternates between a trigger and what comes after it. */
function deploying(/** @type {Rig} */ rig) {
  let on = true;
  const state = { deploys: 0, end: () => { on = false; return done; } };
  const done = (async () => {
    while (on) {
      const changed = ['all', 'all-tap0', 'half'][state.deploys % 3];
      const next = flow.map((node) => (node.id === changed ? { ...node, name: `deploy ${state.deploys}` } : node));
      // While Node-RED is killed and starts there is none to deploy to.
      await until('flows are deployed', () => rig.deploy(next, {}, kinds[state.deploys % kinds.length]).then(() => true), { timeout: 60000 });
      state.deploys++;
    }
  })();
  return state;
}

test('five hundred messages raced against deploys of every kind, and kills of either side', async (t) => {
  const rig = await new Rig('trigger-races', flow).up(t);
  await reading(rig, 2);
  const deploys = deploying(rig);
  /** @type {Record<number, () => Promise<unknown>>} */
  const blows = {
    150: () => rig.part('Node-RED').kill().then(() => rig.startNodeRed()),
    300: () => rig.part('sidecar').kill().then(() => rig.startSidecar()),
    400: () => rig.part('Node-RED').kill().then(() => rig.startNodeRed()),
  };
  /** @type {Promise<unknown>} */ let blow = Promise.resolve();
  for (let i = 0; i < count; i++) {
    await rig.writes(i % 2 ? anna : boris, `${i}`);
    const before = deploys.deploys;
    if (i % 50 === 49) await until('flows are deployed once more', () => deploys.deploys > before, { timeout: 60000 });
    const next = blows[i];
    if (!next) continue;
    await blow;
    blow = next();
  }
  await blow;
  await deploys.end();

  const wanted = { all: count, half: count / 2 };
  for (const [id, many] of Object.entries(wanted)) {
    const different = () => new Set(came(rig, id).map(({ eventId }) => eventId)).size;
    await until(`${id} gave every message`, () => different() >= many, { timeout: 60000 });
    const texts = came(rig, id).map(({ payload }) => payload);
    assert.deepEqual([...new Set(texts)].map(Number).sort((a, b) => a - b), Array.from({ length: count }, (_, i) => i).filter((i) => id === 'all' || i % 2 === 0));
    // Only what a kill caught between the next node and the file comes again: one at most, and its id tells.
    const doubled = texts.length - many;
    t.diagnostic(`${id}: ${texts.length} messages of ${many} after ${deploys.deploys} deploys, ${doubled} doubled`);
    assert.ok(doubled <= 2, `${doubled} doubled, Node-RED was killed twice`);
    assert.equal(different(), many);
  }
});
