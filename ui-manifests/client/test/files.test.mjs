// Files over HTTP, against a server that answers as a sidecar does and as it never should.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { downloadFile, limits, uploadFile } from '../dist/index.js';

/** A server that ends with the test, and what it was asked. */
async function listen(t, answer) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    asked.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(parts).toString() });
    answer(request, response);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => { server.closeAllConnections(); server.close(); });
  return { asked, target: { url: `http://127.0.0.1:${server.address().port}`, token: 'secret', lang: 'en' } };
}

const bytes = new TextEncoder().encode('Hello');
const json = (status, body) => (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test('an upload carries line, name, type and token, and gives what the sidecar knows of the file', async (t) => {
  const { asked, target } = await listen(t, json(201, { mediaId: 'med_1', mime: 'application/pdf' }));
  assert.equal((await uploadFile(target, { line: 'north', name: 'Счёт 1.pdf', mime: 'application/pdf', bytes })).mediaId, 'med_1');
  const [{ method, url, headers, body }] = asked;
  assert.deepEqual([method, new URL(url, 'http://x').pathname, body], ['POST', '/media', 'Hello']);
  assert.deepEqual(Object.fromEntries(new URL(url, 'http://x').searchParams), { line: 'north', name: 'Счёт 1.pdf' });
  assert.deepEqual([headers.authorization, headers['content-type'], headers['accept-language']], ['Bearer secret', 'application/pdf', 'en']);
});

test('a refusal is the sidecar\'s own, and what is no sidecar is unreachable', async (t) => {
  const refusing = await listen(t, json(507, { jsonrpc: '2.0', id: null, error: { code: -32148, message: 'full', data: { code: 'media_full', message: 'There is no more room for files.' } } }));
  await assert.rejects(uploadFile(refusing.target, { line: 'north', name: '', bytes }), { code: 'media_full', message: 'There is no more room for files.' });
  for (const answer of [json(200, { hello: 'world' }), (_, response) => response.writeHead(502).end('<html>')]) {
    const { target } = await listen(t, answer);
    await assert.rejects(uploadFile(target, { line: 'north', name: '', bytes }), { code: 'sidecar_unreachable' });
  }
});

test('what no sidecar takes is not sent', async (t) => {
  const { asked, target } = await listen(t, json(201, {}));
  await assert.rejects(uploadFile(target, { line: 'north', name: '', bytes: new Uint8Array(limits.documentMaxBytes + 1) }), { code: 'file_too_large' });
  await assert.rejects(uploadFile(target, { line: 'north', name: '', bytes: new Uint8Array() }), { code: 'file_empty' });
  assert.equal(asked.length, 0);
});

test('a download goes to the sidecar that the target names, without its token', async (t) => {
  const { asked, target } = await listen(t, (_, response) => response.end('Hello'));
  const got = await downloadFile(target, 'https://elsewhere.example/wa/media/north/med_1?until=1&sig=x', 5);
  assert.equal(Buffer.from(got).toString(), 'Hello');
  assert.equal(asked[0].url, '/media/north/med_1?until=1&sig=x');
  assert.equal(asked[0].headers.authorization, undefined);
});

test('a file that is too large is refused: before it comes, and while it comes', { timeout: 10_000 }, async (t) => {
  const told = await listen(t, (_, response) => response.writeHead(200, { 'content-length': 6 }).end('Hello!'));
  await assert.rejects(downloadFile(told.target, 'http://x/media/a/b', 5), { code: 'file_too_large', hint: /link/ });
  // Without end: it is given up, not waited for.
  const endless = await listen(t, (_, response) => { response.writeHead(200); response.write('Hel'); response.write('lo!'); });
  await assert.rejects(downloadFile(endless.target, 'http://x/media/a/b', 5), { code: 'file_too_large' });
});

test('a link that is not valid any more says so', async (t) => {
  const { target } = await listen(t, json(403, { jsonrpc: '2.0', id: null, error: { code: -32147, message: 'm', data: { code: 'media_link_expired', message: 'This link is not valid any more.' } } }));
  await assert.rejects(downloadFile(target, 'http://x/media/a/b', 5), { code: 'media_link_expired' });
  const odd = await listen(t, (_, response) => response.writeHead(404).end('nothing'));
  await assert.rejects(downloadFile(odd.target, 'http://x/media/a/b', 5), { code: 'sidecar_unreachable' });
});
