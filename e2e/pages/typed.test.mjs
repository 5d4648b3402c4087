// @ts-check
// Linking by a code that is shown for a phone's number and typed on that phone, and
// WhatsApp's wish for a passkey, on the status page and on the phone page.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { scan } from '../lib/qr.mjs';
import { until } from '../lib/until.mjs';
import { anna, boris, clinic, nameless, overflows, Parts } from './parts.mjs';

const parts = new Parts('typed');
parts.during(async () => {
  await parts.startSandbox();
  await parts.startSidecar();
});

const small = { lang: 'ru', width: 390, height: 844 };

/** Opens the status page at a new line's dialog. @param {string} line @param {Parameters<typeof parts.visit>[1]} [options] */
async function linking(line, options) {
  await parts.call('line.create', { id: line, name: 'Reception', region: 'RU' });
  const seen = await parts.visit(parts.sidecarUrl, options);
  await seen.at('token').fill(parts.token);
  await seen.at('sign-in').click();
  await seen.at(`line-${line}`).locator('[data-test="link"]').click();
  await seen.at('link-qr').waitFor();
  return seen;
}

/** The code on show, once there is another than one of before. @param {{at: (name: string) => import('playwright-core').Locator}} seen @param {string} [before] */
async function typed({ at }, before = '') {
  await at('by-phone-code').filter({ hasNotText: before || 'none' }).waitFor();
  const code = await at('by-phone-code').innerText();
  assert.match(code, /^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$/);
  return code;
}

/** Keeps a picture for people to look at. @param {import('playwright-core').Page} page @param {string} name */
const picture = (page, name) => page.screenshot({ path: path.join(parts.logs, `${name}.png`) });

/** Unlinks and forgets a line. @param {string} line */
const gone = (line) => parts.call('line.remove', { line });

for (const [lang, size] of /** @type {const} */ ([['en', { width: 1280, height: 900 }], ['ru', small]])) {
  test(`a number gives a code, which the phone asks for and takes (${lang})`, async () => {
    const line = `typed-${lang}`;
    const status = await linking(line, { ...size, lang });
    const shown = await scan(status.at('link-qr'));
    await status.at('by-phone-number').fill('8 912');
    await status.at('by-phone-ask').click();
    await status.at('by-phone-error').filter({ hasText: '+7 912 345-67-89' }).waitFor();
    assert.equal(await scan(status.at('link-qr')), shown, 'a wrong number changes nothing');
    assert.deepEqual(await overflows(status.page), []);

    await status.at('by-phone-number').fill('8 (900) 000-00-01');
    await status.at('by-phone-ask').click();
    const code = await typed(status);
    await picture(status.page, `status-${lang}-code`);
    const seen = await status.at('by-phone-code').boundingBox();
    assert.ok(seen && seen.y > 0 && seen.y + seen.height < size.height, `the code is in sight: ${JSON.stringify(seen)}`);
    assert.ok(await status.at('by-phone-error').isHidden());
    assert.match(await status.at('by-phone-left').innerText(), /[12]:\d\d/);
    assert.match(await status.at('by-phone').innerText(), /\+7 900 000-00-01/);
    assert.equal(await scan(status.at('link-qr')), shown, 'the QR code stays beside it');
    assert.deepEqual(await nameless(status.page), []);
    assert.deepEqual(await overflows(status.page), []);

    const phone = await parts.visit(`${parts.sandboxUrl}/#/phone/${clinic.digits}`, { ...size, lang });
    await phone.at('link-request').filter({ hasText: 'Nodeline' }).waitFor();
    assert.deepEqual(await overflows(phone.page), []);
    await picture(phone.page, `phone-${lang}-asked`);
    await phone.at('link-request').click();
    await phone.page.waitForFunction(() => document.activeElement?.getAttribute('data-test') === 'typed-code');
    await phone.at('code-asked').filter({ hasText: 'Nodeline' }).waitFor();
    assert.deepEqual(await nameless(phone.page), []);
    assert.deepEqual(await overflows(phone.page), []);
    await phone.at('typed-code').fill('abcd efgh');
    await phone.at('link-confirm').click();
    await phone.at('link-error').filter({ hasText: lang === 'en' ? 'not the code that the device shows' : 'не тот код' }).waitFor();
    await phone.at('link-confirm').hover();
    assert.equal(await phone.at('link-confirm').evaluate((el) => getComputedStyle(el).backgroundColor), 'rgb(12, 122, 86)', 'its white letters can be read under the pointer');
    await picture(phone.page, `phone-${lang}-wrong`);
    await phone.at('typed-code').fill(code.toLowerCase());
    await phone.at('link-confirm').click();
    await phone.at('link-success').waitFor();
    await phone.at('link-done').click();
    await phone.at('link-request').waitFor({ state: 'hidden' });

    await status.at('linked-as').filter({ hasText: '+7 900 000-00-01' }).waitFor();
    assert.ok(await status.at('by-phone').isHidden());
    assert.deepEqual([...status.complaints, ...phone.complaints], []);
    await status.close();
    await phone.close();
    await gone(line);
  });
}

