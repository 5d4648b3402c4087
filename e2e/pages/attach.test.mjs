// @ts-check
// What a tester sends and does by hand on the phone page: the paper clip's menu, calls,
// a group's people. With NODELINE_SCREENS, a folder, its dialogs are kept there as pictures.
import assert from 'node:assert/strict';
import path from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { anna, boris, clinic, nameless, overflows, Parts } from './parts.mjs';

const parts = new Parts('attach');
parts.during(() => parts.startSandbox());

/** @typedef {Awaited<ReturnType<typeof parts.visit>>} Visit */

/** @param {string} phone @param {string} chat */
const place = (phone, chat) => `${parts.sandboxUrl}/#/phone/${phone}/chat/${chat}`;

/** @param {Visit} v @param {string} name */
async function screen(v, name) {
  assert.deepEqual(await nameless(v.page), [], name);
  assert.deepEqual(await overflows(v.page), [], name);
  if (process.env.NODELINE_SCREENS) await v.page.screenshot({ path: path.join(process.env.NODELINE_SCREENS, `${name}.png`) });
}

/** Opens the paper clip's menu and picks from it. @param {Visit} v @param {string} what */
async function attach(v, what) {
  await v.at('attach').click();
  await v.at(`attach-${what}`).click();
}

/** @param {Visit} v @param {string} kind @param {string} text */
const shows = (v, kind, text) => v.at('bubble').and(v.page.locator(`[data-kind="${kind}"]`)).filter({ hasText: text });

for (const [lang, width, height] of /** @type {const} */ ([['en', 1280, 800], ['ru', 390, 844]])) {
  test(`places and contacts are sent from the menu, ${lang} at ${width}`, async () => {
    const a = await parts.visit(place(anna.digits, clinic.digits), { lang, width, height });
    const c = await parts.visit(place(clinic.digits, anna.digits));
    await a.at('attach').click();
    await a.at('attach-place').waitFor();
    await screen(a, `attach-menu-${lang}`);
    await a.at('attach-place').click();
    await a.at('place-name').fill(`Клиника ${lang}`);
    await a.at('place-address').fill('Невский, 1');
    await a.at('place-latitude').fill('север');
    await a.at('place-send').click();
    await a.page.getByRole('alert').filter({ hasText: lang === 'en' ? 'are numbers' : 'пишутся числами' }).waitFor();
    await screen(a, `attach-place-${lang}`);
    await a.at('place-latitude').fill('95');
    await a.at('place-send').click();
    await a.page.getByRole('alert').filter({ hasText: lang === 'en' ? 'from -90 to 90' : 'от -90 до 90' }).waitFor();
    await a.at('place-latitude').fill('59,9343');
    await a.at('place-longitude').fill('-30.3351');
    await a.at('place-send').click();
    await shows(c, 'location', `Клиника ${lang}`).filter({ hasText: 'Невский, 1' }).filter({ hasText: '59.9343°, -30.3351°' }).waitFor();
    await a.at('dialog-place').waitFor({ state: 'detached' });

    await attach(a, 'contact');
    await screen(a, `attach-contact-${lang}`);
    await a.at(`contact-${boris.digits}`).click();
    await shows(c, 'contact', 'Борис Орлов').filter({ hasText: boris.phone }).last().waitFor();
    await attach(a, 'contact');
    await a.at('contact-name').fill(`Вера ${lang}`);
    await a.at('contact-number').fill('+7 (912) 000-11-22');
    await a.at('contact-send').click();
    await shows(c, 'contact', `Вера ${lang}`).filter({ hasText: '+79120001122' }).waitFor();
    await shows(a, 'contact', `Вера ${lang}`).waitFor();
    await screen(a, `attach-chat-${lang}`);
    assert.deepEqual([...a.complaints, ...c.complaints], []);
    await a.close();
    await c.close();
  });
}

