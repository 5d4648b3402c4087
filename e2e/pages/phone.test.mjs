// @ts-check
// The phone page against a real sandbox: phones, chats, ticks, languages, trouble.
import assert from 'node:assert/strict';
import test from 'node:test';
import { until } from '../lib/until.mjs';
import { anna, boris, clinic, nameless, overflows, Parts } from './parts.mjs';

const parts = new Parts('phone');
parts.during(() => parts.startSandbox());

/** @param {string} [phone] @param {string} [chat] */
const place = (phone, chat) => `${parts.sandboxUrl}/#/${phone ? `phone/${phone}${chat ? `/chat/${chat}` : ''}` : ''}`;

/** Text that no other test sends. @param {string} start */
const fresh = (start) => `${start} ${Math.random().toString(36).slice(2, 8)}`;

test('a visitor is told what this is and what to do', async () => {
  for (const [lang, banner, start] of [['en', 'Nothing here reaches the real WhatsApp', 'Run the flow'], ['ru', 'в WhatsApp ничего не уходит', 'Запустите поток']]) {
    const { page, at, complaints, close } = await parts.visit(place(), { lang });
    await at(`phone-${clinic.digits}`).waitFor();
    assert.match(await at('banner').innerText(), new RegExp(banner ?? ''));
    assert.ok((await page.locator('main').innerText()).includes(start ?? ''));
    assert.equal(await page.locator('html').getAttribute('lang'), lang);
    for (const phone of [anna, boris]) assert.ok(await at(`phone-${phone.digits}`).isVisible());
    assert.deepEqual(complaints, []);
    assert.deepEqual(await nameless(page), []);
    await close();
  }
});

