// @ts-check
// The demo as a person runs it: three addresses, and Ctrl-C leaves nothing running.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleFlow } from '../lib/flow.mjs';
import { DemoCheck } from './demo-check.mjs';
import { runDemo } from './run.mjs';

test('three addresses answer, and Ctrl-C ends every process', { timeout: 240000 }, async (t) => {
  const demo = await runDemo(t, []);
  const addresses = demo.said().match(/http:\/\/127\.0\.0\.1:\d+\//g) ?? [];
  assert.equal(new Set(addresses).size, 3, demo.said());
  for (const address of addresses) assert.equal((await fetch(address)).status, 200, address);
  assert.match(demo.said(), /^1\. [^]*^2\. [^]*^3\. /m);
  await demo.ctrlC(4);
  assert.match(demo.said(), /nothing is left running/);
});

test('a check that fails names its step and the reason', async () => {
  const check = new DemoCheck({ seed: 1, pictures: '', say: () => undefined }, await exampleFlow());
  await assert.rejects(check.step('open the door', async () => { throw new Error('it is locked'); }), /^Error: open the door: it is locked/);
});
