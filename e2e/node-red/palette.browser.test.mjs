// @ts-check
// The palette as a person reads it: four categories, each node in its own by name, colour
// and icon, and the help beside it, in English and in Russian.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { out } from '../../scripts/lib/paths.mjs';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { Canvas } from './canvas.mjs';
import { ask, flowOf, recorded, Rig } from './rig.mjs';

const pictures = path.join(out, 'node-red-palette');
const json = async (/** @type {string} */ name) => JSON.parse(await readFile(new URL(`../../ui-manifests/node-red/${name}`, import.meta.url), 'utf8'));
const types = Object.keys((await json('package.json'))['node-red'].nodes).filter((type) => type !== 'nodeline-line');

/** What the palette shows in each language. */
const shown = {
  'en-US': { lang: 'en', names: ['WhatsApp triggers', 'WhatsApp robots', 'WhatsApp activities', 'WhatsApp actions'], node: 'send text' },
  ru: { lang: 'ru', names: ['WhatsApp: триггеры', 'WhatsApp: роботы', 'WhatsApp: активности', 'WhatsApp: действия'], node: 'отправить текст' },
};

describe('palette', () => {
  /** @type {Rig} */ let rig;
  /** @type {import('playwright-core').Browser} */ let browser;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    rig = await new Rig('palette', flowOf({ ask: 'ask1' }, recorded(ask('ask1')))).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }), { link: false });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
  });

  for (const [locale, { lang, names, node }] of Object.entries(shown)) {
    test(`each node stands in its category, ${locale}`, async () => {
      const help = await json('src/generated/help.gen.json');
      const { page, errors } = await openPage(browser, rig.editorUrl, { locale, width: 1440, height: 1000 });
      await new Canvas(page).ready();
      const found = await page.evaluate((all) => all.map((type) => {
        const item = document.querySelector(`.red-ui-palette-node[data-palette-type="${type}"]`);
        const category = item?.closest('.red-ui-palette-category');
        const icon = item?.querySelector('.red-ui-palette-icon');
        return {
          type,
          label: item?.querySelector('.red-ui-palette-label')?.textContent?.replace(/\s+/g, ' ').trim() ?? '',
          category: category?.querySelector('.red-ui-palette-header span')?.textContent ?? '',
          colour: item ? getComputedStyle(item).backgroundColor : '',
          icon: icon ? getComputedStyle(icon).backgroundImage.replace(/^url\("|"\)$/g, '') : '',
          // @ts-expect-error The editor is Node-RED's own global.
          help: String(RED.nodes.getNodeHelp(type)),
        };
      }), types);
      const colours = new Map();
      for (const one of found) {
        assert.ok(names.includes(one.category), `${one.type} stands in ${one.category}`);
        assert.match(one.label, lang === 'ru' ? /[а-я]/ : /^[a-z]/, one.type);
        assert.ok(!one.label.includes('nodeline-'), `${one.type}: ${one.label}`);
        colours.set(one.category, [...new Set([...colours.get(one.category) ?? [], one.colour])]);
        assert.equal((await page.request.get(new URL(one.icon, rig.editorUrl).href)).status(), 200, `${one.type}: ${one.icon}`);
        assert.ok(one.icon.endsWith(`${one.type}.svg`), one.icon);
        assert.ok(one.help.includes(help[one.type].gives[0].help[lang]), `${one.type}: help in ${lang}`);
        assert.doesNotMatch(one.help, /<!--/, one.type);
      }
      for (const [category, own] of colours) assert.equal(own.length, 1, `${category}: ${own}`);
      assert.equal(new Set([...colours.values()].flat()).size, colours.size, 'a colour for each category');
      assert.equal(found.find(({ type }) => type === 'nodeline-send-text')?.label, node);
      await page.locator('.red-ui-palette-node[data-palette-type="nodeline-line-control"]').scrollIntoViewIfNeeded();
      await page.screenshot({ path: path.join(pictures, `palette-${locale}.png`) });
      // @ts-expect-error The editor is Node-RED's own global.
      await page.evaluate(() => RED.sidebar.help.show('nodeline-send-buttons', true));
      await page.locator('.red-ui-help').getByText('msg.phone').first().waitFor();
      await page.screenshot({ path: path.join(pictures, `help-${locale}.png`) });
      assert.deepEqual(errors, []);
      await page.close();
    });
  }
});
