// What a trigger keeps, and what it gives for an event.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CursorFile, fileOf, forgetNode, isDeployed, messageOf } from './dist/units.mjs';

const at = '2026-05-01T10:00:00Z';
const fresh = () => mkdtempSync(path.join(tmpdir(), 'nodeline-cursors-'));
const names = (dir) => readdirSync(path.join(dir, '.nodeline-cursors')).sort();

test('a place is kept per node and line', () => {
  const dir = fresh();
  const file = new CursorFile(dir, 'n1', 'shop');
  assert.equal(file.read(), undefined);
  file.write({ cursor: 7, at });
  assert.deepEqual(new CursorFile(dir, 'n1', 'shop').read(), { cursor: 7, at });
  file.write({ cursor: 8, id: 'evt_8', at });
  assert.deepEqual(new CursorFile(dir, 'n1', 'shop').read(), { cursor: 8, id: 'evt_8', at });
  assert.equal(new CursorFile(dir, 'n1', 'clinic').read(), undefined);
  assert.equal(new CursorFile(dir, 'n2', 'shop').read(), undefined);
});

test('a node of any id has a file of its own inside the folder, and is forgotten alone', () => {
  const dir = fresh();
  const ids = ['n1', 'N1', '../../up', 'a/b', 'узел', 'n'.repeat(300), 'inst-inner', 'inst', 'n1-x', ''];
  for (const [i, id] of ids.entries()) new CursorFile(dir, id, 'shop').write({ cursor: i, at });
  new CursorFile(dir, 'n1', 'clinic').write({ cursor: 99, at });
  assert.equal(names(dir).length, ids.length + 1);
  assert.deepEqual(readdirSync(dir), ['.nodeline-cursors']);
  for (const [i, id] of ids.entries()) assert.equal(new CursorFile(dir, id, 'shop').read().cursor, i);
  forgetNode(dir, 'n1');
  assert.equal(names(dir).length, ids.length - 1);
  assert.equal(new CursorFile(dir, 'n1', 'clinic').read(), undefined);
  assert.equal(new CursorFile(dir, 'n1-x', 'shop').read().cursor, ids.indexOf('n1-x'));
  forgetNode(fresh(), 'n1'); // where nothing was ever kept
});

const fileIn = (dir) => path.join(dir, '.nodeline-cursors', 'n1.shop.json');

test('a file that holds no place is told of, and written over', () => {
  const dir = fresh();
  new CursorFile(dir, 'n1', 'shop').write({ cursor: 1, at });
  for (const text of ['{"turn":', '{"turn":1,"cursor":"7","at":"2026-05-01T10:00:00Z","end":1}', '{"turn":1,"cursor":7,"end":1}', '{"turn":2,"cursor":7,"at":"2026-05-01T10:00:00Z","end":1}', 'null']) {
    writeFileSync(fileIn(dir), text);
    assert.throws(() => new CursorFile(dir, 'n1', 'shop').read(), `${text} is a place`);
    new CursorFile(dir, 'n1', 'shop').write({ cursor: 2, at });
    assert.equal(new CursorFile(dir, 'n1', 'shop').read().cursor, 2);
  }
});

test('cut at any byte of a write, the file holds the place of before or of now', () => {
  const dir = fresh();
  const one = new CursorFile(dir, 'n1', 'shop');
  const kept = [];
  for (const cursor of [998, 999, 1000, 1001, 7]) { // 7: another log
    one.write({ cursor, id: `evt_${cursor}`, at });
    kept.push(readFileSync(fileIn(dir)));
  }
  for (let step = 1; step < kept.length; step++) {
    const [before, after] = [kept[step - 1], kept[step]];
    writeFileSync(fileIn(dir), before);
    const old = new CursorFile(dir, 'n1', 'shop').read();
    writeFileSync(fileIn(dir), after);
    const now = new CursorFile(dir, 'n1', 'shop').read();
    assert.notDeepEqual(now, old);
    const from = step % 2 ? 0 : 256; // the slot that was written
    for (let cut = 0; cut <= 256; cut++) {
      const torn = Buffer.from(before);
      after.copy(torn, from, from, from + cut);
      writeFileSync(fileIn(dir), torn, { flag: 'r+' });
      const read = new CursorFile(dir, 'n1', 'shop').read();
      assert.ok([old, now].some((place) => JSON.stringify(place) === JSON.stringify(read)), `step ${step}, cut ${cut}: ${JSON.stringify(read)}`);
    }
  }
});

