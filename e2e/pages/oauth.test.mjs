// @ts-check
// The linking page that a flow editor's popup shows, walked through by a person with a
// browser and by a program with PKCE.
import assert from 'node:assert/strict';
import path from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { rpc } from '../lib/http.mjs';
import { OAuthClient } from '../lib/oauth-client.mjs';
import { scan } from '../lib/qr.mjs';
import { until } from '../lib/until.mjs';
import { anna, boris, clinic, nameless, overflows, Parts } from './parts.mjs';

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

test('a name that is none is refused in words that stay', async (t) => {
  const { page, at } = await asked(t);
  await at('new-name').fill('   ');
  await at('new-go').click();
  await at('choose-error').filter({ hasText: 'Name' }).waitFor();
  // The lines are read again and again; what is said of the name is not theirs to take away.
  await page.waitForResponse('**/oauth/lines');
  await page.waitForResponse('**/oauth/lines');
  assert.ok(await at('choose-error').isVisible());
});

test('a code to type on the phone, and another one; a wrong number is said', async (t) => {
  const { client, page, at } = await asked(t);
  await at('new-name').fill('Магазин');
  await at('new-go').click();
  await at('link-qr').waitFor();
  await at('by-phone-number').fill('12');
  await at('by-phone-ask').click();
  await at('by-phone-error').filter({ hasText: 'does not look like' }).waitFor();
  await at('by-phone-number').fill(boris.phone);
  await at('by-phone-ask').click();
  await at('by-phone-code').waitFor();
  const first = await at('by-phone-code').innerText();
  assert.match(await at('by-phone-left').innerText(), /\d:\d\d/);
  assert.ok(await at('link-qr').isVisible(), 'the QR code stays beside it');
  await at('new-code').click();
  const second = await until('another code to type', async () => {
    const code = await at('by-phone-code').innerText().catch(() => '');
    return code !== '' && code !== first && code;
  });
  await parts.api(`phones/${boris.digits}/link`, { code: second });
  await back(page);
  assert.equal((await client.exchange()).status, 200);
});

test('codes that nobody scans run out, and a new one is asked for', async (t) => {
  const { page, at } = await asked(t);
  await page.route('**/oauth/link', async (route) => {
    const answer = await route.fetch();
    const news = await answer.json();
    // A round lasts nearly three minutes; its true end is told at once.
    if (news.state === 'code' && !route.request().postDataJSON().params.restart) {
      await route.fulfill({ response: answer, json: { seq: news.seq + 1, state: 'expired' } });
    } else await route.fulfill({ response: answer, json: news });
  }, { times: 2 });
  await at('new-go').click();
  await page.locator('[data-state="expired"]').filter({ hasText: 'not used in time' }).waitFor();
  assert.deepEqual(await nameless(page), []);
  await at('new-code').click();
  await at('link-qr').waitFor();
  await at('cancel').click();
  await back(page);
});

test('a passkey is asked for: the page says what that means and goes on to the other way', async (t) => {
  await parts.api('faults', { preset: 'passkey', phone: anna.phone });
  t.after(() => fetch(`${parts.sandboxUrl}/api/faults`, { method: 'DELETE' }));
  const { page, at } = await asked(t, { lang: 'ru' });
  await at('new-go').click();
  const code = await scan(at('link-qr'));
  await assert.rejects(parts.api(`phones/${anna.digits}/link`, { qr: code }), /asks for a passkey/);
  await page.locator('[data-state="passkey"]').filter({ hasText: 'ключом доступа' }).waitFor();
  await at('cancel').click();
  await back(page);
});

test('the popup is closed, and nothing that was begun is left', async (t) => {
  const before = await lines();
  const { page, at } = await asked(t);
  await at('new-go').click();
  await at('link-qr').waitFor();
  assert.equal((await lines()).length, before.length + 1);
  await page.close({ runBeforeUnload: true });
  await until('the line is gone', async () => (await lines()).length === before.length);
});

test('another line is chosen after all, in another language, with the keyboard', async (t) => {
  const { client, page, at, complaints } = await asked(t);
  await at('new-go').click();
  await at('link-qr').waitFor();
  const code = await scan(at('link-qr'));
  await at('lang-ru').click();
  await page.getByText('Код сменится через').waitFor();
  assert.equal(await scan(at('link-qr')), code, 'it is the same round of codes');
  await at('back').click();
  const use = at('use').first();
  await use.waitFor();
  await use.focus();
  await page.keyboard.press('Enter');
  await back(page);
  assert.equal((await client.exchange()).status, 200);
  assert.deepEqual((await parts.call('line.list', {})).lines.filter((/** @type {any} */ l) => l.name === 'WhatsApp'), [], 'the one that was begun is gone');
  assert.deepEqual(complaints, []);
});

