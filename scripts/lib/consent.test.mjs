// @ts-check
// What is done without a person's word, and what is not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { root } from './paths.mjs';
import { raceFlags, unseen } from './race.mjs';

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
  assert.equal(raceFlags(true, 'true', tell)[0], '-race');
  assert.deepEqual(said, []);
  assert.deepEqual(raceFlags(false, '', tell), []);
  assert.match(said.join(), /WITHOUT the race detector/);
  assert.throws(() => raceFlags(false, 'true', tell), /CI needs a C compiler/);
});

test('the race detector passes over what SQLite is made of and one harmless race, and over nothing else', () => {
  const go = (/** @type {string[]} */ ...args) => {
    const done = spawnSync('go', args, { cwd: root, encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout.trim().split('\n');
  };
  const linked = go('list', '-deps', './sidecar/cmd/nodeline');
  for (const pattern of unseen) {
    const found = go('list', pattern);
    assert.ok(found.some((pkg) => linked.includes(pkg)), `the sidecar has nothing of ${pattern}`);
    assert.ok(!found.some((pkg) => pkg === 'modernc.org/sqlite' || pkg.startsWith('go.mau.fi/whatsmeow')), 'the driver and whatsmeow are watched');
  }
  // The compiler takes the flag, and the last of two that name a package counts.
  const steps = spawnSync('go', ['build', '-a', '-n', ...raceFlags(true), './sidecar/store'], { cwd: root, encoding: 'utf8' }).stderr.split('\n');
  const compiled = (/** @type {string} */ pkg) => steps.find((line) => line.includes('/compile') && line.includes(` -p ${pkg} `)) ?? '';
  assert.match(compiled('modernc.org/sqlite'), / -race (?!.*-race=false)/);
  assert.match(compiled('github.com/nodeline/nodeline/sidecar/store'), / -race (?!.*-race=false)/);
  assert.match(compiled('modernc.org/sqlite/lib'), / -race .*-race=false/);
});
