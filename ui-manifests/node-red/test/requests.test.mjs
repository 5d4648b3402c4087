// Every case of every node over the generated models: requests become settings and the same
// requests again, by the sidecar's own rules.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { loadValidator } from '../../../plugin/js/dist/index.js';
import { examples } from '../../../schema/examples/examples.mjs';
import { Filling, models } from './dist/units.mjs';
import { nodeOf, redOf } from './red.mjs';
import { settingsOf } from './settings.mjs';

const root = new URL('../../../', import.meta.url);
const validator = await loadValidator(await readFile(new URL('plugin/host/dist/validator.wasm', root)));

/** Every case that calls a method. */
const all = Object.values(models).flatMap((model) => model.cases.filter(({ method }) => method).map((one) => ({ model, one })));

/** The node's own choices that make it do this. */
const choice = ({ chooser, switch: turned }, one) => ({ ...(chooser ? { [chooser.param]: one.id } : {}), ...(turned ? { [turned.param]: one.on } : {}) });

/** A request without what the node fills in or always says. */
function asked(one, request) {
  const left = structuredClone(request);
  for (const name of ['line', ...one.minted]) delete left[name];
  for (const [name, value] of Object.entries(one.fixed ?? {})) if (JSON.stringify(left[name]) === JSON.stringify(value)) delete left[name];
  return left;
}

/** What is left of an object where nothing is. */
const isEmpty = (value) => value === undefined || (typeof value === 'object' && value !== null && Object.values(value).every(isEmpty));

/** The request that settings make of themselves, undefined where no field can say all of it. */
async function around({ model, one }, request) {
  const wanted = asked(one, request);
  const { settings, left } = settingsOf(one.fields, wanted);
  if (!isEmpty(left)) return undefined;
  const got = await new Filling(redOf(), nodeOf(), { ...choice(model, one), ...settings }, model).params({ _msgid: 'm' });
  return { got, wanted: { ...wanted, ...one.fixed } };
}

test('every example becomes settings and the same request again', async () => {
  const offered = new Set(all.map(({ one }) => one.method));
  const expressed = new Set();
  for (const [i, { method, request }] of (await examples()).entries()) {
    if (!offered.has(method)) continue;
    let count = 0;
    for (const entry of all.filter(({ one }) => one.method === method)) {
      const both = await around(entry, request);
      if (!both) continue;
      assert.deepEqual(both.got, both.wanted, `example ${i}, ${entry.model.type} ${entry.one.id}`);
      count++;
      expressed.add(method);
    }
    assert.ok(count > 0, `example ${i}: no node can express it: ${method}`);
  }
  assert.deepEqual([...offered].filter((method) => !expressed.has(method)), [], 'every method has an example');
});

/** A request without blanks, what says the same as its absence, and of a reference what does not name the message. */
function isPlain(one, request) {
  const absent = new Map(one.fields.map((field) => [field.path, field.absent]));
  const references = one.fields.filter(({ control }) => control === 'message').map(({ path }) => path);
  const plain = (value, path) => {
    if (path && value === absent.get(path)) return false;
    if (references.includes(path)) return value && Object.keys(value).every((name) => name === 'messageId') && value.messageId.trim() === value.messageId;
    if (typeof value === 'string') return value.trim() === value && value !== '';
    if (typeof value !== 'object' || value === null) return value !== null;
    // An id alone names nothing: what has no text is left out.
    if (Array.isArray(value)) return value.length > 0 && value.every((item) => plain(item, '') && (typeof item !== 'object' || Object.keys(item).some((name) => name !== 'id')));
    return Object.keys(value).length > 0 && Object.entries(value).every(([name, inner]) => plain(inner, path ? `${path}.${name}` : name));
  };
  return plain(request, '');
}

test('so does every vector that a person can write', async () => {
  const folder = new URL('schema/vectors/', root);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const lists = await Promise.all(names.map(async (name) => JSON.parse(await readFile(new URL(name, folder), 'utf8'))));
  const vectors = lists.flat().filter(({ layer, ok, params }) => layer === 'guest' && ok && params && !JSON.stringify(params).includes('"$'));
  const expressed = new Set();
  for (const { name, method, params } of vectors) {
    for (const entry of all.filter(({ one }) => one.method === method)) {
      if (!isPlain(entry.one, asked(entry.one, params))) continue;
      const both = await around(entry, params);
      if (!both) continue;
      const what = `${name}: ${entry.model.type} ${entry.one.id}`;
      assert.deepEqual(both.got, both.wanted, what);
      const minted = Object.fromEntries(['line', ...entry.one.minted].filter((field) => field in params).map((field) => [field, params[field]]));
      assert.deepEqual(validator.judge(method, { ...both.got, ...minted }, 'en').issues, [], what);
      expressed.add(name);
    }
  }
  assert.ok(expressed.size > 250, `${expressed.size} of them`);
});