test('the language: by address, by switch, kept', async () => {
  const { page, at, close } = await parts.visit(`${parts.sandboxUrl}/?lang=ru#/phone/${anna.digits}`, { lang: 'en' });
  await page.getByRole('button', { name: 'Привязать устройство' }).waitFor();
  await at('lang-en').click();
  await page.getByRole('button', { name: 'Link a device' }).waitFor();
  assert.match(page.url(), /lang=en#\/phone\/79123456789$/);
  await page.goto(place(anna.digits));
  await page.getByRole('button', { name: 'Link a device' }).waitFor();
  await close();
});

test('typing reaches the other phone, and ticks go sent, delivered, read', async () => {
  await parts.api(`phones/${boris.digits}/online`, { online: false });
  const a = await parts.visit(place(anna.digits, boris.digits));
  const text = fresh('привет');
  await a.at('composer').fill(text);
  await a.at('send').click();
  const bubble = a.at('bubble').filter({ hasText: text });
  await bubble.and(a.page.locator('[data-status="sent"]')).waitFor();
  assert.equal(await bubble.getByRole('img').getAttribute('aria-label'), 'Sent');
  assert.equal(await a.at('composer').inputValue(), '', 'the typing box is empty again');

  await parts.api(`phones/${boris.digits}/online`, { online: true });
  await bubble.and(a.page.locator('[data-status="delivered"]')).waitFor();

  const b = await parts.visit(place(boris.digits));
  const row = b.at(`chat-${anna.digits}`);
  await row.filter({ hasText: text }).waitFor();
  assert.match(await row.innerText(), /unread message/);
  assert.match(await b.at(`phone-${boris.digits}`).innerText(), /unread message/);
  await row.click();
  await b.at('bubble').filter({ hasText: text }).waitFor();
  assert.ok(await b.at('unread-line').isVisible());
  assert.equal(await b.at('day').last().innerText(), 'Today');
  await bubble.and(a.page.locator('[data-status="read"]')).waitFor();
  await b.at('back').click();
  await b.at(`chat-${anna.digits}`).filter({ hasNotText: 'unread message' }).waitFor();
  assert.deepEqual([...a.complaints, ...b.complaints], []);
  await a.close();
  await b.close();
});

test('a reply quotes its message on both phones', async () => {
  const question = fresh('когда приходить');
  const { id } = await parts.api(`phones/${anna.digits}/send`, { to: boris.phone, text: question });
  const b = await parts.visit(place(boris.digits, anna.digits));
  const asked = b.page.locator(`[data-test="bubble"][data-id="${id}"]`);
  await asked.hover();
  await asked.locator('[data-test="reply"]').click();
  assert.ok((await b.at('quoting').innerText()).includes(question));
  const text = fresh('в десять');
  await b.at('composer').fill(text);
  await b.page.keyboard.press('Enter');
  const mine = b.at('bubble').filter({ has: b.page.getByText(text) });
  await mine.waitFor();
  assert.equal(await mine.locator('[data-test="quote"]').getAttribute('data-quoted'), id);
  assert.ok(await b.at('quoting').isHidden(), 'the quote is used up');
  const a = await parts.visit(place(anna.digits, boris.digits));
  const theirs = a.at('bubble').filter({ has: a.page.getByText(text) });
  await theirs.waitFor();
  assert.ok((await theirs.locator('[data-test="quote"]').innerText()).includes(question));
  await theirs.locator('[data-test="quote"]').click();
  await a.page.locator(`[data-test="bubble"][data-id="${id}"].flash`).waitFor();
  await a.close();
  await b.close();
});

test('what is typed stays until it is sent', async () => {
  const { at, close } = await parts.visit(place(anna.digits, boris.digits));
  await at('composer').fill('недописанное');
  await at('back').click();
  await at(`chat-${boris.digits}`).click();
  assert.equal(await at('composer').inputValue(), 'недописанное');
  await at('lang-ru').click();
  assert.equal(await at('composer').inputValue(), 'недописанное');
  assert.ok(await at('send').isEnabled());
  await at('composer').fill('   ');
  assert.ok(await at('send').isDisabled(), 'blanks are not sent');
  await close();
});

test('every tick has its picture and its words', async () => {
  const { id } = await parts.api(`phones/${anna.digits}/send`, { to: boris.phone, text: fresh('галочки') });
  for (const [status, words] of [['pending', 'Ждёт отправки'], ['sent', 'Отправлено'], ['delivered', 'Доставлено'], ['read', 'Прочитано']]) {
    const { page, close } = await parts.visit(place(), { lang: 'ru' });
    // Not every status lasts long enough to be seen: the sandbox's true answer is changed on its way.
    await page.route('**/api/phones/*/chats/*', async (route) => {
      const answer = await route.fetch();
      const data = await answer.json();
      for (const m of data.messages) if (m.id === id) m.status = status;
      await route.fulfill({ response: answer, json: data });
    });
    await page.goto(place(anna.digits, boris.digits));
    const tick = page.locator(`[data-test="bubble"][data-id="${id}"] [data-test="tick"]`);
    await tick.getByRole('img', { name: words }).waitFor();
    const [color, soft] = await tick.evaluate((el) => [getComputedStyle(el).color, getComputedStyle(/** @type {Element} */ (el.parentElement)).color]);
    assert.equal(color !== soft, status === 'read', 'only a read message is ticked in blue');
    await close();
  }
});

test('the whole way by keyboard', async () => {
  const { page, at, close } = await parts.visit(place());
  await at(`phone-${anna.digits}`).focus();
  await page.keyboard.press('Enter');
  await at('new-chat').focus();
  await page.keyboard.press('Enter');
  await at(`new-chat-${clinic.digits}`).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/chat\/79000000001$/);
  await page.waitForFunction(() => document.activeElement?.getAttribute('data-test') === 'composer');
  const text = fresh('line one');
  await page.keyboard.type(text);
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('line two');
  await page.keyboard.press('Enter');
  const bubble = at('bubble').filter({ hasText: text });
  await bubble.waitFor();
  assert.equal(await bubble.locator('[data-test="bubble-text"]').innerText(), `${text}\nline two`);
  await close();
});

test('offline is seen where it matters', async () => {
  const { page, at, close } = await parts.visit(place(clinic.digits));
  const toggle = at('online-switch');
  assert.equal(await toggle.getAttribute('aria-checked'), 'true');
  await toggle.click();
  await page.locator('[data-test="online-switch"][aria-checked="false"]').waitFor();
  await page.getByText('This phone is offline').waitFor();
  assert.match(await at(`phone-${clinic.digits}`).innerText(), /offline/);
  assert.equal((await parts.api(`phones/${clinic.digits}`)).online, false);
  await toggle.click();
  await page.locator('[data-test="online-switch"][aria-checked="true"]').waitFor();
  await close();
});

