// @ts-check
// The template node: picked from a list, filled in as a form, shown as it will look,
// and sent so; a template that is held back or gone, and a sidecar that is away.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { out } from '../../scripts/lib/paths.mjs';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { until } from '../lib/until.mjs';
import { Canvas } from './canvas.mjs';
import { anna, flowOf, lineNode, owner, record, Rig } from './rig.mjs';

const pictures = path.join(out, 'node-red-template');
const nowhere = { id: 'line2', type: 'nodeline-line', name: 'Away', url: 'http://127.0.0.1:1', line: 'demo', plain: false };
const templates = {
  visit: {
    header: { text: 'Визит {{day}}' }, body: 'Ждём вас, {{who}}, в клинике: {{day}}.', footer: 'Клиника', buttons: [{ id: 'yes', text: 'Приду' }, { text: 'Не приду' }],
    samples: [{ name: 'day', value: '1 мая' }, { name: 'who', value: 'Олег' }],
  },
  receipt: { body: 'Спасибо, {{who}}! Сумма: {{sum}} ₽.', samples: [{ name: 'who', value: 'Анна' }, { name: 'sum', value: '100' }] },
  map: { header: { image: 'https://files.example.com/map.png' }, body: 'Как нас найти.' },
  held: { body: 'Придержан.' },
};
const tap = (/** @type {number} */ port) => ({ id: `tap${port}`, type: 'function', z: 'tab1', name: '', x: 700, y: 60 + 40 * port, outputs: 0, wires: [], func: record('tpl', port) });
const flow = flowOf({ go: 'tpl' }, [
  { id: 'tpl', type: 'nodeline-template', z: 'tab1', name: '', line: lineNode.id, x: 400, y: 200, chat: 'payload.phone', chatType: 'msg', wires: [['tap0'], ['tap1']] },
  { id: 'away', type: 'nodeline-template', z: 'tab1', name: '', line: nowhere.id, x: 400, y: 400, chat: 'phone', chatType: 'msg', template: 'visit/ru', templateType: 'template', variables: [{ name: 'day', value: 'завтра' }], wires: [] },
  nowhere, ...[0, 1, 2, 3, 4, 5].map(tap),
]);