test('a request that is not in order: back to the editor, or said here where that is nobody known', async (t) => {
  const plain = await asked(t, { change: { code_challenge_method: 'plain' } });
  await back(plain.page);
  assert.equal(plain.client.answers[0]?.get('error'), 'invalid_request');
  const strange = await asked(t, { change: { code_challenge_method: 'plain', redirect_uri: 'https://elsewhere.example/cb' } });
  await strange.at('stuck').filter({ hasText: 'S256' }).filter({ hasText: 'press Connect' }).waitFor();
  assert.equal(await strange.at('cancel').count(), 0);
  const open = await asked(t, { lang: 'ru', change: { redirect_uri: 'http://192.168.0.5:5678/cb' } });
  await open.at('stuck').filter({ hasText: '192.168.0.5:5678' }).filter({ hasText: '--origin' }).waitFor();
  assert.deepEqual([await nameless(open.page), await overflows(open.page)], [[], []]);
});

test('the sidecar restarts while the page is open: it says so and begins again', async (t) => {
  const { client, page, at } = await asked(t);
  await at('use').first().waitFor();
  await parts.sidecar?.stop();
  await at('choose-error').filter({ hasText: 'does not answer' }).waitFor();
  await parts.startSidecar();
  await at('stuck').filter({ hasText: 'restarted' }).waitFor();
  await at('start-again').click();
  await until('the line is connected again', async () => (await parts.call('line.list', {})).lines.some((/** @type {any} */ l) => l.state === 'connected'));
  await at('use').first().click();
  await back(page);
  assert.equal((await client.exchange()).status, 200);
});

/** Keeps a picture: for the docs where they ask for them, else for people to look at. @param {import('playwright-core').Page} page @param {string} name */
const picture = (page, name) => page.screenshot({ path: path.join(process.env.NODELINE_PICTURES ?? parts.logs, `oauth-${name}.png`) });

test('what the window looks like, in both languages', async (t) => {
  const { lines: had } = await parts.call('line.list', {});
  for (const [lang, fresh, ...names] of [['ru', 'Курьеры', 'Регистратура', 'Магазин'], ['en', 'Couriers', 'Reception', 'Shop']]) {
    for (const [i, line] of had.entries()) await parts.call('line.update', { line: line.id, name: names[i] });
    const { page, at } = await asked(t, { lang, change: { redirect_uri: 'http://localhost:5678/rest/oauth2-credential/callback' } });
    await at('use').first().waitFor();
    await at('new-name').fill(fresh ?? '');
    await picture(page, lang === 'en' ? 'choose' : 'choose-ru');
    await at('new-go').click();
    await at('link-qr').waitFor();
    assert.equal(await page.evaluate(() => scrollY), 0, 'a step begins at its top');
    await picture(page, lang === 'en' ? 'link' : 'link-ru');
    await page.setViewportSize({ width: 390, height: 844 });
    assert.deepEqual(await overflows(page), []);
    const left = await parts.call('line.list', {});
    await page.close({ runBeforeUnload: true });
    await until('the line is gone', async () => (await lines()).length === left.lines.length - 1);
  }
});

test('an editor elsewhere: its host is named, and the admin token asked for', async (t) => {
  const { page, at, complaints } = await asked(t, { change: { redirect_uri: 'https://flows.example.com/rest/oauth2-credential/callback' } });
  await at('host').filter({ hasText: /^flows\.example\.com$/ }).waitFor();
  assert.deepEqual([await nameless(page), await overflows(page)], [[], []]);
  await at('token').fill('nonsense');
  await at('sign-in').click();
  await at('sign-in-error').filter({ hasText: "not the sidecar's admin token" }).waitFor();
  await at('token').fill(` ${parts.token} `);
  await at('sign-in').click();
  await page.route('https://flows.example.com/**', (route) => route.fulfill({ contentType: 'text/html', body: '<p id="back">back</p>' }));
  await at('use').first().click();
  await page.waitForURL(/^https:\/\/flows\.example\.com\/.*code=nlc_/);
  const stored = await page.context().storageState();
  assert.ok(!JSON.stringify(stored).includes(parts.token) && stored.cookies.length === 0, 'the token is kept nowhere');
  assert.deepEqual(complaints, []);
});

test('reached by a name in the network, everybody signs in', async (t) => {
  await parts.sidecar?.stop();
  await parts.startSidecar(['--host', 'sidecar.localhost']); // which browsers take for this machine
  const client = await new OAuthClient(parts.sidecarUrl).start();
  for (const address of [client.url().replace('127.0.0.1', 'sidecar.localhost'), client.url()]) {
    const { page, at, close } = await parts.visit(address, { ...popup, lang: 'ru' });
    await at('token').fill(parts.token);
    await at('sign-in').click();
    await at('use').first().waitFor();
    assert.ok(!page.url().includes(parts.token));
    await close();
  }
  t.after(() => client.stop());
});
