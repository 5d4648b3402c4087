// @ts-check
// The linking page that a flow editor's popup shows, walked through by a person with a
// browser and by a program with PKCE.
import assert from 'node:assert/strict';
import test from 'node:test';
import { rpc } from '../lib/http.mjs';
import { OAuthClient } from '../lib/oauth-client.mjs';
import { scan } from '../lib/qr.mjs';
import { boris, clinic, nameless, overflows, Parts } from './parts.mjs';

const parts = new Parts('oauth');
parts.during(async () => {
  await parts.startSandbox();
  await parts.startSidecar();
});

/** The size of n8n's popup. */
const popup = { width: 500, height: 700 };

/**
 * Opens the popup as an editor does, and closes all when the test ends.
 * @param {import('node:test').TestContext} t
 * @param {Parameters<typeof parts.visit>[1] & {change?: Record<string, string>}} [options]
 */
async function asked(t, { change, ...options } = {}) {
  const client = await new OAuthClient(parts.sidecarUrl).start();
  const seen = await parts.visit(client.url(change), { ...popup, ...options });
  t.after(async () => {
    await seen.close();
    client.stop();
  });
  return { client, ...seen };
}

/** @param {import('playwright-core').Page} page */
const back = (page) => page.waitForURL(/\/callback\?/, { timeout: 60000 });

const lines = async () => (await parts.call('line.list', {})).lines.map((/** @type {any} */ l) => l.id).sort();

test('a new line: its code is scanned on the phones’ page, and the editor gets a token for it alone', async (t) => {
  const { client, page, at, complaints } = await asked(t);
  await at('host').filter({ hasText: /^localhost:\d+$/ }).waitFor();
  await at('banner').waitFor();
  await at('new-name').fill('Регистратура');
  assert.deepEqual(await nameless(page), []);
  await at('new-go').click();
  await at('link-qr').waitFor();
  assert.match(await at('link-left').innerText(), /\d:\d\d/);
  assert.deepEqual([await nameless(page), await overflows(page)], [[], []]);
  const [phones] = await Promise.all([page.context().waitForEvent('page'), at('scan-here').click()]);
  await phones.locator(`[data-test="scan-with"][data-phone="${clinic.phone}"]`).click();
  await phones.locator('[data-test="link-confirm"]').click();
  await back(page);
  const answer = client.answers[0];
  assert.equal(answer?.get('state'), client.state);
  const tokens = await client.exchange();
  assert.equal(tokens.status, 200);
  const [line] = (await rpc(parts.sidecarUrl, tokens.access_token, 'line.list', {})).lines;
  assert.deepEqual([line.id, line.name, line.phone], [tokens.line, 'Регистратура', clinic.phone]);
  assert.deepEqual(complaints, []);
});

test('a line that is linked already: one press, and the scan of its own code is not asked for', async (t) => {
  const linked = (await parts.call('line.list', {})).lines[0];
  await parts.call('line.create', { id: 'other', name: 'Other' });
  const { client, page, at, complaints } = await asked(t, { lang: 'ru' });
  const row = at(`line-${linked.id}`);
  await row.filter({ hasText: 'Регистратура' }).filter({ hasText: '+7 900 000-00-01' }).waitFor();
  assert.equal(await at('line-other').locator('[data-test="use"]').count(), 0, 'what is not linked is not given');
  assert.deepEqual([await nameless(page), await overflows(page)], [[], []]);
  await row.locator('[data-test="use"]').click();
  await back(page);
  const tokens = await client.exchange();
  assert.equal(tokens.line, linked.id);
  await assert.rejects(rpc(parts.sidecarUrl, tokens.access_token, 'line.status', { line: 'other' }), /not allow/);
  const { tokens: listed } = await parts.call('token.list', {});
  assert.ok(listed.some((/** @type {any} */ one) => one.name === `n8n (${new URL(client.redirect ?? '').host})` && one.line === linked.id && one.scope === 'line'));
  await parts.call('line.remove', { line: 'other' });
  assert.deepEqual(complaints, []);
});

test('cancelled: the editor is told, and the line that was begun is gone', async (t) => {
  const before = await lines();
  const { client, page, at } = await asked(t);
  await at('new-go').click();
  await at('link-qr').waitFor();
  assert.equal((await lines()).length, before.length + 1);
  const first = await scan(at('link-qr'));
  assert.ok(first);
  await at('cancel').click();
  await back(page);
  assert.equal(client.answers[0]?.get('error'), 'access_denied');
  assert.equal(client.answers[0]?.get('state'), client.state);
  assert.deepEqual(await lines(), before);
});
void boris;
