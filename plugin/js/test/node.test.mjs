// @ts-check
import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { brokenGuest, differences, dist, inputOf, validatorWith, vectors, wasm } from './files.mjs';

/** @type {typeof import('../src/index.ts')} */
const { loadValidator } = await import(pathToFileURL(path.join(dist, 'index.js')).href);
const cases = await vectors();
const bytes = await wasm();
/** @type {import('../src/index.ts').Validator} */
let validator;
before(async () => {
  validator = await loadValidator(new Uint8Array(bytes));
});

const good = { line: 'north', key: 'k1', chat: '+79123456789', text: 'ok' };

describe('vectors in Node', () => {
  const guest = cases.filter(({ layer }) => layer === 'guest');
  test('there are enough of them', () => assert.ok(guest.length >= 80));
  for (const one of guest) {
    test(one.name, () => {
      const got = validator.judgeText(one.method, inputOf(one), one.lang ?? 'en');
      assert.deepEqual(differences(one, got), []);
    });
  }
});

test('numbers of the layer sidecar pass by their form', () => {
  const numbers = cases.filter(({ layer }) => layer === 'sidecar');
  assert.ok(numbers.length > 0);
  for (const one of numbers) {
    const got = validator.judgeText(one.method, inputOf(one), 'en');
    assert.ok(got.ok, `${one.name}: ${JSON.stringify(got)}`);
  }
});

test('a value is judged like its text', () => {
  assert.deepEqual(validator.judge('message.sendText', good, 'ru'), { ok: true, issues: [], warnings: [] });
  assert.deepEqual(validator.judge('line.list', undefined, 'en').issues, []);
  const { issues } = validator.judge('message.sendText', { ...good, text: 'я'.repeat(4097) }, 'ru');
  assert.deepEqual(issues, [{
    field: 'text', label: 'Сообщение', rule: 'max', limit: 4096, actual: 4097,
    message: 'Поле «Сообщение» слишком длинное: 4097 символов, можно не больше 4096.',
  }]);
});

test('a text cut within an emoji is refused', () => {
  assert.equal(validator.judge('message.sendText', { ...good, text: '😀'.slice(0, 1) }, 'en').issues[0]?.rule, 'utf8');
});

test('an odd method is unknown, and an endless one an error', () => {
  assert.equal(validator.judge('a"},"x":{', good, 'en').issues[0]?.rule, 'unknown_method');
  assert.throws(() => validator.judgeText('m'.repeat(70_000), '{}', 'en'), RangeError);
  assert.ok(validator.judge('message.sendText', good, 'en').ok);
});

test('memory may grow between calls', () => {
  for (let i = 0; i < 300; i++) {
    const nested = JSON.stringify({ x: Array.from({ length: 20_000 }, () => [0]).slice(0, 15_000) });
    assert.equal(validator.judgeText('message.sendText', nested, 'en').issues[0]?.rule, 'unknown_field');
  }
  assert.ok(validator.judge('message.sendText', good, 'en').ok);
});

// A guest that panics is left in a state in which it may go on answering "ok".
test('after a trap the next call runs on a fresh instance', async () => {
  const module = await WebAssembly.compile(new Uint8Array(await brokenGuest()));
  const broken = await loadValidator(module);
  const { Instance } = WebAssembly;
  let fresh = 0;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, args) {
      fresh++;
      return Reflect.construct(target, args);
    },
  });
  try {
    assert.ok(broken.judge('fine', {}, 'en').ok);
    assert.equal(fresh, 0);
    for (const [i, how] of ['panic', 'hang', 'outside', 'garbage', 'lie'].entries()) {
      assert.throws(() => broken.judge(how, {}, 'en'), Error, how);
      assert.ok(broken.judge('fine', {}, 'en').ok);
      assert.equal(fresh, i + 1, `${how}: an instance was kept`);
    }
  } finally {
    WebAssembly.Instance = Instance;
  }
});

test('a call ends when its fuel is used up, and the next one has its own', async () => {
  const short = await loadValidator(new Uint8Array(await validatorWith(100_000)));
  for (let i = 0; i < 50; i++) assert.ok(short.judge('message.sendText', good, 'en').ok);
  assert.throws(() => short.judgeText('message.sendText', `{"x":[${'0,'.repeat(30_000)}0]}`, 'en'), WebAssembly.RuntimeError);
  assert.ok(short.judge('message.sendText', good, 'en').ok);
});

test('a module that may run without end is refused', async () => {
  await assert.rejects(loadValidator(new Uint8Array(await brokenGuest(false))), /without end/);
});

test('what a page loads is small', async () => {
  const { size } = await stat(path.join(dist, 'validator.global.js'));
  assert.ok(size < 3072, `${size} bytes`);
  assert.match(await readFile(path.join(dist, 'validator.global.js'), 'utf8'), /^"use strict";var nodelineValidator=/);
});