test('a number that is not on WhatsApp is said beside the QR code, and another gets a code', async () => {
  const status = await linking('wrong');
  await status.at('by-phone-number').fill('+7 999 000-00-00');
  await status.at('by-phone-ask').click();
  await status.at('by-phone-error').filter({ hasText: 'not on WhatsApp' }).waitFor();
  assert.ok(await status.at('link-qr').isVisible());
  await status.at('by-phone-number').fill(boris.phone);
  await status.at('by-phone-ask').click();
  const first = await typed(status);
  assert.ok(await status.at('by-phone-error').isHidden());
  assert.equal(await status.at('by-phone-ask').innerText(), 'Another code');
  const before = await scan(status.at('link-qr'));
  await status.at('by-phone-ask').click();
  const second = await typed(status, first);
  await status.at('new-code').click();
  const third = await typed(status, second);
  assert.notEqual(await scan(status.at('link-qr')), before, 'another code has the whole time of another round');
  await parts.api(`phones/${boris.digits}/link`, { code: third });
  await status.at('linked-as').filter({ hasText: '+7 921 000-11-22' }).waitFor();
  assert.deepEqual(status.complaints, []);
  await status.close();
  await gone('wrong');
});

test('who types a number is not disturbed by what comes', async () => {
  const status = await linking('calm');
  await status.at('by-phone-number').pressSequentially('+7 900');
  await parts.call('line.link', { line: 'calm', phone: clinic.phone }); // somebody else asks
  await typed(status);
  await status.page.keyboard.type(' 000');
  assert.equal(await status.at('by-phone-number').inputValue(), '+7 900 000');
  await status.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await status.at('by-phone-copy').click();
  await status.at('by-phone-copy').filter({ hasText: 'Copied' }).waitFor();
  assert.equal(await status.page.evaluate(() => navigator.clipboard.readText()), await status.at('by-phone-code').innerText());
  assert.deepEqual(status.complaints, []);
  await status.close();
  await gone('calm');
});

for (const [lang, says, told] of /** @type {const} */ ([['en', 'If nothing follows', 'confirm with a passkey'], ['ru', 'Если ничего не происходит', 'ключом доступа']])) {
  test(`WhatsApp asks for a passkey: both pages say so and what to do (${lang})`, async () => {
    const line = `passkey-${lang}`;
    await parts.api('faults', { preset: 'passkey', phone: anna.phone });
    const status = await linking(line, { ...(lang === 'ru' ? small : {}), lang });
    await status.at('by-phone-number').fill(anna.phone);
    await status.at('by-phone-ask').click();
    const code = await typed(status);
    const phone = await parts.visit(`${parts.sandboxUrl}/#/phone/${anna.digits}`, { ...(lang === 'ru' ? small : {}), lang });
    await phone.at('link-request').click();
    await phone.at('typed-code').fill(code);
    await phone.at('link-confirm').click();
    await phone.at('link-error').filter({ hasText: told }).waitFor();
    await picture(phone.page, `phone-${lang}-passkey`);
    const state = status.page.locator('[data-state="passkey"]');
    await state.filter({ hasText: says }).waitFor();
    assert.ok(await status.at('link-qr').isHidden(), 'the codes of before are dead');
    assert.deepEqual(await overflows(status.page), []);
    await picture(status.page, `status-${lang}-passkey`);
    assert.equal((await parts.call('line.status', { line })).trouble, 'passkey');

    // The other way: the QR code, once none is asked for.
    const { faults } = await parts.api('faults');
    for (const f of faults) await fetch(`${parts.sandboxUrl}/api/faults/${f.id}`, { method: 'DELETE' });
    await status.at('new-code').click();
    await status.at('link-qr').waitFor();
    const qr = await until('a code that can be read', () => scan(status.at('link-qr')));
    await parts.api(`phones/${anna.digits}/link`, { qr });
    await status.at('linked-as').waitFor();
    assert.deepEqual([...status.complaints, ...phone.complaints], []);
    await status.close();
    await phone.close();
    await gone(line);
  });
}
