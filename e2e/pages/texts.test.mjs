// @ts-check
// Both languages say everything that the pages ask for, and nothing else.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/lib/paths.mjs';

const common = path.join(root, 'sidecar/web/static/common');
const linking = path.join(common, 'linking');
/** Each page, and whether it links lines: it has the words for that beside its own. */
const pages = /** @type {const} */ ([['sidecar/sandbox/page/static', false], ['sidecar/rpc/statuspage/static', true], ['sidecar/oauth/page/static', true]]);

/** Keys that are put together: what stands before the variable part. */
const composed = [/^state\./, /^help\./, /^status\./, /^storage\./, /^webhook\./, /^group\./, /^file\./, /^attach\./, /^notice\./];

/** Sources of the sandbox whose errors only programs hear. */
const unheard = new Set(['appstate.go', 'conn.go', 'iq_encrypt.go', 'login.go']);

/** @param {string} dir */
async function scripts(dir) {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.js') && name !== 'texts.js');
  return (await Promise.all(names.map((name) => readFile(path.join(dir, name), 'utf8')))).join('\n');
}

/** @param {string | Record<string, string>} phrase */
const forms = (phrase) => (typeof phrase === 'string' ? [phrase] : Object.values(phrase));

/** @param {string} text */
const holes = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort().join();

/** @typedef {Record<'en' | 'ru', Record<string, string | Record<string, string>>>} Texts */

for (const [dir, links] of pages) {
  test(`texts of ${dir}`, async () => {
    const own = /** @type {Texts} */ ((await import(pathToFileURL(path.join(root, dir, 'texts.js')).href)).texts);
    const { linkTexts } = /** @type {{linkTexts: Texts}} */ (await import(pathToFileURL(path.join(linking, 'texts.js')).href));
    const texts = links ? { en: { ...linkTexts.en, ...own.en }, ru: { ...linkTexts.ru, ...own.ru } } : own;
    if (links) assert.deepEqual(Object.keys(own.en).filter((key) => key in linkTexts.en), [], 'a text stands in one place');
    assert.deepEqual(Object.keys(texts.ru), Object.keys(texts.en), 'the same keys in the same order');
    for (const [key, phrase] of Object.entries(texts.en)) {
      const russian = texts.ru[key] ?? '';
      for (const form of [...forms(phrase), ...forms(russian)]) {
        assert.notEqual(form.trim(), '', key);
        assert.equal(holes(form), holes(forms(phrase)[0] ?? ''), `${key}: "${form}" has the same {…}`);
      }
      if (typeof phrase !== 'string') {
        for (const form of ['one', 'few', 'many', 'other']) assert.ok(typeof russian === 'object' && russian[form], `${key}: Russian form ${form}`);
      }
    }
    const written = await scripts(path.join(root, dir)) + (links ? await scripts(linking) : '');
    const code = written + await scripts(common);
    const used = new Set([...code.matchAll(/\bt\('([\w.]+)'/g)].map((m) => m[1] ?? ''));
    // The shared dialogs ask for a few keys that only some pages use.
    const shared = new Set([...(await scripts(common)).matchAll(/\bt\('([\w.]+)'/g)].map((m) => m[1] ?? ''));
    for (const key of used) assert.ok(key in texts.en, `t('${key}') has a text`);
    for (const key of Object.keys(texts.en)) {
      const picked = written.includes(`'${key}'`) || composed.some((c) => c.test(key)) || /^(unlink|remove)(Title|Text)$/.test(key) || /^(pending|sent|delivered|read)$/.test(key);
      assert.ok(picked || shared.has(key), `${key} is used`);
    }
  });
}

test('the sandbox’s own words have both languages, and none is left over', async () => {
  const { known, worded } = await import(pathToFileURL(path.join(root, 'sidecar/sandbox/page/static/sentences.js')).href);
  const dir = path.join(root, 'sidecar/sandbox');
  const names = (await Promise.all(['.', 'chat'].map(async (sub) => (await readdir(path.join(dir, sub))).map((name) => path.join(sub, name)))))
    .flat().filter((name) => name.endsWith('.go') && !name.endsWith('_test.go') && !unheard.has(name));
  const sources = await Promise.all(names.map((name) => readFile(path.join(dir, name), 'utf8')));
  const go = sources.join('\n');
  // Errors that have a name are what the interface answers; notes stand on messages.
  const said = [
    ...[...go.matchAll(/^\s*(?:var )?err\w+\s*= errors\.New\("((?:[^"\\]|\\.)*)"\)/gm)].map((m) => m[1] ?? ''),
    ...[...go.matchAll(/^\s*(?:const )?note[A-Z]\w*\s*= "((?:[^"\\]|\\.)*)"/gm)].map((m) => m[1] ?? ''),
    ...[...go.matchAll(/what(?:, c\.Body)? = "(\w+)"/g)].map((m) => `This page does not draw ${m[1]}.`),
  ].map((text) => text.replaceAll('\\"', '"')).filter((text) => !text.includes('%'));
  assert.ok(said.length > 25, `the sources still read as expected: ${said.length}`);
  for (const text of said) {
    assert.match(worded(text, 'ru'), /^[А-ЯЁ][^]*[.!?]$/, text);
    assert.match(worded(text, 'en'), /^[A-Z][^]*[.!?]$/, text);
  }
  const plain = go.replaceAll('\\"', '"');
  for (const [start] of known) assert.ok(plain.includes(start) || said.some((text) => text.startsWith(start)), `the sandbox still says "${start}"`);
  assert.equal(worded('something new happened', 'ru'), 'Something new happened.', 'unknown words are shown as they came');
});
