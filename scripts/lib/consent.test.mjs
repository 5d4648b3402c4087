// @ts-check
// What is done without a person's word, and what is not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { raceFlags } from './race.mjs';

/** Asks in a process without a terminal. @param {Record<string, string | undefined>} env */
function answer(env) {
  const code = `import { agree } from ${JSON.stringify(new URL('./say.mjs', import.meta.url).href)}; console.log(await agree('Install?'));`;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', code],
    { env: { ...process.env, CI: undefined, NODELINE_YES: undefined, ...env }, encoding: 'utf8', input: 'y\n' });
  return done.stdout.trim();
}

test('nothing is installed into the system unasked, except where CI=true or the person said yes before', () => {
  assert.equal(answer({}), 'false');
  assert.equal(answer({ CI: 'true' }), 'true');
  assert.equal(answer({ NODELINE_YES: '1' }), 'true');
});

test('without a C compiler tests run unraced and say so; CI refuses to', () => {
  /** @type {string[]} */ const said = [];
  const tell = (/** @type {string} */ line) => { said.push(line); };
  assert.deepEqual(raceFlags(true, 'true', tell), ['-race']);
  assert.deepEqual(said, []);
  assert.deepEqual(raceFlags(false, '', tell), []);
  assert.match(said.join(), /WITHOUT the race detector/);
  assert.throws(() => raceFlags(false, 'true', tell), /CI needs a C compiler/);
});
