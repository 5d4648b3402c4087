// What node-red-dev's score card cannot see or does not look at; the rest of it is a part of `just lint`.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { models } from './dist/units.mjs';

const root = new URL('../', import.meta.url);
const pkg = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const nodes = Object.entries(pkg['node-red'].nodes);

test('names: a scope, a prefix that nobody else has, each type once', () => {
  assert.match(pkg.name, /^@nodeline\//);
  assert.ok(pkg.keywords.includes('node-red'));
  for (const [type, file] of nodes) {
    assert.match(type, /^nodeline-[a-z]+(-[a-z]+)*$/);
    assert.equal(file, file.replace(/[^/]+\/[^/]+$/, `${type.replace('nodeline-', '')}/${type.replace('nodeline-', '')}.js`), 'a folder for each');
  }
});

test('each node registers its own type once, in the runtime and in the editor', () => {
  for (const [type, file] of nodes) {
    const page = readFileSync(new URL(file.replace(/js$/, 'html'), root), 'utf8');
    assert.deepEqual([...page.matchAll(/registerType\("([^"]+)"/g)].map(([, name]) => name), [type]);
    const registered = [];
    const red = { nodes: { registerType: (name) => registered.push(name), createNode() {} }, httpAdmin: { get() {}, post() {} }, auth: { needsPermission: () => () => undefined },
      events: { on() {}, once() {} }, settings: {}, _: (key) => key, log: { warn() {}, error() {} }, library: { register() {} } };
    createRequire(import.meta.url)(fileURLToPath(new URL(file, root)))(red);
    assert.deepEqual(registered, [type]);
  }
});

test('the README has its parts and names every node', () => {
  const readme = readFileSync(new URL('README.md', root), 'utf8');
  for (const part of [/sidecar/, /^## Install/m, /[Uu]nofficial/, /[Ss]andbox/, /LICENSE|MIT/]) assert.match(readme, part);
  for (const [type] of nodes.filter(([type]) => type !== 'nodeline-line')) assert.ok(readme.includes(models[type].title.en), `${type}: ${models[type].title.en}`);
  for (const [, file] of readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) assert.ok(existsSync(new URL(file, root)), file);
});
