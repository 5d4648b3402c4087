// What a person reads of a node beside its dialog: its panel, its icon, its colour.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { helpPage } from '../help.mjs';

const source = new URL('../src/', import.meta.url);
const read = (name) => readFile(new URL(name, source), 'utf8');
const help = JSON.parse(await read('generated/help.gen.json'));
const nodes = Object.keys(help).map((type) => type.replace('nodeline-', ''));
const locales = { 'en-US': 'en', ru: 'ru' };

const panel = async (name, locale) => helpPage(await read(`nodes/${name}/locales/${locale}.html`), help[`nodeline-${name}`], locale);

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The tags of a page, each opened and closed in its turn. */
function unbalanced(page) {
  const open = [];
  for (const [, close, name] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (name === 'br') continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) return `</${name}>`;
  }
  return open.join();
}

test('the catalogue lists twenty-four nodes for help', () => assert.equal(nodes.length, 24));

for (const name of nodes) {
  test(`${name}: help names every field, output and member in both languages`, async () => {
    for (const [locale, lang] of Object.entries(locales)) {
      const page = await panel(name, locale);
      assert.match(page, new RegExp(`^<script type="text/html" data-help-name="nodeline-${name}">\n<p>[^<]{20,}`), 'what stands in the palette\'s tooltip');
      assert.equal(unbalanced(page), '', locale);
      assert.doesNotMatch(page, /<!--|undefined|\[object/);
      const own = (await read(`nodes/${name}/locales/${locale}.html`));
      assert.ok(own.includes('<!-- lists -->'), 'lists by hand drift');
      const { inputs, outputs, gives } = help[`nodeline-${name}`];
      for (const row of [...inputs, ...gives]) {
        assert.ok(page.includes(`>${row.name} <span class="property-type">${escaped(row.type[lang])}</span></dt>`), `${locale}: ${row.name}`);
        assert.ok(page.includes(escaped(row.help[lang])), `${locale}: what ${row.name} means`);
        for (const value of [...row.values ?? [], row.start ?? 'msg']) assert.ok(page.includes(value), `${locale}: ${row.name} ${value}`);
        const shown = page.slice(page.indexOf(`>${row.name} <span`));
        for (const title of row.cases ?? []) assert.ok(shown.includes(escaped(title[lang])), `${locale}: ${row.name} of ${title[lang]}`);
        if (row.label) assert.ok(page.includes(`<b>${escaped(row.label[lang])}.</b>`), `${locale}: ${row.label[lang]}`);
        if (row.max) assert.ok(page.includes(lang === 'ru' ? `Не больше ${row.max} символов` : `Up to ${row.max} characters`), `${locale}: ${row.name} up to ${row.max}`);
        for (const part of row.members ?? []) assert.ok(page.includes(`<code>${part.name ?? part}</code>`), `${locale}: ${row.name}.${part.name ?? part}`);
      }
      const { does, switch: turned } = help[`nodeline-${name}`];
      for (const { title, help: what } of does?.choices ?? []) assert.ok(page.includes(`<li><b>${escaped(title[lang])}</b>. ${escaped(what[lang])}</li>`), title[lang]);
      if (turned) assert.ok(page.includes(`<b>${escaped(turned.label[lang])}</b>. ${escaped(turned.help[lang])}`), turned.label[lang]);
      let last = 0;
      for (const { ports } of outputs) {
        for (const { label, help: what } of ports) {
          const at = page.indexOf(`<li>${escaped(label[lang])}: ${escaped(what[lang])}</li>`, last);
          assert.ok(at > last, `${locale}: output ${label[lang]} in its place`);
          last = at;
        }
      }
      if (lang === 'ru') for (const [, words] of page.matchAll(/<p>([^]*?)<\/p>/g)) assert.match(words, /[а-яё]/);
    }
  });
}

test('panels speak of this host, and of nobody else\'s words', async () => {
  for (const name of nodes) {
    for (const locale of Object.keys(locales)) {
      assert.doesNotMatch(await panel(name, locale), /n8n|credential|учётны[ех]|WhatsApp Activity|input item/i, `${name} ${locale}`);
    }
  }
});

test('every part of help is used, and says as much in both languages', async () => {
  const pages = await Promise.all([...nodes.map((name) => read(`nodes/${name}/locales/ru.html`)), read('locales/help/sending.ru.html')]);
  const parts = [...new Set((await readdir(new URL('locales/help/', source))).map((file) => file.split('.')[0]))];
  for (const part of parts) {
    assert.ok(pages.some((page) => page.includes(`<!-- part: ${part} -->`)), part);
    const [en, ru] = await Promise.all(Object.keys(locales).map((locale) => read(`locales/help/${part}.${locale}.html`)));
    assert.deepEqual(ru.match(/<\/?[a-z0-9]+/g).filter((tag) => /p|h3/.test(tag)), en.match(/<\/?[a-z0-9]+/g).filter((tag) => /p|h3/.test(tag)), part);
  }
});

test('a page that wants lists gets them, or is refused', async () => {
  await assert.rejects(helpPage('<!-- lists -->', undefined, 'ru'), /wants lists/);
  await assert.rejects(helpPage('<!-- part: nothing -->', undefined, 'ru'), /nothing\.ru\.html/);
  assert.equal(await helpPage('<p>as it is</p>', undefined, 'ru'), '<p>as it is</p>');
  const text = { en: '1 < 2 & 3', ru: '1 < 2 & 3' };
  const made = await helpPage('<!-- lists -->', { help: text, inputs: [{ name: 'a', label: text, type: text, help: text }], outputs: [], gives: [] }, 'en-US');
  assert.match(made, /<b>1 &lt; 2 &amp; 3\.<\/b> 1 &lt; 2 &amp; 3<\/dd>/, 'a text is no tag');
});

/** How much lighter one colour is than another, as WCAG counts it. */
function contrast(a, b) {
  const light = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

test('each category has its colour, on which a label is easily read, and each node its icon', async () => {
  const colours = {};
  for (const name of nodes) {
    const page = await read(`nodes/${name}/editor.ts`);
    const [, category] = /category: '(.+)'/.exec(page);
    const [, colour] = /color: '(#[0-9a-f]{6})'/.exec(page);
    colours[category] ??= colour;
    assert.equal(colour, colours[category], name);
    assert.ok(contrast(colour, '#333333') >= 4.5, `${name}: ${colour}`);
    assert.match(page, new RegExp(`icon: 'nodeline-${name}\\.svg'`));
    const icon = await read(`icons/nodeline-${name}.svg`);
    assert.match(icon, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="40" height="60" viewBox="0 0 40 60">/);
    for (const [, ink] of icon.matchAll(/"(#[0-9a-f]{6})"/g)) assert.ok(contrast(ink, '#ffffff') >= 3, `${name}: ${ink} on white`);
  }
  assert.equal(new Set(Object.values(colours)).size, 4);
});
