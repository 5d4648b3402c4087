// @ts-check
// What tests need of the system: found, installed after a yes, or asked for in a sentence.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

/** An apt-get that notes what it is asked for, and puts a python3 beside itself. */
const apt = `#!/bin/sh
here="\${0%/*}"
echo "$*" >>"$here/asked"
[ "$1" = update ] || { echo '#!/bin/sh' >"$here/python3"; /bin/chmod +x "$here/python3"; }
`;

/**
 * Runs ensurePython where PATH holds these programs and nothing else.
 * @param {import('node:test').TestContext} t
 * @param {Record<string, string>} programs
 * @param {Record<string, string>} [env]
 */
async function ensure(t, programs, env = {}) {
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-tools-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(path.join(dir, name), text);
    await chmod(path.join(dir, name), 0o755);
  }
  const code = `import { ensurePython } from ${JSON.stringify(new URL('./tools.mjs', import.meta.url).href)};
    try { console.log('found ' + await ensurePython()); } catch (err) { console.log(err.constructor.name + ' ' + err.message); }`;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', code],
    { env: { ...process.env, CI: undefined, NODELINE_YES: undefined, ...env, PATH: dir }, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  const asked = path.join(dir, 'asked');
  return { said: done.stdout.trim().replaceAll(dir, ''), asked: existsSync(asked) ? await readFile(asked, 'utf8') : '' };
}

const working = '#!/bin/sh\n';
const sudo = '#!/bin/sh\nexec "$@"\n';

test('a Python that is there is used', async (t) => {
  assert.deepEqual(await ensure(t, { python3: working, 'apt-get': apt }, { CI: 'true' }), { said: 'found /python3', asked: '' });
});

test('a launcher without a Python behind it is none', async (t) => {
  const { said } = await ensure(t, { python3: '#!/bin/sh\nexit 127\n' });
  assert.match(said, /^Plain No Python 3 was found, and the tests need it\. Install it/);
});

test('nothing is installed unasked', async (t) => {
  const { said, asked } = await ensure(t, { 'apt-get': apt, sudo });
  assert.equal(asked, '');
  assert.match(said, /^Plain No Python 3 .*unasked.*NODELINE_YES=1/);
});

test('after a yes Debian\'s package is installed and found', async (t) => {
  const { said, asked } = await ensure(t, { 'apt-get': apt, sudo }, { CI: 'true' });
  assert.equal(asked, 'update\ninstall -y --no-install-recommends python3\n');
  assert.match(said, /found \/python3$/);
});
