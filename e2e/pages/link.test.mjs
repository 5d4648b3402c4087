// @ts-check
// A linked device on the phone page: linking it, and the messages that it sends.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test from 'node:test';
import { until } from '../lib/until.mjs';
import { anna, boris, clinic, nameless, Parts } from './parts.mjs';

const parts = new Parts('link');
parts.during(async () => {
  await parts.startSandbox();
  await parts.startSidecar();
  await parts.linkedLine('clinic', clinic.digits);
});

/** @param {string} phone @param {string} [chat] */
const place = (phone, chat) => `${parts.sandboxUrl}/#/phone/${phone}${chat ? `/chat/${chat}` : ''}`;

const visitQuestion = (/** @type {string} */ body) => ({
  line: 'clinic', key: randomUUID(), chat: anna.phone, header: 'Запись на приём', body, footer: 'Клиника «Север»',
  buttons: [{ id: 'yes', text: 'Да, приду' }, { id: 'move', text: 'Перенести' }, { id: 'no', text: 'Не приду' }],
});

test('a waiting code appears by itself, is picked, and the device is linked and unlinked', async () => {
  const { page, at, complaints, close } = await parts.visit(place(boris.digits));
  await at('link-device').click();
  await page.getByText('No QR code is waiting').waitFor();
  await parts.call('line.create', { id: 'second', name: 'Second' });
  await parts.call('line.link', { line: 'second' });
  await at('waiting-code').filter({ hasText: 'paste its text' }).waitFor();
  await at('waiting-code').click();
  await page.waitForFunction(() => document.activeElement?.getAttribute('data-test') === 'qr-text');
  const { qr } = await until('a code', async () => {
    const news = await parts.call('line.link', { line: 'second' });
    return news.qr && news;
  });
  await parts.api('codes', { qr });
  await at('waiting-code').filter({ hasNotText: 'paste its text' }).waitFor();
  assert.match(await at('waiting-code').innerText(), /valid for \d:\d\d/);
  assert.deepEqual(await nameless(page), []);
  await at('waiting-code').click();
  assert.equal(await at('waiting-code').getAttribute('aria-checked'), 'true');
  await at('link-confirm').click();
  await at('link-success').waitFor();
  await at('link-done').click();
  const { devices } = await parts.api(`phones/${boris.digits}`);
  assert.equal(devices.length, 1);
  await until('the line is connected', async () => (await parts.call('line.status', { line: 'second' })).state === 'connected');

  await at('unlink').click();
  await at('unlink-no').click();
  assert.equal((await parts.api(`phones/${boris.digits}`)).devices.length, 1, 'nothing happens without a yes');
  await at('unlink').click();
  await at('unlink-yes').click();
  await at('unlink').waitFor({ state: 'detached' });
  await until('the line knows', async () => (await parts.call('line.status', { line: 'second' })).state === 'logged_out');
  assert.deepEqual(complaints, []);
  await close();
});

test('a code that comes in the address is handed over once, and the chosen phone scans it', async () => {
  await parts.call('line.create', { id: 'third', name: 'Third' });
  const { qr, phonesUrl } = await until('a code', async () => {
    const news = await parts.call('line.link', { line: 'third' });
    return news.qr && news;
  });
  assert.equal(phonesUrl, `${parts.sandboxUrl}/`, 'the sidecar says where the phones are');
  const { page, at, complaints, close } = await parts.visit(`${phonesUrl}#/code/${encodeURIComponent(qr)}`);
  await at('scan-with').first().waitFor();
  assert.deepEqual(await nameless(page), []);
  assert.ok(!page.url().includes(encodeURIComponent(qr)), 'the code is a secret: it does not stay in the address');
  await page.locator(`[data-test="scan-with"][data-phone="${boris.phone}"]`).click();
  await at('link-confirm').click();
  await at('link-success').waitFor();
  await at('link-done').click();
  await until('the line is connected', async () => (await parts.call('line.status', { line: 'third' })).phone === boris.phone);
  await parts.call('line.unlink', { line: 'third' });
  assert.deepEqual(complaints, []);
  await close();
});

test('a code in the address that is none is refused with a sentence', async () => {
  const { page, close } = await parts.visit(`${parts.sandboxUrl}/#/code/hello`);
  await page.getByText('not the text of a linking QR code').waitFor();
  await close();
});

test('a QR text that is none is refused with a sentence, in the dialog', async () => {
  const { at, close } = await parts.visit(place(boris.digits));
  await at('link-device').click();
  await at('link-confirm').click();
  await at('link-error').filter({ hasText: 'Paste the text' }).waitFor();
  await at('qr-text').fill('hello');
  await at('link-confirm').click();
  await at('link-error').filter({ hasText: 'not the text of a linking QR code' }).waitFor();
  assert.ok(await at('link-confirm').isEnabled(), 'it can be tried again');
  await close();
});

