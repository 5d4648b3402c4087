// @ts-check
// Many answers while flows are deployed again and again: none is lost, none doubled.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { ask, flowOf, recorded, Rig } from './rig.mjs';

const customers = Array.from({ length: 40 }, (_, i) => `+7913000${String(1000 + i)}`);

test('answers raced against deploys of every kind', async (t) => {
  const flow = flowOf({ ask: 'ask1' }, recorded(ask('ask1')));
  const rig = await new Rig('races', flow).up(t);
  for (const [i, phone] of customers.entries()) {
    await json(`${rig.sandboxUrl}/api/phones`, { body: { phone, name: `Customer ${i}` } });
    await rig.go('ask', { phone, name: `Customer ${i}`, date: 'завтра' });
  }
  await until('every question waits', async () => {
    const { asks } = await rig.call('ask.list', { line: 'demo', count: 200 });
    return asks.filter((/** @type {any} */ { state }) => state === 'waiting').length === customers.length;
  }, { timeout: 60000 });

  const kinds = /** @type {const} */ (['full', 'nodes', 'flows', 'reload']);
  let answering = true;
  let deploys = 0;
  const deploying = (async () => {
    while (answering) {
      const kind = kinds[deploys++ % kinds.length];
      await rig.deploy(flow.map((node) => (node.id === 'ask1' ? { ...node, name: `deploy ${deploys}` } : node)), {}, kind);
    }
  })();
  for (const [i, phone] of customers.entries()) {
    const before = deploys;
    await rig.writes(phone, String(1 + (i % 3)));
    if (i % 4 === 3) await until('flows are deployed once more', () => deploys > before);
  }
  answering = false;
  await deploying;

  await until('every answer left the node', () => rig.left().length >= customers.length, { timeout: 60000 });
  await rig.nothingOpen();
  const left = rig.left().map(({ port, msg }) => `${msg.payload.phone} ${port}`).sort();
  assert.deepEqual(left, customers.map((phone, i) => `${phone} ${i % 3}`).sort());
});