test('a phone is added; a wrong number is refused with a sentence', async () => {
  const { page, at, close } = await parts.visit(place());
  await at('add-phone').click();
  await at('new-phone-name').fill('Вера');
  await at('new-phone-number').fill('12');
  await at('new-phone-add').click();
  const alert = page.getByRole('alert');
  await alert.filter({ hasText: '7 to 15 digits' }).waitFor();
  await at('new-phone-number').fill('+7 912 000-00-77');
  await at('new-phone-add').click();
  await page.waitForURL(/#\/phone\/79120000077$/);
  await at('no-chats').waitFor();
  assert.match(await at('no-chats').innerText(), /run the flow/);
  assert.equal((await parts.api('phones/79120000077')).name, 'Вера');
  assert.ok(await at('also').isHidden(), 'a number of one form has no other');
  await close();
});

test('a phone whose number WhatsApp knows in another form says so', async () => {
  for (const [lang, name, number, other] of [['en', 'Ana', '+55 11 8765-4321', /\+55.?11.?98765.?4321.* led here/], ['ru', 'Luz', '+52 1 55 1234 5678', /\+52.?55.?1234.?5678.*попадёт сюда/]]) {
    const { page, at, close } = await parts.visit(place(), { lang: String(lang) });
    await at('add-phone').click();
    await at('new-phone-name').fill(String(name));
    await at('new-phone-number').fill(String(number));
    await at('new-phone-add').click();
    await page.waitForURL(/#\/phone\/\d+$/);
    await at('also').waitFor();
    assert.match(await at('also').innerText(), /** @type {RegExp} */ (other));
    await close();
  }
});

test('an unknown phone in the address is said, not blank', async () => {
  const { page, close } = await parts.visit(place('79999999999'));
  await page.getByRole('alert').filter({ hasText: '+79999999999' }).waitFor();
  await close();
});

test('on a small screen: list, phone, chat and back, nothing cut off', async () => {
  await parts.api(`phones/${anna.digits}/send`, { to: clinic.phone, text: fresh('ОченьДлинноеСловоБезПробелов'.repeat(6)) });
  const { page, at, close } = await parts.visit(place(), { width: 390, height: 844, touch: true });
  await at(`phone-${clinic.digits}`).tap();
  await at(`phone-${clinic.digits}`).waitFor({ state: 'hidden' });
  assert.deepEqual(await overflows(page), []);
  await at('link-device').scrollIntoViewIfNeeded();
  assert.ok(await at('link-device').isVisible());
  await at(`chat-${anna.digits}`).tap();
  await at('bubble').first().waitFor();
  assert.deepEqual(await overflows(page), []);
  assert.ok(await at('link-device').isHidden());
  const box = await at('composer').boundingBox();
  assert.ok(box && box.y + box.height <= 844, 'the typing box is on the screen');
  assert.deepEqual(await nameless(page), []);
  await at('back').tap();
  await at(`chat-${anna.digits}`).waitFor();
  await page.goBack();
  await at('bubble').first().waitFor();
  await close();
});

test('a page that nobody looks at reads nothing; looked at again, it is up to date', async () => {
  const { page, at, close } = await parts.visit(place(boris.digits, clinic.digits));
  await at('composer').waitFor();
  /** @param {boolean} hidden */
  const look = (hidden) => page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
  await look(true);
  const text = fresh('пока вас не было');
  await parts.api(`phones/${clinic.digits}/send`, { to: boris.phone, text });
  const unread = async () => (await parts.api(`phones/${boris.digits}`)).chats.find((/** @type {any} */ c) => c.with === clinic.phone)?.unread;
  await until('the phone has the message', async () => await unread() === 1);
  await look(false);
  await at('bubble').filter({ hasText: text }).waitFor();
  await until('it is read', async () => await unread() === 0);
  await close();
});

test('a long chat opens at its end; what is earlier is a press away', async () => {
  await parts.api('phones', { phone: '+79120000088', name: 'Много' });
  for (let i = 1; i <= 230; i++) await parts.api('phones/79120000088/send', { to: boris.phone, text: `номер ${i} из многих` });
  const { page, at, close } = await parts.visit(place('79120000088', boris.digits));
  await page.getByText('номер 230 из многих').waitFor();
  assert.ok(await page.getByText('номер 230 из многих').isVisible());
  assert.equal(await at('bubble').count(), 200);
  await at('earlier').click();
  await page.getByText('номер 1 из многих', { exact: true }).waitFor();
  assert.equal(await at('bubble').count(), 230);
  assert.ok(await at('earlier').isHidden());

  await page.getByText('номер 1 из многих', { exact: true }).scrollIntoViewIfNeeded();
  const text = fresh('пока вы читали старое');
  await parts.api(`phones/${boris.digits}/send`, { to: '+79120000088', text });
  await at('below').waitFor();
  await at('below').click();
  await at('below').waitFor({ state: 'hidden' });
  assert.ok(await page.getByText(text).isVisible());
  await close();
});

test('long names fit everywhere', async () => {
  const name = 'Очень Длинное Название Клиники Которое Никуда Не ПомещаетсяЦеликом';
  await parts.api('phones', { phone: '+79120000099', name });
  await parts.api('phones/79120000099/send', { to: anna.phone, text: fresh('здравствуйте') });
  for (const size of [{ width: 1280, height: 800 }, { width: 1000, height: 760 }, { width: 390, height: 844 }]) {
    for (const where of [place('79120000099'), place('79120000099', anna.digits), place(anna.digits, '79120000099'), place(anna.digits)]) {
      const { page, at, close } = await parts.visit(where, { ...size, lang: 'ru' });
      await at('frame').waitFor();
      assert.deepEqual(await overflows(page), [], `${where} at ${size.width}`);
      await close();
    }
  }
});

test('a lost sandbox is said, and found again by itself', async () => {
  const { page, at, close } = await parts.visit(place(anna.digits));
  await at('link-device').waitFor();
  await parts.sandbox?.kill();
  await at('lost').waitFor();
  await at('online-switch').click();
  await at('notice').filter({ hasText: 'does not answer' }).waitFor();
  await parts.startSandbox();
  await at('lost').waitFor({ state: 'hidden' });
  await at('notice-retry').click();
  await page.locator('[data-test="online-switch"][aria-checked="false"]').waitFor();
  await at('online-switch').click();
  await page.locator('[data-test="online-switch"][aria-checked="true"]').waitFor();
  await close();
});

/** A picture of one dot. */
const dot = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');

test('files are sent with a caption, shown, and saved', async () => {
  const a = await parts.visit(place(anna.digits, boris.digits));
  const b = await parts.visit(place(boris.digits, anna.digits));
  const caption = fresh('чек');
  await a.at('composer').fill(caption);
  await a.at('attach-input').setInputFiles({ name: 'чек.png', mimeType: 'image/png', buffer: dot });
  const got = b.at('bubble').filter({ hasText: caption });
  await got.locator('[data-test="file"][data-file="image"] img').waitFor();
  await b.page.waitForFunction((text) => [...document.querySelectorAll('[data-test="bubble"]')]
    .some((el) => el.textContent?.includes(text) && (el.querySelector('img')?.naturalWidth ?? 0) === 1), caption);
  assert.equal(await a.at('composer').inputValue(), '', 'the caption has gone along');
  await a.at('attach-input').setInputFiles({ name: 'Договор.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 договор') });
  const file = b.at('file').filter({ hasText: 'Договор.pdf' });
  await file.waitFor();
  const [saved] = await Promise.all([b.page.waitForEvent('download'), file.click()]);
  assert.equal(saved.suggestedFilename(), 'Договор.pdf');
  await a.at('attach-input').setInputFiles({ name: 'a.ogg', mimeType: 'audio/ogg', buffer: Buffer.from('OggS') });
  await b.at('bubble').locator('[data-test="file"][data-file="voice"]').waitFor();
  assert.deepEqual([...a.complaints, ...b.complaints], []);
  assert.deepEqual(await nameless(b.page), []);
  assert.deepEqual(await overflows(b.page), []);
  await a.close();
  await b.close();
});