test('buttons are shown and tapped once, and the answer quotes the question', async () => {
  const body = `Анна, ждём вас *25 ноября*, кабинет ${Math.floor(Math.random() * 900)}. Придёте?`;
  const { page, at, complaints, close } = await parts.visit(place(anna.digits, clinic.digits));
  await parts.call('message.sendButtons', { ...visitQuestion(body), rendering: 'native' });
  const bubble = at('bubble').filter({ has: at('bubble-button') }).last();
  await bubble.waitFor();
  assert.equal(await bubble.locator('[data-test="bubble-header"]').innerText(), 'Запись на приём');
  assert.equal(await bubble.locator('[data-test="bubble-text"]').innerText(), body.replaceAll('*', ''));
  assert.equal(await bubble.locator('[data-test="bubble-text"] strong').innerText(), '25 ноября');
  assert.equal(await bubble.locator('[data-test="bubble-footer"]').innerText(), 'Клиника «Север»');
  const buttons = bubble.locator('[data-test="bubble-button"]');
  assert.deepEqual(await buttons.allInnerTexts(), ['Да, приду', 'Перенести', 'Не приду']);
  assert.deepEqual(await nameless(page), []);

  const asked = await bubble.getAttribute('data-id');
  await buttons.filter({ hasText: 'Перенести' }).click();
  const answer = page.locator('[data-test="bubble"][data-kind="answer"]').last();
  await answer.waitFor();
  assert.equal(await answer.locator('[data-test="bubble-text"]').innerText(), 'Перенести');
  assert.equal(await answer.locator('[data-test="quote"]').getAttribute('data-quoted'), asked);
  const same = page.locator(`[data-test="bubble"][data-id="${asked}"] [data-test="bubble-button"]`);
  await same.and(page.getByRole('button', { name: 'Перенести, chosen' })).waitFor();
  for (const button of await same.all()) assert.ok(await button.isDisabled(), 'it can be answered once');
  assert.deepEqual(complaints, []);
  await close();
});

test('the sender sees its own buttons and cannot tap them', async () => {
  const body = `Свой вопрос ${randomUUID()}`;
  await parts.call('message.sendButtons', { ...visitQuestion(body), rendering: 'native' });
  const { at, close } = await parts.visit(place(clinic.digits, anna.digits));
  const bubble = at('bubble').filter({ hasText: body });
  await bubble.waitFor();
  for (const button of await bubble.locator('[data-test="bubble-button"]').all()) assert.ok(await button.isDisabled());
  await close();
});

test('numbered choices are read as text and answered by typing', async () => {
  const body = `Перезвонить вам? ${randomUUID()}`;
  const { at, close } = await parts.visit(place(anna.digits, clinic.digits));
  await parts.call('message.sendButtons', { ...visitQuestion(body), rendering: 'numbered' });
  const bubble = at('bubble').filter({ hasText: body });
  await bubble.waitFor();
  const text = await bubble.locator('[data-test="bubble-text"]').innerText();
  assert.match(text, /^Запись на приём\n[\s\S]*1\. Да, приду\n2\. Перенести\n3\. Не приду/);
  assert.equal(await bubble.locator('[data-test="bubble-button"]').count(), 0);
  await at('composer').fill('2');
  await at('send').click();
  const events = await until('the line hears it', async () => {
    const page = await parts.call('event.list', { line: 'clinic', count: 200 });
    const heard = page.events.filter((/** @type {any} */ e) => e.kind === 'message.incoming' && e.message.text === '2');
    return heard.length > 0 && heard;
  });
  assert.equal(events.length, 1);
  await close();
});

test('a message whose acknowledgement was lost is shown once, and its repeat counted', async () => {
  const { at, close } = await parts.visit(place(anna.digits, clinic.digits));
  const before = Number(await at('repeats').innerText());
  await parts.api('faults', { way: 'up', tag: 'message', phone: clinic.phone, do: 'cut_after', times: 1 });
  const text = `Один раз ${randomUUID()}`;
  await parts.call('message.sendText', { line: 'clinic', key: randomUUID(), chat: anna.phone, text });
  await at('repeats').filter({ hasText: new RegExp(`^${before + 1}$`) }).waitFor({ timeout: 60000 });
  assert.equal(await at('bubble').filter({ hasText: text }).count(), 1);
  await close();
});

test('what WhatsApp would not show is a note for testers, not a bubble', async () => {
  const body = `Невидимое ${randomUUID()}`;
  const { messageId } = await parts.call('message.sendButtons', { ...visitQuestion(body), rendering: 'native' });
  const { page, at, close } = await parts.visit(`${parts.sandboxUrl}/#/phone/${anna.digits}`);
  // The sidecar never sends such a message, so the sandbox's true answer is changed on its way.
  await page.route('**/api/phones/*/chats/*', async (route) => {
    const answer = await route.fetch();
    const data = await answer.json();
    for (const m of data.messages) if (m.id === messageId) Object.assign(m, { visible: false, note: 'A real phone shows nothing: the stanza has no full <biz>.' });
    await route.fulfill({ response: answer, json: data });
  });
  await at(`chat-${clinic.digits}`).click();
  const note = at('tester-note');
  await note.filter({ hasText: 'Not shown on a real phone' }).waitFor();
  assert.match(await note.innerText(), /without the full <biz> node/);
  assert.equal(await at('bubble').filter({ hasText: body }).count(), 0);
  await note.locator('summary').click();
  assert.ok((await note.innerText()).includes(body));
  await close();
});
