// @ts-check
// "Network trouble" on the phone page, against a real sandbox with a linked line.
import assert from 'node:assert/strict';
import test, { afterEach } from 'node:test';
import { until } from '../lib/until.mjs';
import { anna, clinic, nameless, overflows, Parts } from './parts.mjs';

const parts = new Parts('trouble');
parts.during(async () => {
  await parts.startSandbox();
  await parts.startSidecar();
  await parts.linkedLine('clinic', clinic.digits);
});
afterEach(async () => {
  await fetch(`${parts.sandboxUrl}/api/faults`, { method: 'DELETE' });
  await until('the line is connected', async () => (await parts.call('line.status', { line: 'clinic' })).state === 'connected');
});

/** @returns {Promise<any[]>} */
const faults = async () => (await parts.api('faults')).faults;

/** Opens the dialog. @param {{lang?: string, width?: number, height?: number, touch?: boolean}} [options] */
async function open(options) {
  const visited = await parts.visit(`${parts.sandboxUrl}/#/`, options);
  await visited.at('trouble-open').click();
  await visited.at('group-messages').waitFor();
  return visited;
}

/** Unfolds a group and presses one of its switches. @param {(name: string) => import('playwright-core').Locator} at @param {string} group @param {string} preset */
async function press(at, group, preset) {
  if (!await at(`preset-${preset}`).isVisible()) await at(`group-${group}`).locator('summary').click();
  await at(`preset-${preset}`).click();
}

test('nothing is broken at first, and every trouble has its words', async () => {
  for (const [lang, title, nothing] of [['en', 'Network trouble', 'the network works as usual'], ['ru', 'Сбои сети', 'сеть работает как обычно']]) {
    const { page, at, complaints, close } = await open({ lang });
    assert.equal(await page.locator('dialog h2').innerText(), title);
    assert.ok((await at('trouble-none').innerText()).includes(nothing ?? ''));
    assert.ok(await at('trouble-clear').isHidden());
    assert.ok(await at('trouble-count').isHidden());
    const { presets } = await parts.api('presets');
    assert.ok(presets.length > 30);
    for (const group of new Set(presets.map((/** @type {any} */ p) => p.group))) await at(`group-${group}`).locator('summary').click();
    for (const p of presets) {
      const text = await at(`preset-${p.name}`).innerText();
      assert.ok(text.includes(p.title[lang ?? '']) && text.includes(p.effect[lang ?? '']), text);
      assert.equal(await at(`preset-${p.name}`).getAttribute('aria-checked'), 'false');
    }
    assert.deepEqual(await nameless(page), []);
    assert.deepEqual(await overflows(page), []);
    assert.deepEqual(complaints, []);
    await close();
  }
});

test('a trouble is switched on for one phone, strikes, is counted, and is switched off', async () => {
  const { page, at, close } = await open();
  await at('trouble-whom').selectOption(clinic.phone);
  await press(at, 'messages', 'lost_ack');
  const row = page.locator('[data-test="fault"][data-preset="lost_ack"]');
  await row.waitFor();
  assert.match(await row.innerText(), /Lost acknowledgement\s+Клиника «Север» · has not struck yet/);
  assert.equal(await at('trouble-count').innerText(), '1');
  assert.ok(await at('trouble-none').isHidden());
  const [fault] = await faults();
  assert.deepEqual([fault.preset, fault.phone], ['lost_ack', clinic.phone]);
  // A switch that was pressed keeps the focus, so that Space switches it back.
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-test')), 'preset-lost_ack');

  const sending = parts.call('message.sendText', { line: 'clinic', key: 'struck', chat: anna.phone, text: 'Дошло?' });
  await row.filter({ hasText: /struck \d+ time/ }).waitFor();
  await sending;
  await page.keyboard.press('Space');
  await at('trouble-none').waitFor();
  assert.deepEqual(await faults(), []);
  assert.equal(await at('preset-lost_ack').getAttribute('aria-checked'), 'false');
  await close();
});

test('what strikes once is over, and can be had again', async () => {
  const { page, at, close } = await open({ lang: 'ru' });
  const row = page.locator('[data-test="fault"][data-preset="device_removed"]');
  await parts.api('faults', { preset: 'device_removed', phone: anna.phone, times: 1 });
  await row.filter({ hasText: 'ещё не сработал' }).waitFor();
  await row.locator('[data-test="fault-off"]').click();
  await at('trouble-none').waitFor();
  for (let i = 0; i < 2; i++) {
    await parts.api('faults', { way: 'account', do: 'new_lid', phone: anna.phone });
    await page.locator('[data-test="fault"]').filter({ hasText: 'сработал 1 раз, больше не сработает' }).waitFor();
    assert.ok(await at('trouble-count').isHidden(), 'what is over is not on');
    await at('fault-off').click();
    await at('trouble-none').waitFor();
  }
  await at('trouble-whom').selectOption(anna.phone);
  await press(at, 'messages', 'lid_change');
  await page.locator('[data-test="fault"][data-preset="lid_change"]').filter({ hasText: 'сработал 1 раз' }).waitFor();
  const before = (await parts.api(`phones/${anna.digits}`)).lid;
  await at('preset-lid_change').click();
  await until('another LID', async () => (await parts.api(`phones/${anna.digits}`)).lid !== before);
  assert.equal((await faults()).length, 1);
  await close();
});

test('a trouble of one phone waits until a phone is chosen', async () => {
  const { at, close } = await open();
  await at('group-messages').locator('summary').click();
  assert.ok(await at('preset-lid_change').isDisabled());
  assert.match(await at('preset-lid_change').innerText(), /Choose a phone above first/);
  await at('trouble-whom').selectOption(anna.phone);
  assert.ok(await at('preset-lid_change').isEnabled());
  await close();
});

test('all is switched off at once; what a script set is shown too', async () => {
  const { page, at, close } = await open();
  await parts.api('faults', [{ way: 'up', tag: 'presence', do: 'drop' }, { preset: 'reordered' }]);
  await press(at, 'network', 'slow_network');
  await page.locator('[data-test="fault"]').nth(2).waitFor();
  const shown = await page.locator('[data-test="fault"]').allInnerTexts();
  assert.match(shown[0] ?? '', /Set by a script: up presence drop\s+Everyone/);
  assert.match(shown[1] ?? '', /Out of order/);
  assert.equal(await at('trouble-count').innerText(), '3');
  assert.match(await at('trouble-open').getAttribute('aria-label') ?? '', /Network trouble: 3 on/);
  await at('trouble-clear').click();
  await at('trouble-none').waitFor();
  assert.deepEqual(await faults(), []);
  await close();
});

test('on a small screen everything can be reached', async () => {
  const { page, at, close } = await open({ lang: 'ru', width: 390, height: 844, touch: true });
  await press(at, 'attachments', 'slow_upload');
  await page.locator('[data-test="fault"]').waitFor();
  assert.deepEqual(await overflows(page), []);
  assert.deepEqual(await nameless(page), []);
  await at('dialog-close').tap();
  assert.deepEqual(await overflows(page), []);
  assert.equal(await at('trouble-count').innerText(), '1');
  await close();
});

test('another tab sees what is switched on here', async () => {
  const one = await open();
  const two = await parts.visit(`${parts.sandboxUrl}/#/`);
  await two.at('trouble-open').waitFor();
  await press(one.at, 'linking', 'late_scan');
  await two.at('trouble-count').filter({ hasText: '1' }).waitFor();
  await one.at('trouble-clear').click();
  await two.at('trouble-count').waitFor({ state: 'hidden' });
  await one.close();
  await two.close();
});