describe('the template node', () => {
  /** @type {Rig} */ let rig;
  /** @type {import('playwright-core').Browser} */ let browser;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  const set = (/** @type {string} */ name, /** @type {object} */ fields) => rig.call('template.update', { name, language: 'ru', ...fields });
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    rig = await new Rig('template-dialog', flow).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }));
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
  });

  async function open(locale = 'en-US') {
    const { page, errors } = await openPage(browser, `${rig.editorUrl}/#flow/tab1`, { locale, width: 1440, height: 1000 });
    const canvas = new Canvas(page);
    await canvas.ready();
    const state = page.locator('.nodeline-template-state');
    return {
      page, canvas, errors, state,
      wall: page.locator('.nodeline-wall'),
      variable: (/** @type {string} */ name) => page.locator(`[data-variable="${name}"] .red-ui-typedInput-input`),
      says: (/** @type {RegExp} */ text) => until(`the dialog says ${text}`, async () => text.test(await state.innerText())),
      pick: async (/** @type {string} */ name) => {
        await page.locator('.nodeline-template-open').click();
        await page.locator(`[data-template="${name}/ru"]`).click();
        await until('the template is chosen', async () => await canvas.input('template').inputValue() === `${name}/ru`);
      },
      picture: (/** @type {string} */ name) => page.screenshot({ path: path.join(pictures, `${name}-${locale}.png`), animations: 'disabled' }),
    };
  }

  test('there is none yet', async () => {
    const { page, canvas, wall, picture } = await open();
    await canvas.openNode('tpl');
    await until('nothing is shown yet', async () => await wall.innerText() === 'Choose a template: the message appears here.');
    await page.locator('.nodeline-template-open').click();
    await page.locator('.nodeline-template-note', { hasText: 'no approved template yet' }).waitFor();
    await picture('none');
    for (const [name, content] of Object.entries(templates)) {
      await rig.call('template.create', { name, language: 'ru', category: 'utility', content });
      await set(name, { status: 'APPROVED' });
    }
    await page.locator('.nodeline-template-reload').click();
    await page.locator('[data-template="visit/ru"]').waitFor();
    assert.equal(await page.locator('.nodeline-template-row').count(), 4);
    await page.locator('.nodeline-template-search').fill('сумма');
    await until('only what has the words is left', async () => await page.locator('.nodeline-template-row').count() === 1);
    await page.locator('.nodeline-template-search').fill('нет таких слов');
    await page.locator('.nodeline-template-note', { hasText: 'has these words' }).waitFor();
    await page.locator('.nodeline-template-search').press('Escape');
    await page.locator('.nodeline-template-panel').waitFor({ state: 'hidden' });
    await page.locator('#node-dialog-ok').waitFor();
    await page.context().close();
  });

  test('picked, filled in, sent: the phone shows what the preview did', async () => {
    const { page, canvas, errors, wall, variable, says, pick, picture } = await open('ru-RU');
    await canvas.openNode('tpl');
    await pick('visit');
    await says(/^Одобрен, версия 1\.$/);
    assert.deepEqual([await variable('day').getAttribute('placeholder'), await variable('who').getAttribute('placeholder')], ['1 мая', 'Олег'], 'samples are shown where nothing is typed');
    await picture('picked');
    await variable('day').fill('5 мая');
    await variable('who').fill('👩‍👩‍👧'.repeat(150));
    await page.locator('[data-variable="who"]').getByText('750 / 1024').waitFor();
    await page.locator('[data-variable="who"] .nodeline-warning').waitFor();
    await variable('who').fill('Анна');
    await until('the preview is filled in', async () => (await wall.innerText()).includes('Ждём вас, Анна, в клинике: 5 мая.'));
    const preview = await wall.locator('.nodeline-bubble-text').innerText();
    await canvas.doneNode();
    assert.equal(await canvas.property('tpl', 'template'), 'visit/ru');
    assert.deepEqual((await canvas.property('tpl', 'variables')).map((/** @type {any} */ { name, value, valueType }) => [name, value, valueType]), [['day', '5 мая', 'str'], ['who', 'Анна', 'str']]);
    await canvas.deploy();
    await rig.go('go', { phone: anna });
    const message = await rig.arrives(anna, 'в клинике: 5 мая.');
    const phone = await openPage(browser, `${rig.sandboxUrl}/#/phone/${anna.slice(1)}/chat/${owner.slice(1)}`, { locale: 'ru-RU', width: 1200, height: 900 });
    assert.equal(preview, await shownOn(phone.page, message.id));
    await phone.page.context().close();
    assert.deepEqual(errors, []);
    await page.context().close();
  });

  test('waiting, each quick reply has an output; undo and redo', async () => {
    const { page, canvas, pick, wall } = await open();
    const wires = (/** @type {number[]} */ ...ports) => ports.map((port) => (port < 0 ? [] : [`tap${port}`]));
    assert.deepEqual(await canvas.wires('tpl'), wires(0, 1));
    await canvas.openNode('tpl');
    await page.locator('.nodeline-bubble').waitFor();
    await canvas.input('wait').click();
    await page.locator('.nodeline-reply-chips', { hasText: 'Приду' }).waitFor();
    await canvas.doneNode();
    assert.deepEqual((await canvas.property('tpl', 'choices')).map((/** @type {any} */ { id, text }) => [id, text]), [['yes', 'Приду'], ['b2', 'Не приду']]);
    assert.deepEqual(await canvas.wires('tpl'), wires(-1, -1, -1, -1, -1, 1), 'the wire of errors stays');
    await canvas.wire('tpl', 1, 'tap3');
    await canvas.deploy();
    await rig.go('go', { phone: anna });
    await rig.waiting();
    await rig.writes(anna, 'не приду');
    const { port, msg } = await rig.leaves(2);
    assert.deepEqual([port, msg.answer.id, msg.answer.text], [3, 'b2', 'Не приду'], 'by the output of the reply');

    await canvas.openNode('tpl');
    await page.locator('.nodeline-bubble').waitFor();
    await pick('receipt');
    await until('the preview follows', async () => (await wall.innerText()).startsWith('Спасибо, Анна!'));
    assert.equal(await page.locator('[data-variable="who"] .red-ui-typedInput-input').inputValue(), 'Анна', 'a name that comes again keeps its value');
    await canvas.doneNode();
    assert.deepEqual(await canvas.property('tpl', 'choices'), []);
    const outputs = () => canvas.property('tpl', 'outputs');
    assert.equal(await outputs(), 5);
    await page.evaluate("RED.actions.invoke('core:undo')");
    assert.deepEqual([await canvas.property('tpl', 'template'), await outputs()], ['visit/ru', 6]);
    assert.deepEqual(await canvas.wires('tpl'), wires(-1, 3, -1, -1, -1, 1));
    assert.equal((await canvas.property('tpl', 'variables')).length, 2);
    assert.equal((await canvas.property('tpl', 'choices')).length, 2);
    await page.evaluate("RED.actions.invoke('core:redo')");
    assert.deepEqual([await canvas.property('tpl', 'template'), await outputs()], ['receipt/ru', 5]);
    await page.evaluate("RED.actions.invoke('core:undo')");
    await canvas.openNode('tpl');
    await page.locator('.nodeline-bubble').waitFor();
    await canvas.doneNode();
    assert.equal(await canvas.property('tpl', 'template'), 'visit/ru');
    await page.context().close();
  });

  test('only a looked-at node stays as it is', async () => {
    const { page, canvas } = await open();
    await canvas.openNode('tpl');
    await page.locator('.nodeline-bubble').waitFor();
    await canvas.doneNode();
    assert.equal(await page.evaluate('RED.nodes.dirty()'), false);
    await page.context().close();
  });

  test('a file above the words has a link of its own; others have none', async () => {
    const { page, canvas, pick, wall } = await open();
    await canvas.openNode('tpl');
    await page.locator('.nodeline-bubble').waitFor();
    await canvas.more();
    assert.ok(await canvas.row('template.headerUrl').isHidden());
    await pick('map');
    await canvas.row('template.headerUrl').waitFor();
    assert.equal(await canvas.row('template.headerUrl').locator('.red-ui-typedInput-input').getAttribute('placeholder'), templates.map.header.image);
    assert.ok(await canvas.row('template.variables').isHidden(), 'nothing is to be filled in');
    await canvas.type('template.headerUrl', 'https://files.example.com/other.png');
    await until('the preview names the file', async () => (await wall.innerText()).replace(/\n+/g, '\n') === 'other.png\nКак нас найти.');
    await page.context().close();
  });

  test('held back, gone, unknown: said plainly', async () => {
    const { page, canvas, state, says, picture } = await open();
    await canvas.openNode('tpl');
    await set('held', { status: 'PAUSED' });
    await canvas.type('template', 'held/ru');
    await says(/^Paused\. ./);
    assert.match(await state.getAttribute('class') ?? '', /nodeline-caution/);
    await canvas.type('template', 'gone/ru');
    await says(/no such template|There is no template/i);
    await picture('gone');
    assert.ok(await canvas.row('template.variables').locator('.red-ui-editableList').isVisible(), 'variables can be named by hand');
    await canvas.type('template', 'gone');
    await until('half a name is no question', async () => await state.isHidden());
    await page.context().close();
  });

  test('a sidecar that is away: by hand', async () => {
    const { page, canvas, says, wall, picture } = await open('ru-RU');
    await canvas.openNode('away');
    await says(/вписать вручную/);
    await until('its look is not known', async () => await wall.innerText() === 'Шаблон отсюда не прочитать, поэтому его вид неизвестен.');
    await page.locator('.nodeline-template-open').click();
    await page.locator('.nodeline-template-list .nodeline-trouble').waitFor();
    await page.locator('.nodeline-template-list .nodeline-template-note', { hasText: 'вручную' }).waitFor();
    await picture('away');
    await page.locator('.nodeline-template-open').click();
    const items = canvas.items('template.variables');
    assert.equal(await items.count(), 1, 'what was filled in before is there');
    const added = await canvas.add('template.variables');
    await added.locator('[data-nodeline-field="name"] .red-ui-typedInput-input').fill('who');
    await added.locator('[data-nodeline-field="value"] .red-ui-typedInput-input').fill('Анна');
    await canvas.doneNode();
    assert.deepEqual((await canvas.property('away', 'variables')).map((/** @type {any} */ { name, value }) => [name, value]), [['day', 'завтра'], ['who', 'Анна']]);
    await page.context().close();
  });
});

/** The words of a bubble, as the sandbox's phone shows them. @param {import('playwright-core').Page} page @param {string} id */
async function shownOn(page, id) {
  const text = page.locator(`[data-id="${id}"] [data-test="bubble-text"]`);
  await text.waitFor();
  return text.innerText();
}
