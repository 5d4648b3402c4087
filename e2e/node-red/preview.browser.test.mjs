// @ts-check
// The preview in a dialog, by hand: it follows what is typed, in every shape and
// every form, beside the fields or below them, in both languages and in the dark.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { out } from '../../scripts/lib/paths.mjs';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { until } from '../lib/until.mjs';
import { Canvas } from './canvas.mjs';
import { flowOf, lineNode, Rig } from './rig.mjs';

const pictures = path.join(out, 'node-red-preview');
const choice = (/** @type {string} */ id, /** @type {string} */ text, rest = {}) => ({ id, text, textType: 'str', ...rest });
const node = (/** @type {string} */ id, /** @type {string} */ type, /** @type {object} */ fields) => ({ id, type: `nodeline-${type}`, z: 'tab1', name: id, line: lineNode.id, x: 300, y: 100, wires: [], ...fields });
const flow = flowOf({}, [
  node('new', 'send-buttons', {}),
  node('buttons', 'send-buttons', { body: 'Придёте?', header: 'Визит', footer: 'Клиника', buttons: [choice('y', 'Да'), choice('n', 'label', { textType: 'msg' })] }),
  node('list', 'send-list', { body: 'К кому?', listButton: 'Врачи', rows: [choice('a', 'Терапевт', { description: 'Этаж 2', section: 'Первый визит' }), choice('b', 'Хирург')], rendering: 'native' }),
  node('poll', 'send-poll', { wait: false, body: 'Когда?', pollOptions: [choice('a', 'Утром'), choice('b', 'Днём')], multiple: true }),
  node('text', 'send-text', { text: '*Ждём* вас,\n_Клиника_ ~вчера~ ```10:30``` <b>' }),
  node('place', 'send-location', { latitude: '59,9386', longitude: '30.3141', placeName: 'Клиника', address: 'Невский, 1' }),
  node('card', 'send-contact', { contacts: [{ name: 'Регистратура', phones: '+7 900 000-00-02', organisation: 'Клиника' }] }),
  node('files', 'send-files', { attachments: [{ from: 'url', url: 'https://files.example.com/price.pdf' }, { from: 'message', data: 'payload', dataType: 'msg' }], caption: 'Цены' }),
  node('words', 'ask-text', { body: 'Как вас зовут?' }),
  node('look', 'look-up', {}),
].map((one, place) => ({ ...one, x: 200 + 240 * (place % 3), y: 100 + 120 * Math.floor(place / 3) })));

