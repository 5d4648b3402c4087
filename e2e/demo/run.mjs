// @ts-check
// The demo as a person starts it at a terminal, and ends it by Ctrl-C.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import process from 'node:process';
import { until } from '../lib/until.mjs';
import { root } from '../../scripts/lib/paths.mjs';

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

/**
 * Starts the demo and waits until it says its steps.
 * @param {import('node:test').TestContext} t
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 */
export async function runDemo(t, args, env = {}) {
  // A group of its own, as a terminal gives it: Ctrl-C goes to all of it.
  const demo = spawn(process.execPath, ['scripts/demo.mjs', ...args],
    { cwd: root, detached: true, env: { ...process.env, LC_ALL: 'C.UTF-8', ...env, NODE_TEST_CONTEXT: undefined } });
  const group = demo.pid ?? 0;
  t.after(() => { if (demo.exitCode === null) process.kill(-group, 'SIGTERM'); });
  let said = '';
  const hear = (/** @type {Buffer} */ data) => { said += data; };
  demo.stdout.on('data', hear);
  demo.stderr.on('data', hear);
  await until('the demo runs', () => said.includes('Ctrl-C ends everything.') || said.includes('Ctrl-C завершает всё.'),
    { timeout: 200000, alive: () => assert.equal(demo.exitCode, null, said) });
  return {
    said: () => said,
    /** Presses Ctrl-C; every process that the demo had started is to end. @param {number} least how many there are at least */
    async ctrlC(least) {
      const all = family(group);
      assert.ok(all.length >= least, `the demo and its parts: ${all}`);
      process.kill(-group, 'SIGINT');
      const code = await new Promise((resolve) => demo.on('exit', resolve));
      assert.equal(code, 0, said);
      await until('every process is gone', () => !all.some(alive));
    },
  };
}
