// The package as it is published: complete, and its examples fit its nodes.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { caseOf, models, portsOf } from './dist/units.mjs';

const root = new URL('../', import.meta.url);
const read = (name) => readFile(new URL(name, root), 'utf8');
const json = async (name) => JSON.parse(await read(name));
const nodes = Object.entries((await json('package.json'))['node-red'].nodes);

/** What Node-RED itself stores of a node, and every node of ours. */
const always = ['id', 'type', 'z', 'g', 'name', 'line', 'x', 'y', 'wires', 'outputs'];

/** The properties that a node may store: those of its case. */
function properties(node) {
  const model = models[node.type];
  const fields = caseOf(model, node).fields.flatMap(({ param }) => [param, `${param}Type`, `${param}Unit`]);
  return new Set([...always, ...[model.chooser, model.switch].flatMap((one) => (one ? [one.param] : [])), ...fields]);
}

const outputsOf = (node) => portsOf(caseOf(models[node.type], node), node).length;

test('the nodes of the package are those that are built, each of the catalogue\'s, in its order', async () => {
  const built = (await readdir(new URL('dist/', root))).map((name) => `nodeline-${name}`);
  assert.deepEqual(nodes.map(([type]) => type).toSorted(), built.toSorted());
  for (const [type, file] of nodes) assert.equal(file, `dist/${type.replace('nodeline-', '')}/${type.replace('nodeline-', '')}.js`);
  const order = ['nodeline-line', ...Object.keys(models)];
  assert.deepEqual(nodes.map(([type]) => type), order.filter((type) => built.includes(type)));
});

test('every example fits the nodes, and together they show each of them', async () => {
  const shown = new Set();
  for (const name of await readdir(new URL('examples/', root))) {
    const flow = await json(`examples/${name}`);
    const ids = new Set(flow.map(({ id }) => id));
    assert.equal(ids.size, flow.length, `${name}: an id is used twice`);
    for (const node of flow) {
      shown.add(node.type);
      for (const target of (node.wires ?? []).flat()) assert.ok(ids.has(target), `${name}: ${node.id} is wired to nothing`);
      if (node.type.startsWith('nodeline-') && node.type !== 'nodeline-line') {
        assert.equal(flow.find(({ id }) => id === node.line)?.type, 'nodeline-line', `${name}: ${node.id} has no line`);
        assert.equal(node.wires.length, outputsOf(node), `${name}: outputs of ${node.id}`);
        assert.equal(node.outputs ?? node.wires.length, node.wires.length, `${name}: ${node.id}`);
        const known = properties(node);
        assert.deepEqual(Object.keys(node).filter((key) => !known.has(key)), [], `${name}: ${node.id} stores what its dialog does not show`);
      }
      assert.equal('credentials' in node, false, `${name}: ${node.id} carries credentials`);
    }
  }
  assert.deepEqual(nodes.map(([type]) => type).filter((type) => !shown.has(type)), [], 'each node is in an example');
});

test('both languages say the same things, in texts and in help', async () => {
  const keys = (value, path = '') => (typeof value === 'object' ? Object.entries(value).flatMap(([key, inner]) => keys(inner, `${path}.${key}`)) : [path]);
  const places = (text) => [...text.matchAll(/__\w+__/g)].map(String).sort();
  const flat = (value) => (typeof value === 'object' ? Object.values(value).flatMap(flat) : [value]);
  for (const [type, file] of nodes) {
    const of = (locale, kind) => file.replace(/([^/]+)\.js$/, `locales/${locale}/$1.${kind}`);
    const [en, ru] = await Promise.all(['en-US', 'ru'].map((locale) => json(of(locale, 'json'))));
    assert.deepEqual(keys(ru), keys(en), type);
    assert.deepEqual(flat(ru).map(places), flat(en).map(places), type);
    for (const text of flat(ru)) assert.match(text, /[а-яё]/i, type);
    for (const locale of ['en-US', 'ru']) {
      const help = await read(of(locale, 'html'));
      assert.match(help, new RegExp(`data-help-name="${type}"`));
      assert.equal(help.match(/<(dl|ol|ul|p|h3|li|dt|dd)>/g)?.length, help.match(/<\/(dl|ol|ul|p|h3|li|dt|dd)>/g)?.length
        - (help.match(/<(dl|ol|dt|dd) /g)?.length ?? 0), `${type} ${locale}: tags`);
    }
  }
});

test('what npm would publish is whole and nothing more', async () => {
  const { spawnSync } = await import('node:child_process');
  const done = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: fileURLToPath(root), encoding: 'utf8' });
  const files = JSON.parse(done.stdout)[0].files.map(({ path }) => path);
  for (const [type, file] of nodes) {
    assert.ok(files.includes(file), file);
    assert.ok(files.includes(file.replace(/js$/, 'html')), `${type}: the editor's half`);
    assert.ok(files.includes(file.replace(/[^/]+$/, `icons/${type}.svg`)), `${type}: icon`);
    assert.match(await read(file.replace(/js$/, 'html')), new RegExp(`registerType\\("${type}"`), 'found by Node-RED\'s scanners');
  }
  assert.ok(files.includes('resources/validator.wasm'));
  for (const file of files) assert.match(file, /^(dist|resources|examples)\/|^(package\.json|README\.md|LICENSE|THIRD_PARTY_LICENSES\.txt)$/);
  assert.equal((await json('package.json')).dependencies, undefined, 'everything is inside');
});

test('the editor loads the validator that the sidecar embeds, byte for byte', async () => {
  const [ours, embedded] = await Promise.all(['resources/validator.wasm', '../../plugin/host/dist/validator.wasm'].map((name) => readFile(new URL(name, root))));
  assert.ok(ours.equals(embedded));
});

test('the demo\'s flow asks in words of msg, once natively, and says so, once in the default way', async () => {
  const flow = await json('examples/confirm-a-visit.json');
  const asks = flow.filter(({ type }) => type === 'nodeline-send-buttons');
  assert.deepEqual(asks.map(({ rendering }) => rendering).sort(), ['auto', 'native']);
  for (const ask of asks) {
    assert.match(ask.body, /payload\.name.*payload\.date/, `${ask.id}: the question`);
    assert.deepEqual([ask.chatType, ask.chat], ['msg', 'payload.phone'], `${ask.id}: the phone`);
  }
  assert.ok(flow.some(({ type, name }) => type === 'comment' && /native.*may show nothing/.test(name)));
  for (const { payload } of flow.filter(({ type }) => type === 'inject')) assert.match(payload, /"name": "[А-Я].*"phone": "8 9/);
});
