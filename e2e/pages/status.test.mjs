// @ts-check
// The sidecar's status page against a real sidecar on a real sandbox.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import test from 'node:test';
import { rpc } from '../lib/http.mjs';
import { scan } from '../lib/qr.mjs';
import { until } from '../lib/until.mjs';
import { anna, boris, clinic, nameless, overflows, Parts } from './parts.mjs';

const parts = new Parts('status');
parts.during(async () => {
  await parts.startSandbox();
  await parts.startSidecar();
});

/** Opens the page and signs in. @param {Parameters<typeof parts.visit>[1]} [options] */
async function signedIn(options) {
  const seen = await parts.visit(parts.sidecarUrl, options);
  await seen.at('token').fill(parts.token);
  await seen.at('sign-in').click();
  await seen.at('new-line').waitFor();
  return seen;
}

test('anyone sees how the sidecar stands, and nothing of its lines', async () => {
  await parts.call('line.create', { id: 'secret-line', name: 'Тайная' });
  for (const [lang, banner, signIn] of [['en', 'simulated phones', 'Sign in'], ['ru', 'ненастоящими телефонами', 'Войти']]) {
    const { page, at, complaints, close } = await parts.visit(parts.sidecarUrl, { lang });
    await at('token').waitFor();
    assert.match(await at('version').innerText(), /^\S+ \S+$/);
    assert.ok((await at('banner').innerText()).includes(banner ?? ''));
    assert.equal(await at('sign-in').innerText(), signIn);
    assert.equal(await at('count-lines').locator('dd').innerText(), '1');
    assert.ok(!(await page.content()).includes('Тайная'));
    assert.deepEqual(await nameless(page), []);
    assert.deepEqual(complaints, []);
    await close();
  }
  await parts.call('line.remove', { line: 'secret-line' });
});

test('a token: refused with a sentence, kept in the tab, never in an address, forgotten', async () => {
  const { page, at, close } = await parts.visit(parts.sidecarUrl);
  /** @type {string[]} */
  const addresses = [];
  page.on('request', (request) => addresses.push(request.url()));
  await at('token').fill('not-a-token');
  await at('sign-in').click();
  await at('sign-in-error').filter({ hasText: 'not accepted' }).waitFor();
  await at('token').fill(` ${parts.token}\n`);
  await at('sign-in').click();
  await at('new-line').waitFor();
  await page.reload();
  await at('new-line').waitFor();
  const stored = await page.evaluate(() => ({ local: JSON.stringify(localStorage), cookie: document.cookie }));
  assert.ok(!stored.local.includes(parts.token) && stored.cookie === '');
  assert.deepEqual(addresses.concat(page.url()).filter((url) => url.includes(parts.token)), []);
  await at('sign-out').click();
  await at('token').waitFor();
  await page.reload();
  await at('token').waitFor();
  assert.ok(await at('new-line').isHidden());
  await close();
});

test('a line is made, linked by the code on the screen, unlinked and removed', async () => {
  const { page, at, complaints, close } = await signedIn();
  await at('new-line').click();
  await at('line-name').fill('Регистратура');
  await at('line-id').fill('Not A Good Id');
  await at('create').click();
  await at('create-error').filter({ hasText: /Line/ }).waitFor();
  await at('line-id').fill('front-desk');
  await at('create').click();

  await at('link-qr').waitFor();
  assert.match(await at('link-left').innerText(), /\d:\d\d/);
  assert.deepEqual(await nameless(page), []);
  const first = await scan(at('link-qr'));
  await at('new-code').click();
  const second = await until('another code', async () => {
    const text = await scan(at('link-qr'));
    return text !== first && text;
  });
  assert.equal(await at('scan-here').getAttribute('href'), `${parts.sandboxUrl}/#/code/${encodeURIComponent(second)}`);
  await parts.api(`phones/${clinic.digits}/link`, { qr: second });
  await at('linked-as').filter({ hasText: '+7 900 000-00-01' }).waitFor();
  await page.locator('.token summary').click();
  const token = await at('line-token').innerText();
  const line = await rpc(parts.sidecarUrl, token, 'line.status', { line: 'front-desk' });
  assert.equal(line.phone, clinic.phone, 'the token shown is this line’s');
  await at('link-done').click();

  const card = at('line-front-desk');
  await card.locator('[data-state="connected"]').waitFor();
  await at('count-connected').filter({ hasText: '1' }).waitFor();
  await card.locator('[data-test="unlink"]').click();
  await at('unlink-yes').click();
  await card.locator('[data-state="unlinked"]').waitFor();
  await card.locator('[data-test="remove"]').click();
  await at('remove-no').click();
  assert.ok(await card.isVisible());
  await card.locator('[data-test="remove"]').click();
  await at('remove-yes').click();
  await card.waitFor({ state: 'detached' });
  assert.deepEqual((await parts.call('line.list', {})).lines, []);
  assert.deepEqual(complaints, []);
  await close();
});

