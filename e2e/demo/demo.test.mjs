// @ts-check
// The demo as a person runs it: three addresses, and Ctrl-C leaves nothing running.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { exampleFlow } from '../lib/flow.mjs';
import { until } from '../lib/until.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { DemoCheck } from './demo-check.mjs';

/** A process and all that it started, and they. @param {number} pid @returns {number[]} */
function family(pid) {
  const rows = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).stdout.trim().split('\n').map((row) => row.trim().split(/\s+/).map(Number));
  const members = [pid];
  for (const member of members) members.push(...rows.filter(([, parent]) => parent === member).map(([child = 0]) => child));
  return members;
}

const alive = (/** @type {number} */ pid) => {
  try { process.kill(pid, 0); return true; } catch { return false; }
};

test('three addresses answer, and Ctrl-C ends every process', { timeout: 180000 }, async (t) => {
  // A group of its own, as a terminal gives it: Ctrl-C goes to all of it.
  const demo = spawn(process.execPath, ['scripts/demo.mjs'], { cwd: root, detached: true, env: { ...process.env, LC_ALL: 'C.UTF-8', NODE_TEST_CONTEXT: undefined } });
  const group = demo.pid ?? 0;
  t.after(() => { if (demo.exitCode === null) process.kill(-group, 'SIGTERM'); });
  let said = '';
  const hear = (/** @type {Buffer} */ data) => { said += data; };
  demo.stdout.on('data', hear);
  demo.stderr.on('data', hear);
  await until('the demo runs', () => said.includes('Ctrl-C ends everything.'), { timeout: 150000, alive: () => assert.equal(demo.exitCode, null, said) });
  const addresses = said.match(/http:\/\/127\.0\.0\.1:\d+\//g) ?? [];
  assert.equal(new Set(addresses).size, 3, said);
  for (const address of addresses) assert.equal((await fetch(address)).status, 200, address);
  assert.match(said, /^1\. [^]*^2\. [^]*^3\. /m);
  const all = family(group);
  assert.ok(all.length >= 4, `the demo and its three parts: ${all}`);
  process.kill(-group, 'SIGINT');
  const code = await new Promise((resolve) => demo.on('exit', resolve));
  assert.equal(code, 0, said);
  assert.match(said, /nothing is left running/);
  await until('every process is gone', () => !all.some(alive));
});

test('a check that fails names its step and the reason', async () => {
  const check = new DemoCheck({ seed: 1, pictures: '', say: () => undefined }, await exampleFlow());
  await assert.rejects(check.step('open the door', async () => { throw new Error('it is locked'); }), /^Error: open the door: it is locked/);
});