describe('the preview of a dialog', () => {
  /** @type {Rig} */ let rig;
  /** @type {import('playwright-core').Browser} */ let browser;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    rig = await new Rig('preview-dialog', flow).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }), { link: false });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
  });

  /** @param {{locale?: string, width?: number}} [options] */
  async function open({ locale = 'en-US', width = 1440 } = {}) {
    const { page, errors } = await openPage(browser, `${rig.editorUrl}/#flow/tab1`, { locale, width, height: 1000 });
    const canvas = new Canvas(page);
    await canvas.ready();
    const wall = page.locator('.nodeline-wall');
    return {
      page, canvas, errors, wall,
      /** Waits until the preview reads so, line for line. @param {string} text */
      shows: (text) => until(`the preview shows ${JSON.stringify(text)}`, async () => (await wall.innerText()).replace(/\n+/g, '\n').trim() === text),
      form: (/** @type {string} */ form) => page.locator(`.nodeline-form[data-form="${form}"]`),
      picture: (/** @type {string} */ name) => page.screenshot({ path: path.join(pictures, `${name}-${locale}.png`), animations: 'disabled' }),
      close: async () => {
        await page.locator('#node-dialog-cancel').click();
        await page.locator('#node-dialog-cancel').waitFor({ state: 'detached' });
      },
    };
  }

  test('it follows what is typed', async () => {
    const { page, canvas, errors, wall, shows, form, picture } = await open();
    await canvas.openNode('new');
    await shows('Fill in the fields: the message appears here.');
    await canvas.input('body').fill('Will you *come*?');
    await shows('Will you come?');
    assert.equal(await wall.locator('strong').innerText(), 'come');
    for (const label of ['Yes', 'No']) await (await canvas.add('buttons')).locator('.red-ui-typedInput-input').fill(label);
    await shows('Will you come?\n1. Yes\n2. No');
    await canvas.more();
    await canvas.type('header', 'Your visit');
    await canvas.type('footer', 'The clinic');
    await shows('Your visit\nWill you come?\n1. Yes\n2. No\nThe clinic');
    await picture('typed');

    await form('poll').click();
    await shows('Your visit\nWill you come?\nThe clinic\nChoose one\nYes\nNo');
    await page.locator('.nodeline-preview-note', { hasText: 'Not sent like this' }).waitFor();
    await canvas.type('header', '');
    await shows('Will you come?\nThe clinic\nChoose one\nYes\nNo');

    await canvas.choose('rendering', 'WhatsApp buttons');
    await until('what is chosen comes to the front', async () => await form('native').getAttribute('aria-pressed') === 'true');
    await shows('Will you come?\nThe clinic\nYes\nNo');
    await page.locator('.nodeline-preview-note', { hasText: 'show nothing' }).waitFor();
    await picture('native');
    await canvas.choose('rendering', 'Poll');
    await canvas.input('body').fill('q'.repeat(250));
    await page.locator('.nodeline-preview-note', { hasText: 'cannot hold' }).waitFor();
    assert.equal(await form('numbered').getAttribute('aria-pressed'), 'true');
    assert.equal(await form('poll').count(), 0);
    assert.match(await wall.getAttribute('aria-label') ?? '', /^On the customer's phone: q+/);
    assert.equal(await wall.getAttribute('role'), 'img');
    assert.deepEqual(errors, []);
    await page.context().close();
  });

  test('what a message brings is marked, and called by where it comes from', async () => {
    const { page, canvas, shows, wall, close } = await open();
    await canvas.openNode('buttons');
    await shows('Визит\nПридёте?\n1. Да\n2. msg.label\nКлиника');
    assert.deepEqual(await wall.locator('.nodeline-brought').allInnerTexts(), ['msg.label']);
    await page.locator('.nodeline-preview-note', { hasText: 'when a message comes' }).waitFor();
    await canvas.kind('body', 'msg.');
    await canvas.type('body', 'payload.question');
    await shows('Визит\nmsg.payload.question\n1. Да\n2. msg.label\nКлиника');
    await close();
    await canvas.openNode('buttons');
    await shows('Визит\nПридёте?\n1. Да\n2. msg.label\nКлиника');
    await page.context().close();
  });

  test('every shape', async () => {
    const { page, canvas, errors, wall, shows, form, close, picture } = await open();
    /** @type {Record<string, string>} */
    const shapes = {
      list: 'К кому?\nВрачи\nПервый визит\nТерапевт\nЭтаж 2\nХирург',
      poll: 'Когда?\nChoose one or more\nУтром\nДнём',
      text: 'Ждём вас,\nКлиника вчера \n10:30\n <b>',
      place: 'Клиника\nНевский, 1\n59.9386°, 30.3141°',
      card: 'Регистратура\n+79000000002\nКлиника',
      files: 'price.pdf\nЦены\nmsg.payload',
      words: 'Как вас зовут?',
    };
    for (const [id, text] of Object.entries(shapes)) {
      await canvas.openNode(id);
      await shows(text);
      await picture(id);
      if (id === 'text') assert.deepEqual([await wall.locator('em').innerText(), await wall.locator('s').innerText(), await wall.locator('code').innerText()], ['Клиника', 'вчера', '10:30']);
      if (id === 'list') {
        await form('numbered').click();
        await shows('К кому?\nПервый визит\n1. Терапевт — Этаж 2\n2. Хирург');
      }
      await close();
    }
    await canvas.openNode('look');
    await page.locator('[data-nodeline-ready]').waitFor();
    assert.equal(await wall.count(), 0, 'what sends nothing has nothing to show');
    assert.deepEqual(errors, []);
    await page.context().close();
  });

  test('beside the fields and in sight; below them in a narrow window', async () => {
    const wide = await open();
    await wide.canvas.openNode('buttons');
    await wide.wall.waitFor();
    await wide.canvas.more();
    await until('the preview stands beside the message', async () => {
      const [preview, body] = [await wide.wall.boundingBox(), await wide.canvas.row('body').boundingBox()];
      return preview && body && preview.x >= body.x + body.width && preview.y < body.y + body.height;
    });
    await wide.canvas.row('priority').scrollIntoViewIfNeeded();
    const [preview, last] = [await wide.wall.boundingBox(), await wide.canvas.row('priority').boundingBox()];
    assert.ok(preview && last && preview.y > 0 && preview.y < last.y, 'it stays in sight while the fields are scrolled');
    await wide.page.context().close();

    const narrow = await open({ width: 900 });
    await narrow.canvas.openNode('buttons');
    await narrow.wall.waitFor();
    await until('the preview stands below the fields', async () => {
      const [below, body] = [await narrow.wall.boundingBox(), await narrow.canvas.row('buttons').boundingBox()];
      return below && body && below.y >= body.y + body.height && Math.abs(below.x - body.x) < 20;
    });
    await narrow.page.context().close();
  });

  test('in Russian, and in a dark theme', async () => {
    const { page, canvas, errors, shows, form, picture } = await open({ locale: 'ru-RU' });
    await page.addStyleTag({ content: '.red-ui-tray, .red-ui-tray-content, .red-ui-editor { background: #1e1e1e !important; color: #ddd; }' });
    await canvas.openNode('buttons');
    await shows('Визит\nПридёте?\n1. Да\n2. msg.label\nКлиника');
    assert.deepEqual(await page.locator('.nodeline-form').allInnerTexts(), ['С номерами', 'Опрос', 'Кнопки']);
    await form('poll').click();
    await page.locator('.nodeline-taps', { hasText: 'Выберите один вариант' }).waitFor();
    await picture('dark');
    await until('the preview is dark too', () => page.evaluate(() => {
      const [light = 255] = (getComputedStyle(/** @type {Element} */ (document.querySelector('.nodeline-bubble'))).backgroundColor.match(/\d+/g) ?? []).map(Number);
      return light < 80;
    }));
    const text = await page.locator('.nodeline-preview').innerText();
    assert.doesNotMatch(text, /common\.|preview\./, 'no raw key');
    assert.deepEqual(errors, []);
    await page.context().close();
  });
});
