// @ts-check
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { freePort } from './http.mjs';
import { Part } from './part.mjs';
import { until } from './until.mjs';

/** @param {import('node:test').TestContext} t @param {string} code */
async function part(t, code) {
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-part-'));
  const made = new Part('sample', process.execPath, ['-e', code], { log: path.join(dir, 'log') });
  t.after(async () => { await made.kill(); await rm(dir, { recursive: true, force: true }); });
  return made;
}

const alive = (/** @type {number} */ pid) => {
  try { process.kill(pid, 0); return true; } catch { return false; }
};

test('stopping a part ends what it started as well', async (t) => {
  const child = "const c = require('child_process').spawn(process.execPath, ['-e', \"process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6)\"], { stdio: 'inherit' })";
  const made = await part(t, `${child}; console.log('child ' + c.pid); setInterval(() => {}, 1e6);`);
  const pid = Number(await until('the grandchild is there', () => /child (\d+)/.exec(made.tail())?.[1]));
  assert.ok(alive(pid));
  await made.stop();
  await made.stop();
  await until('the grandchild is gone', () => !alive(pid));
});

test('a part that ends by itself says how, and keeps its last words', async (t) => {
  const made = await part(t, "console.log('first'); console.error('last words'); process.exit(3)");
  await made.exit;
  assert.equal(made.ended, 'exit code 3');
  assert.match(made.tail(1), /last words/);
  assert.equal(made.stopping, false);
});

test('a program that is not there ends the part', async (t) => {
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-part-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const made = new Part('none', path.join(dir, 'no-such-program'), [], { log: path.join(dir, 'log') });
  await made.exit;
  assert.match(made.ended ?? '', /ENOENT/);
  await made.stop();
});

test('a taken port is replaced by a free one', async () => {
  const { createServer } = await import('node:net');
  const taken = createServer();
  await new Promise((resolve) => taken.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = taken.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  const got = await freePort(port);
  taken.close();
  assert.ok(got > 0 && got !== port);
});

test('waiting ends with the last reason', async () => {
  await assert.rejects(until('the door opens', () => { throw new Error('locked'); }, { timeout: 50 }), /the door opens: not within 0.05 s; last: locked/);
});
