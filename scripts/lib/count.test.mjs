// @ts-check
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { goTests, nodeTests } from './count.mjs';

/** A folder with files, removed after the test. @param {import('node:test').TestContext} t @param {Record<string, string>} files */
async function folder(t, files) {
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-count-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(dir, name), text);
  return dir;
}

/** Failures that are meant are not shown. */
const tell = () => undefined;

const goFile = (/** @type {string} */ body) => `package x\n\nimport "testing"\n\n${body}\n`;
const mod = 'module example.org/x\n\ngo 1.26\n';

test('Go tests are counted one by one, failures too', async (t) => {
  const dir = await folder(t, { 'go.mod': mod, 'x_test.go': goFile('func TestA(t *testing.T) {}\nfunc TestB(t *testing.T) { t.Error("no") }') });
  assert.deepEqual(await goTests(['./...'], { cwd: dir, tell }), { passed: 1, failed: 1 });
});

test('a Go package that does not build is a failure, not nothing', async (t) => {
  const dir = await folder(t, { 'go.mod': mod, 'x_test.go': goFile('func TestA(t *testing.T) { undefined() }') });
  const count = await goTests(['./...'], { cwd: dir, tell });
  assert.equal(count.passed, 0);
  assert.ok(count.failed >= 1, `failed: ${count.failed}`);
});

test('a Go package that dies outside its tests is a failure', async (t) => {
  const dir = await folder(t, { 'go.mod': mod, 'x_test.go': goFile('func TestMain(m *testing.M) { panic("dead") }\nfunc TestA(t *testing.T) {}') });
  assert.ok((await goTests(['./...'], { cwd: dir, tell })).failed >= 1);
});

test('Node tests are counted, and a file that cannot load is a failure', async (t) => {
  const head = "import { test } from 'node:test';\n";
  const dir = await folder(t, { 'a.test.mjs': `${head}test('a', () => {}); test('b', () => { throw new Error('no'); });`, 'c.test.mjs': 'throw new Error("dead");' });
  assert.deepEqual(await nodeTests([path.join(dir, 'a.test.mjs')], {}, tell), { passed: 1, failed: 1 });
  assert.ok((await nodeTests([path.join(dir, 'c.test.mjs')], {}, tell)).failed >= 1);
});

test('no test file at all is an error', async () => {
  await assert.rejects(nodeTests([]), /no test file/);
});
