// @ts-check
// The gate on node-red-dev's score card, by packages that it must not pass.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { scorecard } from './scorecard.mjs';

const good = {
  name: '@a-scope/a-package', version: '1.0.0', license: 'MIT', keywords: ['node-red'], repository: { type: 'git', url: 'https://example.com/a.git' },
  engines: { node: '>=18.5' }, 'node-red': { version: '>=3.1.0', nodes: { 'a-node': 'a.js' } },
};
const page = "<script type=\"text/javascript\">RED.nodes.registerType('a-node', { category: 'x', defaults: {} });</script>";
const shown = [{ id: 'a', type: 'a-node' }];

/** Why a package does not pass. @param {import('node:test').TestContext} t @param {object} [changes] of package.json @param {{page?: string, example?: object[]}} [files] */
async function refused(t, changes = {}, files = {}) {
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-card-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await mkdir(path.join(dir, 'examples'));
  await writeFile(path.join(dir, 'package.json'), JSON.stringify({ ...good, ...changes }));
  await writeFile(path.join(dir, 'a.js'), '');
  await writeFile(path.join(dir, 'a.html'), files.page ?? page);
  await writeFile(path.join(dir, 'examples', 'a.json'), JSON.stringify(files.example ?? shown));
  return scorecard(dir).then(() => '', (err) => err.message);
}

test('a package that does everything right passes', async (t) => {
  assert.equal(await refused(t), '');
});

test('what the card says no to is named', async (t) => {
  assert.match(await refused(t, { license: undefined }), /P01: /);
  assert.match(await refused(t, { engines: { node: '>=24' } }), /P07: /);
  assert.match(await refused(t, {}, { example: [{ id: 'a', type: 'inject' }] }), /N02: /);
});

test('what it passes over is no pass', async (t) => {
  assert.match(await refused(t, {}, { page: 'no script at all' }), /N02: no word of a-node/);
  assert.match(await refused(t, { 'node-red': { ...good['node-red'], version: '>=5' } }), /P06: not for each .*5\.0\.7/);
});