test('an open ask is shown and cancelled; a line unlinked by its phone says what to do', async () => {
  await parts.linkedLine('shop', boris.digits);
  const { page, at, close } = await signedIn({ lang: 'ru' });
  const id = `ask-${randomUUID()}`;
  await parts.call('message.ask', {
    line: 'shop', id, chat: anna.phone, body: 'Доставить завтра?', buttons: [{ text: 'Да' }, { text: 'Нет' }],
  });
  const row = at(`ask-${id}`);
  await row.waitFor();
  assert.match(await row.innerText(), /\+7 912 345-67-89[\s\S]*Да\s+Нет/);
  await at('count-waiting').filter({ hasText: '1' }).waitFor();
  await row.locator('[data-test="ask-cancel"]').click();
  await at('cancel-no').click();
  assert.equal((await parts.call('ask.get', { line: 'shop', id })).state, 'waiting');
  await row.locator('[data-test="ask-cancel"]').click();
  await at('cancel-yes').click();
  await row.waitFor({ state: 'detached' });
  const ask = await parts.call('ask.get', { line: 'shop', id });
  assert.equal(ask.state, 'cancelled');
  assert.equal(ask.outcome.reason, 'отменено на странице состояния');

  const { devices } = await parts.api(`phones/${boris.digits}`);
  await fetch(`${parts.sandboxUrl}/api/phones/${boris.digits}/devices/${devices[0].id}`, { method: 'DELETE' });
  const card = at('line-shop');
  await card.locator('[data-state="logged_out"]').waitFor();
  assert.match(await card.locator('[data-test="line-detail"]').innerText(), /[а-я]{3}/i);
  assert.equal(await card.locator('[data-test="link"]').innerText(), 'Привязать снова');
  await page.locator('.legend summary').click();
  assert.match(await page.locator('.legend').innerText(), /Телефон отвязал эту линию/);
  await close();
  await parts.call('line.remove', { line: 'shop' });
});

test('a webhook: what it gave up is shown, tried and brought back', async () => {
  let answer = 410;
  /** @type {string[]} */
  const kinds = [];
  const receiver = createServer((req, res) => {
    let body = '';
    req.on('data', (part) => { body += part; });
    req.on('end', () => {
      kinds.push(JSON.parse(body).kind);
      res.writeHead(answer).end();
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const address = receiver.address();
  assert.ok(address && typeof address === 'object');
  const origin = `http://127.0.0.1:${address.port}`;
  await parts.call('line.create', { id: 'hooked', name: 'С вебхуком' });
  const { webhook } = await parts.call('webhook.create', { line: 'hooked', name: 'CRM', url: `${origin}/s3cret`, events: ['line.state'] });
  const { page, at, complaints, close } = await signedIn({ lang: 'ru' });
  const row = at(`webhook-${webhook.id}`);
  await row.locator('[data-state="idle"]').waitFor();
  await at('line-hooked').locator('[data-test="link"]').click(); // the line's state changes
  await at('link-qr').waitFor();
  await at('dialog-close').click();
  await row.locator('[data-test="webhook-replay"]').waitFor();
  assert.match(await row.innerText(), /адреса больше нет \(410\)/);
  assert.ok((await row.innerText()).includes(origin) && !(await page.content()).includes('s3cret'));
  assert.deepEqual(await nameless(page), []);
  answer = 200;
  await row.locator('[data-test="webhook-test"]').click();
  await at('webhook-tested').filter({ hasText: 'ответил 200' }).waitFor();
  await at('dialog-close').click();
  assert.equal(kinds.at(-1), 'test');
  await row.locator('[data-test="webhook-replay"]').click();
  await at('replay-yes').click();
  await row.locator('[data-test="webhook-replay"]').waitFor({ state: 'detached' });
  await until('the event comes again', async () => kinds.at(-1) === 'event');
  assert.deepEqual(complaints, []);
  await close();
  receiver.close();
  receiver.closeAllConnections();
  await parts.call('line.remove', { line: 'hooked' });
});

test('a line is paused and resumed; what waits is counted, with its reason', async () => {
  await parts.linkedLine('desk', boris.digits);
  const { page, at, complaints, close } = await signedIn({ lang: 'ru' });
  const card = at('line-desk');
  await card.locator('[data-test="pause"]').click();
  await card.locator('[data-test="line-paused"]').waitFor();
  assert.match(await card.locator('[data-test="paused-why"]').innerText(), /на странице состояния/);
  for (const key of ['k1', 'k2']) {
    const result = await parts.call('message.sendText', { line: 'desk', key, chat: anna.phone, text: 'Добрый день' });
    assert.equal(result.waitsFor.kind, 'pause');
  }
  await card.locator('[data-kind="pause"]').filter({ hasText: /^2 Линия приостановлена/ }).waitFor();
  assert.deepEqual(await nameless(page), []);
  await card.locator('[data-test="resume"]').click();
  await card.locator('[data-test="pause"]').waitFor();
  await card.locator('[data-test="waits"]').waitFor({ state: 'detached' });
  await until('both went out', async () => (await parts.call('message.get', { line: 'desk', key: 'k2' })).status !== 'queued');
  assert.deepEqual(complaints, []);
  await close();
  await parts.call('line.remove', { line: 'desk' });
});

test('on a small screen nothing is cut off', async () => {
  await parts.call('line.create', { id: 'narrow', name: 'ОченьДлинноеНазваниеЛинииБезЕдиногоПробелаДляПроверки' });
  const { page, at, close } = await signedIn({ width: 390, height: 844, lang: 'ru' });
  await at('line-narrow').waitFor();
  await page.locator('.legend summary').click();
  assert.deepEqual(await overflows(page), []);
  await at('line-narrow').locator('[data-test="link"]').click();
  await at('link-qr').waitFor();
  const box = await at('link-qr').boundingBox();
  assert.ok(box && box.x >= 0 && box.x + box.width <= 390, JSON.stringify(box));
  await at('dialog-close').click();
  await close();
  await parts.call('line.remove', { line: 'narrow' });
});

test('a stopped sidecar is said, and found again by itself', async () => {
  const { at, close } = await signedIn();
  await parts.sidecar?.stop();
  await at('lost').waitFor();
  await parts.startSidecar();
  await at('lost').waitFor({ state: 'hidden' });
  await at('new-line').waitFor();
  await close();
});
