// @ts-check
// The editor as a person uses it: nodes dragged, the line linked by QR, fields
// checked while they are typed, wires that follow their buttons.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { out } from '../../scripts/lib/paths.mjs';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { LineDialog } from '../lib/line-dialog.mjs';
import { until } from '../lib/until.mjs';
import { Canvas } from './canvas.mjs';
import { anna, ask, flowOf, lineNode, owner, recorded, Rig } from './rig.mjs';

const pictures = path.join(out, 'node-red-editor');
const flow = [
  ...flowOf({ ask: 'ask1' }, recorded(ask('ask1'))),
  { id: 'tab2', type: 'tab', label: 'Empty' },
  { id: 'note', type: 'comment', z: 'tab2', name: 'here', x: 60, y: 40, wires: [] },
];

describe('editor', () => {
  /** @type {Rig} */ let rig;
  /** @type {import('playwright-core').Browser} */ let browser;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    rig = await new Rig('editor', flow).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }), { link: false });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
  });

  /** @param {{locale?: string, tab?: string}} [options] */
  async function open({ locale = 'en-US', tab = 'tab1' } = {}) {
    const { page, errors } = await openPage(browser, `${rig.editorUrl}/#flow/${tab}`, { locale, width: 1440, height: 1000 });
    const canvas = new Canvas(page);
    await canvas.ready();
    return { page, errors, canvas, picture: (/** @type {string} */ name) => page.screenshot({ path: path.join(pictures, `${name}-${locale}.png`), animations: 'disabled' }) };
  }

  test('from an empty canvas to an answered question', async () => {
    const { page, errors, canvas, picture } = await open({ tab: 'tab2' });
    const inject = await canvas.drag('inject', 120, 160);
    const node = await canvas.drag('nodeline-send-buttons', 340, 160);
    const debug = await canvas.drag('debug', 640, 110);
    await canvas.wire(inject, 0, node);
    await canvas.wire(node, 1, debug);

    await canvas.openNode(node);
    await picture('new-node');
    await canvas.addLine();
    await page.locator('#nodeline-pick').selectOption('_new_');
    await page.locator('#nodeline-link').click();
    assert.match(await page.locator('#nodeline-name').getAttribute('class') ?? '', /input-error/, 'a line needs a name');
    await page.locator('#nodeline-name').fill('Клиника');
    const dialog = new LineDialog(page);
    await dialog.link();
    const code = await until('the dialog shows a readable QR code', () => dialog.scan());
    assert.match(await page.locator('.nodeline-left').innerText(), /0:\d\d|1:00/, 'the code counts down');
    await page.locator('#nodeline-sandbox').waitFor();
    await picture('code');
    await page.locator('#nodeline-again').click();
    const newer = await until('there is a new code', async () => {
      const next = await dialog.scan();
      return next !== code && next;
    });
    await rig.phone(`${owner}/link`, { qr: newer });
    await dialog.linked(owner);
    await picture('linked');
    assert.equal(await page.locator('#node-config-input-name').inputValue(), 'Клиника', 'the name is filled in');
    await canvas.doneConfig();

    await canvas.kind('chat', 'number, person or group');
    await canvas.type('chat', '8 912 345-67-89');
    await canvas.input('body').fill('Вы придёте?\nЖдём вас.');
    await canvas.typeLabels(['Приду', 'Не приду']);
    await picture('filled');
    await canvas.doneNode();
    await canvas.deploy();
    await canvas.openDebug();
    await canvas.inject(inject);
    const lines = await rig.call('line.list', {});
    const line = lines.lines.find((/** @type {any} */ { name }) => name === 'Клиника');
    assert.equal(line.phone, owner);
    await rig.arrives(anna, 'Ждём вас.');
    const status = canvas.node(node).locator('.red-ui-flow-node-status-label');
    const waits = () => until('the node says that it waits', async () => /^waiting: 1, until /.test(await status.textContent() ?? ''));
    await waits();
    await canvas.openNode(debug);
    await page.locator('#node-input-name').fill('Не придёт');
    await canvas.doneNode();
    await canvas.deploy();
    await waits();
    await rig.writes(anna, '2');
    await page.locator('.red-ui-debug-msg').first().waitFor();
    await until('the node says that it was answered', async () => await status.textContent() === 'answered');
    assert.equal(await canvas.debugCount(), 1);
    assert.deepEqual(errors, []);
    await picture('answered');

    const exported = await page.evaluate('JSON.stringify(RED.nodes.createExportableNodeSet(RED.nodes.filterNodes({}).concat([])))');
    const { flows } = await rig.admin('/flows', { headers: { 'Node-RED-API-Version': 'v2' } });
    for (const text of [exported, JSON.stringify(flows)]) assert.doesNotMatch(text, /token|qr"/i, 'no secret is in the flow');
    await page.context().close();
  });

  test('a line that is linked already needs no code; unlinking asks first', async () => {
    const { page, canvas } = await open();
    await canvas.openNode('ask1');
    await canvas.openLine();
    const linked = page.locator('#nodeline-pick option', { hasText: 'Клиника' });
    await linked.waitFor({ state: 'attached' });
    await page.locator('#nodeline-pick').selectOption(await linked.getAttribute('value'));
    assert.equal((await page.locator('#nodeline-link').innerText()).trim(), 'Use this line');
    await page.locator('#nodeline-link').click();
    await new LineDialog(page).linked(owner);
    assert.equal(await page.locator('#node-config-input-line').inputValue(), await linked.getAttribute('value'));
    assert.notEqual(await page.locator('#node-config-input-token').inputValue(), '');
    await page.locator('#nodeline-unlink').click();
    await page.locator('#nodeline-unlink-no').click();
    assert.equal((await rig.phone(owner)).devices.length, 1);
    await page.locator('#nodeline-unlink').click();
    await page.locator('#nodeline-unlink-yes').click();
    await page.locator('#nodeline-state[data-state="unlinked"]').waitFor();
    await until('the phone has lost the device', async () => (await rig.phone(owner)).devices.length === 0);
    await page.context().close();
  });

  test('closing the dialog ends its polls', async () => {
    const { page, canvas } = await open();
    await canvas.openNode('ask1');
    /** What the dialog asked for, in order. @type {string[]} */ const calls = [];
    /** Looks at linking that wait for news. @type {Set<import('playwright-core').Request>} */ const looks = new Set();
    let broken = 0;
    const action = (/** @type {import('playwright-core').Request} */ request) => /\/nodeline-line\/[^/]+\/(\w+)$/.exec(request.url())?.[1];
    page.on('request', (request) => {
      const name = action(request);
      if (name) calls.push(name);
      if (name === 'link' && request.postDataJSON().since > 0) looks.add(request);
    });
    page.on('requestfinished', (request) => looks.delete(request));
    page.on('requestfailed', (request) => { if (looks.delete(request)) broken++; });
    await canvas.openLine();
    await page.locator('#nodeline-pick').selectOption(lineNode.line);
    const dialog = new LineDialog(page);
    await dialog.link();
    await until('a code is shown', () => dialog.scan());
    await until('one look is under way', () => looks.size === 1);
    await page.locator('#node-config-dialog-cancel').click();
    await until('the running look is broken off', () => broken === 1 && looks.size === 0);
    const before = [...calls];
    assert.equal(before.filter((name) => name === 'lines').length, 1, 'opening the dialog asks once for the lines');
    // News that an open dialog would fetch at once.
    await rig.call('line.link', { line: lineNode.line, restart: true });
    await rig.call('line.link', { line: lineNode.line, since: 1, waitMs: 1000 });
    await canvas.settled();
    assert.deepEqual(calls, before);
    await page.context().close();
  });

  test('fields are judged while they are typed', async () => {
    const { page, canvas, picture } = await open();
    await canvas.openNode('ask1');
    const said = (/** @type {string} */ field) => canvas.row(field).locator('.nodeline-problem').first();
    await canvas.more();
    await canvas.type('header', 'х'.repeat(60));
    await page.keyboard.type('х');
    await canvas.row('header').getByText('61 / 60').waitFor();
    await until('the header says what is wrong', async () => /Header.*60.*61|Header.*61.*60/.test(await said('header').innerText()));
    await until('the header is marked', async () => await canvas.row('header').locator('.input-error').count() === 1);
    await canvas.type('header', 'х'.repeat(60));
    await said('header').waitFor({ state: 'detached' });
    await until('the mark is gone', async () => await canvas.row('header').locator('.input-error').count() === 0);

    const first = canvas.buttons.nth(0);
    await first.locator('.red-ui-typedInput-input').fill('👩‍👩‍👧'.repeat(4));
    await first.getByText('20 / 20').waitFor();
    await first.locator('.nodeline-warning').waitFor();
    assert.equal(await first.locator('.nodeline-problem').count(), 0, 'UTF-16 only warns');
    await first.locator('.red-ui-typedInput-input').fill('Нет');
    await canvas.page.locator('[data-nodeline-field="buttons"] .nodeline-problem').first().waitFor();
    await picture('problems');
    await first.locator('.red-ui-typedInput-input').fill('Да');
    await canvas.page.locator('[data-nodeline-field="buttons"] .nodeline-problem').first().waitFor({ state: 'detached' });

    await canvas.kind('chat', 'number, person or group');
    await canvas.type('chat', 'Анна');
    await said('chat').waitFor();
    await canvas.kind('chat', 'msg.');
    await said('chat').waitFor({ state: 'detached' });

    const reminder = await canvas.add('reminders');
    await reminder.locator('textarea').fill('Ждём вашего ответа');
    await reminder.locator('[data-nodeline-field="afterSeconds"] .nodeline-problem', { hasText: /Reminder 1 after.*3600/ }).waitFor();
    await picture('reminder');
    await reminder.locator('[data-nodeline-field="afterSeconds"] select').selectOption('minutes');
    await reminder.locator('[data-nodeline-field="afterSeconds"] .nodeline-problem').waitFor({ state: 'detached' });
    await reminder.locator('textarea').fill('ж'.repeat(1025));
    await reminder.locator('[data-nodeline-field="text"] .nodeline-problem').waitFor();
    await canvas.row('reminders').locator('.red-ui-editableList-item-remove').click();
    await canvas.items('reminders').waitFor({ state: 'detached' });

    await canvas.type('deadlineSeconds', '31');
    await canvas.input('deadlineUnit').selectOption('days');
    await canvas.row('deadlineSeconds').locator('.nodeline-problem').waitFor();
    await canvas.choose('rendering', 'WhatsApp buttons');
    await canvas.row('rendering').locator('.nodeline-caution', { hasText: 'Not certain' }).waitFor();
    await page.context().close();
  });

  test('wires follow their buttons', async () => {
    const { page, canvas } = await open();
    const taps = (/** @type {(number | '')[]} */ ...ports) => ports.map((port) => (port === '' ? [] : [`ask1-tap${port}`]));
    assert.deepEqual(await canvas.wires('ask1'), taps(0, 1, 2, 3, 4, 5, 6));
    await canvas.openNode('ask1');
    await canvas.more();
    assert.equal(await canvas.input('priority').inputValue(), 'normal', 'a flow of before has none');
    await canvas.choose('priority', 'Broadcast');
    await canvas.row('priority').locator('.nodeline-help', { hasText: 'everything else go first' }).waitFor();
    await canvas.dragButton(2, 0);
    await until('the list is in its new order', async () =>
      await canvas.buttons.nth(0).locator('.red-ui-typedInput-input').inputValue() === 'Позже');
    await canvas.doneNode();
    assert.equal(await canvas.property('ask1', 'priority'), 'broadcast');
    assert.deepEqual(await canvas.wires('ask1'), taps(2, 0, 1, 3, 4, 5, 6));

    await canvas.openNode('ask1');
    await canvas.removeButton(1);
    await canvas.add('buttons');
    await canvas.buttons.nth(2).locator('.red-ui-typedInput-input').fill('Новая');
    assert.ok(await page.locator('[data-nodeline-field="buttons"] .red-ui-editableList-addButton').isHidden(), 'three is the most');
    await canvas.doneNode();
    assert.deepEqual(await canvas.wires('ask1'), taps(2, 1, '', 3, 4, 5, 6));
    const ids = (await canvas.property('ask1', 'buttons')).map((/** @type {any} */ { id }) => id);
    assert.deepEqual(ids.slice(0, 2), ['later', 'no']);
    assert.ok(!['yes', 'no', 'later'].includes(ids[2]), 'a new button never takes an old id');

    await canvas.openNode('ask1');
    await canvas.more();
    await (await canvas.add('reminders')).locator('textarea').fill('Ждём вашего ответа');
    await canvas.input('wait').click();
    await canvas.row('reminders').waitFor({ state: 'detached' });
    await canvas.doneNode();
    assert.equal((await canvas.property('ask1', 'reminders'))[0].text, 'Ждём вашего ответа');
    assert.deepEqual(await canvas.wires('ask1'), taps('', 6));
    await canvas.openNode('ask1');
    await canvas.input('wait').click();
    await canvas.doneNode();
    assert.deepEqual(await canvas.wires('ask1'), taps('', '', '', '', '', '', 6));

    await canvas.openNode('ask1');
    await canvas.dragButton(1, 0);
    await page.locator('#node-dialog-cancel').click();
    assert.deepEqual(await canvas.wires('ask1'), taps('', '', '', '', '', '', 6));
    await page.context().close();
  });

  test('in Russian: labels, sentences, statuses and help', async () => {
    const { page, canvas, picture, errors } = await open({ locale: 'ru-RU' });
    await canvas.openNode('ask1');
    for (const [field, label] of Object.entries({ chat: 'Номер телефона или диалог', header: 'Заголовок', body: 'Сообщение', footer: 'Подпись', buttons: 'Кнопки' })) {
      assert.equal((await canvas.row(field).locator('label').first().innerText()).trim(), label);
    }
    await canvas.more();
    await canvas.type('header', 'х'.repeat(61));
    await canvas.row('header').locator('.nodeline-problem', { hasText: 'Заголовок' }).waitFor();
    await (await canvas.add('reminders')).locator('textarea').fill('Ждём вашего ответа');
    await canvas.row('afterSeconds').locator('.nodeline-problem', { hasText: 'напоминание должно быть раньше' }).waitFor();
    await picture('buttons');
    assert.deepEqual(await overflowing(page), [], 'no label is cut');
    await canvas.openLine();
    await page.locator('#nodeline-link', { hasText: 'Привязать WhatsApp' }).waitFor();
    await picture('line');
    assert.deepEqual(await overflowing(page), []);
    await page.locator('#node-config-dialog-cancel').click();
    await page.locator('#node-dialog-cancel').click();
    const palette = page.locator('.red-ui-palette-node[data-palette-type="nodeline-check-number"]');
    assert.equal((await palette.innerText()).trim().replace(/\s+/g, ' '), 'проверить номер');
    const help = /** @type {string} */ (await page.evaluate("RED.nodes.getNodeHelp('nodeline-send-buttons')"));
    assert.match(help, /Ожидание надёжно/);
    await until('the status is in Russian', async () =>
      (await canvas.node('ask1').locator('.red-ui-flow-node-status-label').textContent()) === 'нет доступа: откройте линию и привяжите её');
    assert.deepEqual(errors, []);
    await page.context().close();
  });
});

/** Texts of the open dialog that are wider than their place. @param {import('playwright-core').Page} page @returns {Promise<string[]>} */
function overflowing(page) {
  return page.evaluate(() => [...document.querySelectorAll('.red-ui-tray-body label, .red-ui-tray-body button, .nodeline-head, .nodeline-side')]
    .filter((element) => element instanceof HTMLElement && element.offsetParent && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
    .map((element) => element.textContent?.trim() ?? ''));
}