test('a process that is killed while it writes leaves the place of before or of now', { timeout: 60000 }, async () => {
  const dir = fresh();
  const units = fileURLToPath(new URL('./dist/units.mjs', import.meta.url));
  const writes = `
    const { CursorFile } = await import(${JSON.stringify(units)});
    const file = new CursorFile(${JSON.stringify(dir)}, 'n1', 'shop');
    for (let cursor = (file.read()?.cursor ?? 0) + 1; ; cursor++) {
      file.write({ cursor, id: 'evt_' + cursor, at: ${JSON.stringify(at)} });
      if (cursor % 1000 === 0) process.stdout.write(cursor + '\\n');
    }`;
  let known = 0;
  for (let round = 0; round < 12; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', writes], { stdio: ['ignore', 'pipe', 'inherit'] });
    const told = await new Promise((resolve) => { child.stdout.once('data', (data) => resolve(Number(String(data).trim().split('\n').at(-1)))); });
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const { cursor, id } = new CursorFile(dir, 'n1', 'shop').read();
    assert.ok(cursor >= told && cursor > known, `after ${told} and ${known} it stands at ${cursor}`);
    assert.equal(id, `evt_${cursor}`);
    known = cursor;
  }
});

test('a folder that cannot be written is told of', () => {
  const dir = path.join(fresh(), 'file');
  writeFileSync(dir, '');
  assert.throws(() => new CursorFile(dir, 'n1', 'shop').write({ cursor: 1, at }));
});

test('a node is deployed where it, or the template of its subflow with the instance, is in the flows', () => {
  const red = (...ids) => ({ nodes: { eachNode: (each) => ids.forEach((id) => each({ id })) } });
  assert.equal(isDeployed(red('a', 'b'), 'b'), true);
  assert.equal(isDeployed(red('a'), 'b'), false);
  assert.equal(isDeployed(red('inst', 'inner'), 'inst-inner'), true);
  assert.equal(isDeployed(red('inner'), 'inst-inner'), false, 'the instance was deleted');
  assert.equal(isDeployed(red('inst'), 'inst-inner'), false, 'the template lost it');
  assert.equal(isDeployed(red('outer-1', 'middle-2', 'inner-3'), 'outer-1-middle-2-inner-3'), true);
  assert.equal(isDeployed(red('outer-1', 'inner-3'), 'outer-1-middle-2-inner-3'), false);
});

const anna = { phone: '+79123456789', lid: '1@lid', jid: '1@lid' };
const event = (kind, part) => ({ sandbox: false, id: 'evt_1', cursor: 3, line: 'l', kind, at, subscription: 'f1', ...part });

