// @ts-check
// The one dialog, of every node and of every case: each field is drawn, filled in,
// kept over Done, deploy and export; looking changes nothing; undo takes all back.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { out } from '../../scripts/lib/paths.mjs';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { until } from '../lib/until.mjs';
import { Canvas } from './canvas.mjs';
import { fillForm } from './filler.mjs';
import { readModels, registered } from './models.mjs';
import { anna, ask, flowOf, lineNode, recorded, Rig } from './rig.mjs';

const pictures = path.join(out, 'node-red-dialogs');
const script = '**/resources/@nodeline/node-red-whatsapp/editor.min.js*';
const models = await readModels();
const types = await registered();

const flow = [
  ...flowOf({ ask: 'ask1' }, recorded(ask('ask1', { name: 'Вопрос', reminder: 'Ждём ответа', reminderType: 'str', reminderAfter: '2', reminderUnit: 'minutes' }))),
  { id: 'tab2', type: 'tab', label: 'Every node' },
  { id: 'note', type: 'comment', z: 'tab2', name: 'here', x: 60, y: 40, wires: [] },
];

describe('dialogs', () => {
  /** @type {Rig} */ let rig;
  /** @type {import('playwright-core').Browser} */ let browser;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    rig = await new Rig('dialogs', flow).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }));
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
  });

  /** @param {{locale?: string, tab?: string, height?: number}} [options] */
  async function open({ locale = 'en-US', tab = 'tab1', height = 1000 } = {}) {
    const { page, errors } = await openPage(browser, `${rig.editorUrl}/#flow/${tab}`, { locale, width: 1440, height });
    const canvas = new Canvas(page);
    await canvas.ready();
    return { page, errors, canvas };
  }

  /** Puts a new node with its defaults on the open tab. @param {import('playwright-core').Page} page @param {string} type @param {string} id */
  const put = (page, type, id) => page.evaluate(([type, id, line]) => {
    const { RED, structuredClone: clone } = /** @type {any} */ (globalThis);
    const node = /** @type {any} */ ({ id, type, z: RED.workspaces.active(), x: 300, y: 200, wires: [] });
    for (const [name, { value }] of Object.entries(/** @type {any} */ (RED.nodes.getType(type).defaults))) if (value !== undefined) node[name] = clone(value);
    RED.nodes.import([{ ...node, line }]);
    Object.assign(RED.nodes.node(id), { changed: false });
    RED.nodes.dirty(false);
  }, /** @type {const} */ ([type, id, lineNode.id]));

  /** Goes through the cases of the open dialog: each is chosen, unfolded and looked over. @param {Canvas} canvas @param {string} type @param {string} locale @param {(one: any) => Promise<void>} [then] */
  async function eachCase(canvas, type, locale, then) {
    const { page } = canvas;
    const { cases, chooser, switch: onOff } = models[type];
    for (const one of cases) {
      if (chooser) await canvas.input(chooser.param).selectOption(one.id);
      if (onOff) await canvas.input(onOff.param).setChecked(one.on);
      if (await page.locator('.nodeline-case > .nodeline-fold').count()) await canvas.more();
      await canvas.settled();
      const name = [type.replace('nodeline-', ''), one.id, one.on].filter((part) => part !== '' && part !== undefined).join('-');
      await page.locator('.red-ui-tray').last().screenshot({ path: path.join(pictures, `${name}-${locale}.png`), animations: 'disabled' });
      const { raw, cut, foreign } = await page.evaluate(reading);
      assert.deepEqual(raw, [], `${name}: keys or gaps in place of texts`);
      assert.deepEqual(cut, [], `${name}: texts that are cut`);
      if (locale === 'ru-RU') assert.deepEqual(foreign, [], `${name}: texts that are not Russian`);
      await then?.(one);
    }
  }

  /** Opens the dialog of a node as a double click does. @param {import('playwright-core').Page} page @param {string} id */
  async function edit(page, id) {
    await page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`);
    await page.locator('#nodeline-fields[data-nodeline-ready]').waitFor();
    // The dialog slides in; then Node-RED puts the cursor into its first field, wherever it was.
    await page.waitForFunction('document.activeElement?.closest(".red-ui-tray-body")');
  }

  /** What a node holds. @param {import('playwright-core').Page} page @param {string} id @returns {Promise<Record<string, any>>} */
  const held = (page, id) => page.evaluate(`JSON.parse(JSON.stringify(Object.fromEntries(Object.keys(RED.nodes.node('${id}')._def.defaults).map((name) => [name, RED.nodes.node('${id}')[name]]))))`);
  /** @param {import('playwright-core').Page} page */
  const undo = (page) => page.evaluate('RED.history.pop()');
  /** @param {import('playwright-core').Page} page */
  const redo = (page) => page.evaluate('RED.history.redo()');

  test('every field of every case of every node is kept: over Done, another look, deploy and export', async () => {
    const { page, canvas, errors } = await open({ tab: 'tab2', height: 1800 });
    /** @type {Record<string, any>} */ const all = {};
    for (const type of types) {
      await put(page, type, type);
      await edit(page, type);
      /** @type {Record<string, unknown>} */ const expected = {};
      await eachCase(canvas, type, 'en-US', async ({ fields }) => {
        Object.assign(expected, await page.evaluate(`(${fillForm})(${JSON.stringify(fields)})`));
      });
      await canvas.doneNode();
      const now = await held(page, type);
      for (const [name, value] of Object.entries(expected)) assert.deepEqual(now[name], value, `${type}: ${name}`);
      assert.equal(await page.evaluate('RED.nodes.dirty()'), true, type);
      all[type] = now;
      await page.evaluate(`Object.assign(RED.nodes.node('${type}'), { changed: false }); RED.nodes.dirty(false)`);
      await edit(page, type);
      await canvas.doneNode();
      assert.equal(await page.evaluate('RED.nodes.dirty()'), false, `${type}: a look changes nothing`);
      assert.deepEqual(await held(page, type), now, type);
    }
    await page.evaluate('RED.nodes.dirty(true)');
    await canvas.deploy();
    const { flows } = await rig.admin('/flows', { headers: { 'Node-RED-API-Version': 'v2' } });
    const exported = JSON.parse(await page.evaluate("JSON.stringify(RED.nodes.createExportableNodeSet(RED.nodes.filterNodes({ z: 'tab2' })))"));
    for (const list of [flows, exported]) {
      for (const [id, node] of Object.entries(all)) {
        const kept = list.find((/** @type {any} */ one) => one.id === id);
        for (const [name, value] of Object.entries(node)) assert.deepEqual(kept[name], value, `${id}: ${name}`);
      }
    }
    assert.deepEqual(errors, []);
    await page.context().close();
  });

  test('every dialog reads well in Russian; choosing among its cases is no change yet', async () => {
    const { page, canvas, errors } = await open({ locale: 'ru-RU', tab: 'tab2', height: 1800 });
    for (const type of types) {
      await put(page, type, `${type}-ru`);
      const before = await held(page, `${type}-ru`);
      await edit(page, `${type}-ru`);
      await eachCase(canvas, type, 'ru-RU');
      await page.locator('#node-dialog-cancel').click();
      await page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
      assert.equal(await page.evaluate('RED.nodes.dirty()'), false, type);
      assert.deepEqual(await held(page, `${type}-ru`), before, type);
    }
    assert.deepEqual(errors, []);
    await page.context().close();
  });

  test('a flow of before: a look changes nothing, and its reminder is the first of the list', async () => {
    const { page, canvas } = await open();
    const before = await held(page, 'ask1');
    await edit(page, 'ask1');
    await canvas.more();
    assert.equal(await canvas.items('reminders').count(), 1);
    assert.equal(await canvas.items('reminders').locator('textarea').inputValue(), 'Ждём ответа');
    await canvas.doneNode();
    assert.equal(await page.evaluate('RED.nodes.dirty()'), false);
    assert.deepEqual(await held(page, 'ask1'), before);

    await edit(page, 'ask1');
    await canvas.items('reminders').locator('textarea').fill('Вы придёте?');
    await canvas.doneNode();
    const after = await held(page, 'ask1');
    assert.equal(after['reminder'], undefined, 'the list takes its place');
    assert.deepEqual(after['reminders'].map((/** @type {any} */ one) => [one.text, one.after, one.afterUnit]), [['Вы придёте?', '2', 'minutes']]);
    assert.deepEqual(after['buttons'], before['buttons'], 'what nobody touched keeps its form');
    await undo(page);
    assert.deepEqual(await held(page, 'ask1'), before);
    await page.context().close();
  });

  test('undo and redo: a button added, dragged, removed; the wait switched; a cancelled dialog', async () => {
    const { page, canvas } = await open();
    const look = async () => ({ held: await held(page, 'ask1'), wires: await canvas.wires('ask1') });
    const states = [await look()];
    /** @param {() => Promise<unknown>} change */
    const changed = async (change) => {
      await edit(page, 'ask1');
      await change();
      await canvas.doneNode();
      states.push(await look());
    };
    await changed(() => canvas.removeButton(1));
    await changed(async () => { await (await canvas.add('buttons')).locator('.red-ui-typedInput-input').fill('Перезвоните'); });
    await changed(async () => {
      await canvas.dragButton(2, 0);
      await until('the list is in its new order', async () => await canvas.buttons.nth(0).locator('.red-ui-typedInput-input').inputValue() === 'Перезвоните');
    });
    await changed(() => canvas.input('wait').click());
    await changed(() => canvas.input('wait').click());
    assert.deepEqual(states.map(({ wires }) => wires.map(([to]) => to?.replace('ask1-tap', '') ?? '')), [
      ['0', '1', '2', '3', '4', '5', '6'], ['0', '2', '3', '4', '5', '6'], ['0', '2', '', '3', '4', '5', '6'], ['', '0', '2', '3', '4', '5', '6'],
      ['', '6'], ['', '', '', '', '', '', '6'],
    ]);
    for (let place = states.length - 2; place >= 0; place--) {
      await undo(page);
      assert.deepEqual(await look(), states[place], `undone to ${place}`);
    }
    for (let place = 1; place < states.length; place++) {
      await redo(page);
      assert.deepEqual(await look(), states[place], `redone to ${place}`);
    }
    await edit(page, 'ask1');
    await canvas.dragButton(1, 0);
    await canvas.more();
    await canvas.type('header', 'Другое');
    await page.locator('#node-dialog-cancel').click();
    await page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
    assert.deepEqual(await look(), states[states.length - 1], 'a cancelled dialog leaves nothing');
    await page.context().close();
  });

  test('a chat is picked among who wrote to the line, or typed; without a line it is typed', async () => {
    await rig.writes(anna, 'Здравствуйте');
    const chat = await until('the line has heard her', async () => (await rig.call('chat.list', { line: lineNode.line })).chats[0]?.chat);
    assert.equal(chat.phone, anna);
    const { page, canvas } = await open();
    await edit(page, 'ask1');
    await canvas.kind('chat', 'number, person or group');
    const input = canvas.row('chat').locator('.red-ui-typedInput-input');
    await input.fill('');
    await input.pressSequentially(anna.slice(0, 4));
    await page.locator('.red-ui-autoComplete-container').getByText(anna).click();
    await canvas.doneNode();
    assert.deepEqual([await canvas.property('ask1', 'chat'), await canvas.property('ask1', 'chatType')], [anna, 'str']);

    await edit(page, 'ask1');
    await page.locator('#node-input-line').selectOption('_ADD_');
    await input.fill('');
    await input.pressSequentially('+7 912 345-67-89');
    await canvas.doneNode();
    assert.equal(await canvas.property('ask1', 'chat'), '+7 912 345-67-89');
    await page.context().close();
  });

  test('a copy keeps the ids of its choices, and so its wires', async () => {
    const { page } = await open();
    const copies = await page.evaluate(() => {
      const { RED } = /** @type {any} */ (globalThis);
      const nodes = RED.nodes.filterNodes({ z: 'tab1' }).filter((/** @type {any} */ { id }) => id.startsWith('ask1'));
      const { nodeMap } = RED.nodes.import(JSON.parse(JSON.stringify(RED.nodes.createExportableNodeSet(nodes))), { generateIds: true });
      const copy = nodeMap['ask1'];
      const wires = Array.from({ length: copy.outputs }, (_, place) => RED.nodes.filterLinks({ source: copy, sourcePort: place }).length);
      return { buttons: copy.buttons, wires };
    });
    assert.deepEqual(copies.buttons.map((/** @type {any} */ { id }) => id), ['yes', 'no', 'later']);
    assert.deepEqual(copies.wires, [1, 1, 1, 1, 1, 1, 1]);
    await page.context().close();
  });

  test('a dialog whose script does not come says so, loses nothing and can be tried again', async () => {
    const { page, canvas } = await open();
    const before = await held(page, 'ask1');
    await page.route(script, (route) => route.abort());
    await page.evaluate("RED.editor.edit(RED.nodes.node('ask1'))");
    await page.locator('#nodeline-fields .nodeline-trouble', { hasText: 'Nothing is lost' }).waitFor();
    await canvas.doneNode();
    assert.equal(await page.evaluate('RED.nodes.dirty()'), false);
    assert.deepEqual(await held(page, 'ask1'), before);
    await page.evaluate("RED.editor.edit(RED.nodes.node('ask1'))");
    await page.locator('#nodeline-fields .nodeline-trouble').waitFor();
    await page.unroute(script);
    await page.locator('#nodeline-fields button').click();
    await page.locator('#nodeline-fields[data-nodeline-ready]').waitFor();
    assert.equal(await canvas.buttons.count(), 3);
    await page.locator('#node-dialog-cancel').click();
    await page.context().close();
  });

  test('the dialog is one script, asked for when the first dialog opens, and once', async () => {
    const { page, canvas } = await open({ tab: 'tab2' });
    /** @type {string[]} */ const asked = [];
    page.on('request', (request) => { if (request.url().includes('editor.min.js')) asked.push(request.url()); });
    for (const [place, type] of types.slice(0, 3).entries()) {
      await put(page, type, `once${place}`);
      assert.equal(asked.length, Math.min(place, 1));
      await edit(page, `once${place}`);
      await canvas.doneNode();
    }
    assert.equal(asked.length, 1);
    await page.context().close();
  });
});

/** Looks over an open dialog: what is no text, what is cut, what is not Russian. */
function reading() {
  const shownOnes = (/** @type {string} */ selector) => [...document.querySelectorAll(selector)].filter((element) => element instanceof HTMLElement && element.offsetParent !== null);
  const texts = shownOnes('.red-ui-tray-body *').filter((element) => element.children.length === 0).map((element) => element.textContent?.trim() ?? '');
  const cut = shownOnes('.red-ui-tray-body label, .red-ui-tray-body button, .red-ui-typedInput-option-label, .nodeline-head')
    .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline').map((element) => element.textContent?.trim());
  const ours = shownOnes('#nodeline-fields label, .nodeline-help, .nodeline-problem, #nodeline-fields option, .nodeline-fold').map((element) => element.textContent?.trim() ?? '');
  return {
    raw: texts.filter((text) => /\bcommon\.|\{n\}|undefined|NaN|\[object|__\w+__/.test(text)),
    cut,
    foreign: ours.filter((text) => /[A-Za-z]{3,}/.test(text) && !/[а-яё]/i.test(text)),
  };
}
