// @ts-check
// Which Node-RED the tests run on, and how it comes into the cache.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

/** An npm that notes what it is asked for and which Node.js is first on its PATH. */
const npm = `#!/bin/sh
echo "\${PATH%%:*} $*" >>"$NODELINE_CACHE/asked"
`;

/** Runs code on paths.mjs and tools.mjs with an empty cache. @param {import('node:test').TestContext} t @param {string} code @param {Record<string, string>} [env] */
async function run(t, code, env = {}) {
  const cache = await mkdtemp(path.join(tmpdir(), 'nodeline-node-red-'));
  t.after(() => rm(cache, { recursive: true, force: true }));
  const bin = path.join(cache, 'bin');
  await mkdir(bin);
  await writeFile(path.join(bin, 'npm'), npm);
  await chmod(path.join(bin, 'npm'), 0o755);
  const from = (/** @type {string} */ name) => JSON.stringify(new URL(name, import.meta.url).href);
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', `import { nodeRed, nodeReds } from ${from('./paths.mjs')};
    import { ensureNodeRed } from ${from('./tools.mjs')}; ${code}`],
  { env: { ...process.env, NODELINE_NODE_RED: undefined, ...env, NODELINE_CACHE: cache, PATH: bin }, encoding: 'utf8' });
  return { said: done.stdout, err: done.stderr, asked: () => readFile(path.join(cache, 'asked'), 'utf8'), cache };
}

const name = "console.log(nodeRed().version, nodeRed().node === process.execPath)";

test('NODELINE_NODE_RED names a Node-RED by version or folder; without it the older runs on this Node.js', async (t) => {
  assert.equal((await run(t, name)).said, '4.1.15 true\n');
  assert.equal((await run(t, name, { NODELINE_NODE_RED: '5.0.7' })).said, '5.0.7 false\n');
  assert.equal((await run(t, `process.env.NODELINE_NODE_RED = nodeReds[1].dir; ${name}`)).said, '5.0.7 false\n');
  assert.match((await run(t, name, { NODELINE_NODE_RED: '5' })).err, /names no Node-RED of the tests: 5; they are 4\.1\.15 and 5\.0\.7/);
});

test('the newest Node-RED is installed with its Node.js, and by it', async (t) => {
  const { said, asked, cache } = await run(t, 'for (const host of nodeReds) await ensureNodeRed(host);');
  const lines = (await asked()).replaceAll(cache, '').trim().split('\n');
  assert.match(lines[0] ?? '', / install .* node-red@4\.1\.15$/);
  assert.match(lines[1] ?? '', /^\/bin install .* node-\w+-\w+@24\.[\d.]+$/);
  assert.match(lines[2] ?? '', /^\/node-24\.[\d.]+\/node_modules\/node-\w+-\w+\/bin install .* node-red@5\.0\.7$/);
  assert.match(said, /install Node-RED 5\.0\.7 into \S+node-red-5\.0\.7-node-24/);
});