test('what an event becomes: who, what, and the whole of it', () => {
  const written = messageOf(event('message.incoming', { message: { id: 'A', chat: anna, from: anna, kind: 'text', text: 'да', at } }));
  assert.deepEqual(written, {
    topic: 'message.incoming', payload: 'да', chat: anna, phone: anna.phone, eventId: 'evt_1', sandbox: false,
    event: { sandbox: false, id: 'evt_1', cursor: 3, line: 'l', kind: 'message.incoming', at, message: { id: 'A', chat: anna, from: anna, kind: 'text', text: 'да', at } },
  });
  const of = (kind, part) => {
    const { payload, phone } = messageOf(event(kind, part));
    return [payload, phone];
  };
  const group = { jid: '120@g.us' };
  assert.deepEqual(of('message.incoming', { message: { chat: group, from: anna, kind: 'image' } }), ['', '120@g.us'], 'a group is answered in the group');
  assert.deepEqual(of('message.incoming', { message: { chat: { lid: '1@lid', jid: '1@lid' }, kind: 'text', text: '0' } }), ['0', '1@lid'], 'a person without a number by the LID');
  assert.deepEqual(of('message.edited', { edited: { chat: anna, text: 'нет' } }), ['нет', anna.phone]);
  for (const [kind, name] of [['message.deleted', 'deleted'], ['message.reaction', 'reaction'], ['message.status', 'status'], ['message.undelivered', 'status'], ['call.incoming', 'call']]) {
    const part = { id: 'A', chat: anna };
    assert.deepEqual(of(kind, { [name]: part }), [part, anna.phone], kind);
  }
  assert.deepEqual(of('group.changed', { group: { group, subject: 'Двор' } }), [{ group, subject: 'Двор' }, '120@g.us']);
  assert.deepEqual(of('number.changed', { number: { before: group, after: anna } })[1], anna.phone);
  assert.deepEqual(of('line.state', { state: { id: 'l', state: 'connected' } }), [{ id: 'l', state: 'connected' }, undefined]);
});

/** A line whose sidecar answers as a test says. */
function lineOf({ bytes = 'file', fails } = {}) {
  const calls = [];
  return {
    line: 'l', calls,
    call: async (method, params) => { calls.push([method, params.mediaId]); if (fails?.call) throw fails.call; return { url: 'new', urlExpiresAt: new Date(Date.now() + 86400_000).toISOString() }; },
    download: async (link) => { calls.push(['download', link]); if (fails?.download) throw fails.download; return new TextEncoder().encode(bytes); },
  };
}
const failure = (code) => Object.assign(new Error(`said ${code}`), { code, hint: 'do' });
const withMedia = (expiresInMs) => event('message.incoming', {
  message: { chat: anna, kind: 'image', media: { mediaId: 'med_1', kind: 'image', mime: 'image/png', size: 4, url: 'old', urlExpiresAt: new Date(Date.now() + expiresInMs).toISOString() } },
});
const { signal } = new AbortController();

test('a file has a link that works, renewed where it ended meanwhile', async () => {
  const good = lineOf();
  assert.equal((await fileOf(good, withMedia(3600_000), false, signal)).url, 'old');
  assert.deepEqual(good.calls, []);
  const line = lineOf();
  const old = withMedia(-1);
  const file = await fileOf(line, old, false, signal);
  assert.deepEqual([file.url, old.message.media.url], ['new', 'new']);
  assert.deepEqual([line.calls, 'data' in file], [[['media.get', 'med_1']], false]);
  assert.equal(await fileOf(line, event('message.incoming', { message: { chat: anna, kind: 'text' } }), true, signal), undefined);
});

test('the file itself comes where it is wanted; what cannot be had is told, what can later is waited for', async () => {
  const file = await fileOf(lineOf(), withMedia(-1), true, signal);
  assert.ok(Buffer.isBuffer(file.data));
  assert.equal(String(file.data), 'file');
  for (const fails of [{ call: failure('media_not_found') }, { download: failure('file_too_large') }]) {
    const told = await fileOf(lineOf({ fails }), withMedia(-1), true, signal);
    const [{ code, message, hint }] = Object.values(fails);
    assert.deepEqual(told.error, { code, message, hint });
    assert.equal(told.mime, 'image/png');
  }
  await assert.rejects(fileOf(lineOf({ fails: { download: failure('sidecar_unreachable') } }), withMedia(3600_000), true, signal), { code: 'sidecar_unreachable' });
  await assert.rejects(fileOf(lineOf({ fails: { call: new Error('a mistake of ours') } }), withMedia(-1), true, signal));
});
