import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { environment, hostId, instanceId, keyFor, tokensFor, withRetry } from './dist/units.mjs';

async function folder(t) {
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-unit-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test('a stored token goes to its own sidecar only', async (t) => {
  const dir = await folder(t);
  const tokenFile = path.join(dir, 'token');
  await writeFile(tokenFile, 'admin\n');
  const env = { url: 'http://127.0.0.1:7450', tokenFile };
  const stored = { url: 'http://127.0.0.1:7450', token: 'line' };
  const tokens = (typed, url, known = stored, where = env) => tokensFor(typed, url, known, where);
  assert.deepEqual(await tokens('typed ', 'http://evil.test'), ['typed']);
  assert.deepEqual(await tokens('__PWRD__', 'ws://127.0.0.1:7450/'), ['line', 'admin']);
  assert.deepEqual(await tokens('__PWRD__', 'https://evil.test'), []);
  assert.deepEqual(await tokens('__PWRD__', 'http://127.0.0.1:7451'), []);
  assert.deepEqual(await tokens('', 'http://127.0.0.1:7450'), ['admin']);
  assert.deepEqual(await tokens('', 'https://evil.test'), []);
  assert.deepEqual(await tokens('__PWRD__', 'http://127.0.0.1:7450', { ...stored, token: '' }, { ...env, tokenFile: path.join(dir, 'none') }), []);
});

test('the environment names the sidecar; its default is loopback', () => {
  assert.deepEqual(environment({}), { url: 'http://127.0.0.1:7450', tokenFile: undefined });
  assert.deepEqual(environment({ NODELINE_URL: 'https://x.test', NODELINE_TOKEN_FILE: '/t' }), { url: 'https://x.test', tokenFile: '/t' });
});

test('an installation keeps its id, and another has another', async (t) => {
  const [one, two] = [await folder(t), await folder(t)];
  const id = instanceId(one);
  assert.equal(instanceId(one), id);
  assert.notEqual(instanceId(two), id);
  const file = path.join(one, '.nodeline-instance');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await readFile(file, 'utf8')).trim(), id);
  await writeFile(file, 'junk');
  assert.throws(() => instanceId(one), /instance id/);
});

test('a host id has the form of a key, subflow nodes included', () => {
  assert.match(hostId('0123', 'a1b2.c3/d4'), /^nr-0123-a1b2\.c3-d4$/);
  assert.ok(hostId('x', 'y'.repeat(300)).length <= 128);
});

test('a message that comes back after an uncertain failure keeps its key', () => {
  const key = keyFor('n1', { _msgid: 'm' });
  assert.notEqual(keyFor('n1', { _msgid: 'm' }), key);
  const back = withRetry('n1', key, { _msgid: 'm', nodeline: { status: 'unknown' } }, { code: 'send_unknown' });
  assert.deepEqual(back.nodeline, { status: 'unknown', retry: { node: 'n1', key } });
  assert.equal(keyFor('n1', back), key);
  assert.notEqual(keyFor('n2', back), key, 'another node sends another message');
  const certain = withRetry('n1', key, back, { code: 'invalid_phone' });
  assert.notEqual(keyFor('n1', certain), key, 'what surely failed is sent anew');
});
