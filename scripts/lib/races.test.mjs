// @ts-check
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { goTests } from './count.mjs';
import { failedOfItsTests, failedOfTheirRaces } from './races.mjs';
import { hasCompiler } from './tools.mjs';

const access = (/** @type {string} */ what, /** @type {string[]} */ ...frames) => `${what} at 0x00c0 by goroutine 7:\n${frames.map((f) => `  ${f}()\n      /src/f.go:1 +0x1\n`).join('')}`;
const report = (/** @type {string} */ one, /** @type {string} */ other) => `==================\nWARNING: DATA RACE\n${one}\n${other}\nGoroutine 7 (running) created at:\n  main.main()\n      /src/m.go:2 +0x1\n==================\n`;
const end = '--- FAIL: TestX (0.1s)\n    testing.go:1712: race detected during execution of test\n';
const library = access('Write', 'runtime.closechan', 'go.mau.fi/whatsmeow.(*Client).cancelResponse', 'example.org/ours.Send');
const libraryToo = access('Previous read', 'sync/atomic.LoadInt64', 'go.mau.fi/util/exsync.(*Event).GetChan');
const ours = access('Previous read', 'example.org/ours.(*Line).State', 'go.mau.fi/whatsmeow.(*Client).dispatchEvent');

test('a race is whatsmeow\'s where both of its places are', () => {
  assert.equal(failedOfTheirRaces(report(library, libraryToo) + end), true);
  assert.equal(failedOfTheirRaces(report(library, ours) + end), false);
  assert.equal(failedOfTheirRaces(report(library, libraryToo) + report(ours, library) + end), false);
  assert.equal(failedOfTheirRaces(`${report(library, libraryToo)}--- FAIL: TestX (0.1s)\n    x_test.go:9: 2 messages, want 1\n`), false);
  assert.equal(failedOfTheirRaces('--- FAIL: TestX (0.1s)\n'), false);
  assert.equal(failedOfTheirRaces(report(library, 'Goroutine 8 has no stack') + end), false);
});

test('a package that says more than that its tests failed did not fail of them', () => {
  assert.equal(failedOfItsTests('FAIL\nexit status 1\nFAIL\texample.org/x\t1.2s\n'), true);
  assert.equal(failedOfItsTests('these ways are not in the diagram\nFAIL\nFAIL\texample.org/x\t1.2s\n'), false);
  assert.equal(failedOfItsTests('panic: no\nFAIL\texample.org/x\t1.2s\n'), false);
});

/**
 * A program whose test races the first time that it runs.
 * @param {import('node:test').TestContext} t @param {string} name of its module @param {string} more of its test
 */
async function racing(t, name, more) {
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-races-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await mkdir(path.join(dir, 'x'));
  await writeFile(path.join(dir, 'go.mod'), `module ${name}\n\ngo 1.26\n`);
  await writeFile(path.join(dir, 'x', 'x.go'), 'package x\n\nvar n int\n\n// Race has two goroutines write one number.\nfunc Race() {\n\tdone := make(chan bool)\n\tgo func() { n++; close(done) }()\n\tn++\n\t<-done\n}\n');
  await writeFile(path.join(dir, 'x', 'x_test.go'), `package x\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestFine(t *testing.T) {}\n\nfunc TestRace(t *testing.T) {\n\tif _, err := os.Stat("raced"); err != nil {\n\t\tRace()\n\t\t_ = os.WriteFile("raced", nil, 0o600)\n\t}\n${more}}\n`);
  return dir;
}

test('a test that failed of whatsmeow\'s race is run once more, and shown', { skip: hasCompiler() ? false : 'the race detector needs a C compiler' }, async (t) => {
  const dir = await racing(t, 'go.mau.fi/x', '');
  /** @type {string[]} */ const said = [];
  assert.deepEqual(await goTests(['-race', './...'], { cwd: dir, tell: (line) => { said.push(line); } }), { passed: 2, failed: 0 });
  assert.match(said.join('\n'), /DATA RACE[^]*TestRace once more/);
});

test('no other race is forgiven, nor a test that fails again', { skip: hasCompiler() ? false : 'the race detector needs a C compiler' }, async (t) => {
  const tell = () => undefined;
  assert.deepEqual(await goTests(['-race', './...'], { cwd: await racing(t, 'example.org/x', ''), tell }), { passed: 1, failed: 1 });
  assert.deepEqual(await goTests(['-race', './...'], { cwd: await racing(t, 'go.mau.fi/x', '\tif _, err := os.Stat("raced"); err == nil { t.Fail() }\n'), tell }), { passed: 1, failed: 1 });
});
