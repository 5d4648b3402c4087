// @ts-check
// What becomes of a large install: asked for before, told about, whole or not there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { tooFull } from './n8n.mjs';

/** An npm that notes what it is asked for and installs what n8n and its Node.js are found by. */
const npm = `#!/bin/sh
echo "$1 $npm_config_nodedir" >>"$NODELINE_CACHE/asked"
case "$*" in *n8n@*) [ -z "$broken" ] || { /bin/mkdir node_modules; echo "the disk is full" >&2; exit 1; }
  /bin/mkdir -p node_modules/n8n/bin && : >node_modules/n8n/bin/n8n ;; esac
`;

/**
 * Runs ensureN8n on an empty cache with that npm.
 * @param {import('node:test').TestContext} t
 * @param {Record<string, string>} env
 */
async function ensure(t, env) {
  const cache = await mkdtemp(path.join(tmpdir(), 'nodeline-n8n-'));
  t.after(() => rm(cache, { recursive: true, force: true }));
  const bin = path.join(cache, 'bin');
  await mkdir(bin);
  await writeFile(path.join(bin, 'npm'), npm);
  await chmod(path.join(bin, 'npm'), 0o755);
  const code = `import { ensureN8n } from ${JSON.stringify(new URL('./n8n.mjs', import.meta.url).href)};
    try { console.log('found ' + await ensureN8n()); } catch (err) { console.log(err.constructor.name + ' ' + err.message); }`;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', code],
    { env: { ...process.env, CI: undefined, NODELINE_YES: undefined, npm_config_nodedir: undefined, ...env, NODELINE_CACHE: cache, PATH: bin }, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  const asked = path.join(cache, 'asked');
  return {
    said: done.stdout.replaceAll(cache, ''), err: done.stderr, asked: existsSync(asked) ? await readFile(asked, 'utf8') : '',
    left: (await readdir(cache)).filter((name) => name !== 'bin' && name !== 'asked'),
  };
}

test('n8n is not installed unasked, and the sentence says how', async (t) => {
  const { said, asked, left } = await ensure(t, {});
  assert.match(said, /^Plain n8n is needed here .*unasked.*NODELINE_YES=1.*2\.9 GB.*NODELINE_CACHE/);
  assert.equal(asked, '');
  assert.deepEqual(left, []);
});

test('after a yes it is installed with its Node.js, whose headers its driver is built with', async (t) => {
  const { said, asked, left } = await ensure(t, { NODELINE_YES: '1' });
  assert.match(said, /found \/n8n-[\d.]+-node-[\d.]+\n$/);
  assert.match(asked, /^install \ninstall (\S+\/node-[\d.]+\/node_modules\/node-\S+)\nrebuild \1\n$/);
  assert.deepEqual(left.map((name) => name.split('-')[0]).sort(), ['n8n', 'node']);
});

test('an install that fails leaves nothing that would be taken for n8n, and shows what npm said', async (t) => {
  const { said, err, left } = await ensure(t, { CI: 'true', broken: '1' });
  assert.match(said, /Plain npm install .* ended with code 1/);
  assert.match(err, /the disk is full/);
  assert.deepEqual(left.map((name) => name.split('-')[0]), ['node']);
});

test('a disk without room is told of before anything is fetched', () => {
  assert.equal(tooFull(5e9), '');
  assert.match(tooFull(1.23e9), /needs 4 GB free .* has 1\.2 GB\. .*NODELINE_CACHE/);
});