test('a file is sent as what the menu says', async () => {
  const a = await parts.visit(place(anna.digits, boris.digits));
  const b = await parts.visit(place(boris.digits, anna.digits));
  for (const [what, name, type, kind, accept] of [
    ['media', 'звук.mp3', 'audio/mpeg', 'audio', /audio\/\*/], ['voice', 'звук.mp3', 'audio/mpeg', 'voice', /^audio\/\*$/],
    ['media', 'чек.png', 'image/png', 'image', /image\/png/], ['document', 'чек.png', 'image/png', 'document', /^$/],
    ['sticker', 'кот.webp', 'image/webp', 'sticker', /^image\/webp$/],
  ]) {
    const chooser = a.page.waitForEvent('filechooser');
    await attach(a, String(what));
    const picked = await chooser;
    assert.match(await picked.element().evaluate((el) => /** @type {HTMLInputElement} */ (el).accept), /** @type {RegExp} */ (accept));
    const before = await b.at('bubble').count();
    await picked.setFiles({ name: String(name), mimeType: String(type), buffer: Buffer.from(`${what} ${name}`) });
    await b.at('bubble').nth(before).locator(`[data-test="file"][data-file="${kind}"]`).waitFor();
  }
  const chooser = a.page.waitForEvent('filechooser');
  await attach(a, 'voice');
  await (await chooser).setFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('not a sound') });
  await a.at('notice').filter({ hasText: 'Only sound can be a voice note' }).waitFor();
  await a.close();
  await b.close();
});

test('a call is one of sound or of pictures', async () => {
  const a = await parts.visit(place(anna.digits, boris.digits));
  const b = await parts.visit(place(boris.digits, anna.digits));
  await a.at('call-video').click();
  await b.at('notice').and(b.page.locator('[data-notice="video"]')).waitFor();
  await a.at('call').click();
  await b.at('notice').and(b.page.locator('[data-notice="call"]')).waitFor();
  await a.close();
  await b.close();
});

test('a group’s people are changed by hand, and one leaves', async () => {
  const { jid } = await parts.api('groups', { by: anna.phone, subject: 'Дом 3', members: [boris.phone] });
  const a = await parts.visit(place(anna.digits, jid));
  const b = await parts.visit(place(boris.digits, jid), { lang: 'ru', width: 390, height: 844 });
  /** @param {Visit} v @param {string} what @param {string} text */
  const told = (v, what, text) => v.at('notice').and(v.page.locator(`[data-notice="${what}"]`)).filter({ hasText: text }).waitFor();
  await a.at('group-info').click();
  await a.at('group-subject').fill('Дом 5');
  await a.at('group-subject-save').click();
  await told(b, 'subject', 'Дом 5');
  await a.at('dialog-group').and(a.page.locator(':has([data-test="group-subject"])')).waitFor();
  await a.page.waitForFunction(() => document.querySelectorAll('dialog[open]').length === 1);
  await a.at('group-description').fill('Двор и подъезд');
  await a.at('group-description-save').click();
  await told(b, 'description', '');
  await a.page.waitForFunction(() => /** @type {HTMLInputElement | null} */ (document.querySelector('[data-test="group-description"]'))?.value === 'Двор и подъезд');
  await a.at('group-newcomer').selectOption(clinic.phone);
  await a.at('group-add').click();
  await told(b, 'added', 'Север');
  await a.at(`group-remove-${clinic.digits}`).click();
  await told(b, 'removed', 'Север');
  await a.at(`group-remove-${clinic.digits}`).waitFor({ state: 'detached' });
  await screen(a, 'group-en');
  await b.at('group-info').click();
  await b.at('group-members').filter({ hasText: 'администратор' }).waitFor();
  assert.equal(await b.at(`group-remove-${anna.digits}`).count(), 0, 'only an admin removes others');
  await screen(b, 'group-ru');
  await b.at('group-leave').click();
  await told(a, 'left', 'Борис Орлов');
  const groups = (await parts.api('groups')).groups.find((/** @type {{jid: string}} */ g) => g.jid === jid);
  assert.deepEqual(groups.members.map((/** @type {{phone: string}} */ m) => m.phone), [anna.phone]);
  assert.equal(groups.description, 'Двор и подъезд');
  assert.deepEqual([...a.complaints, ...b.complaints], []);
  await a.close();
  await b.close();
});

test('the unread line goes when an answer is written', async () => {
  await parts.api(`phones/${clinic.digits}/send`, { to: boris.phone, text: 'Вы придёте?' });
  const b = await parts.visit(place(boris.digits, clinic.digits));
  await b.at('unread-line').waitFor();
  await b.at('composer').fill('Приду');
  await b.at('send').click();
  await b.at('bubble').filter({ hasText: 'Приду' }).waitFor();
  await b.at('unread-line').waitFor({ state: 'detached' });
  await b.close();
});
