// @ts-check
// `just demo n8n`, its three steps followed in a real browser.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { get } from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { out } from '../../scripts/lib/paths.mjs';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { N8nEditor } from '../lib/n8n-editor.mjs';
import { choices, names } from '../lib/n8n-demo.mjs';
import { PhonePage } from '../lib/phone.mjs';
import { anna, owner } from '../lib/world.mjs';
import { runDemo } from './run.mjs';

const pictures = path.join(out, 'demo-n8n-check');

/** What a GET answers where the browser was led there by another name. @param {string} url @param {string} host @returns {Promise<number | undefined>} */
const answerTo = (url, host) => new Promise((resolve, reject) =>
  get(url, { headers: { host } }, (response) => { response.resume(); resolve(response.statusCode); }).on('error', reject));

test('the three steps lead from nothing to the branch of the answer, and Ctrl-C ends every process', { timeout: 360000 }, async (t) => {
  mkdirSync(pictures, { recursive: true });
  const demo = await runDemo(t, ['n8n']);
  const [door = '', phonesUrl = '', status = ''] = demo.said().match(/http:\/\/127\.0\.0\.1:\d+\//g) ?? [];
  assert.match(demo.said(), /^1\. [^]*^2\. [^]*^3\. /m);
  assert.equal((await fetch(status)).status, 200);
  assert.equal(await answerTo(door, 'pointed-here.example'), 404, 'the door lets in who came by its own address only');
  const browser = await openBrowser();
  t.after(() => browser.close());
  const { page, errors } = await openPage(browser, door, { locale: 'en-US', width: 1440, height: 900 });
  page.context().setDefaultTimeout(45000);
  const editor = new N8nEditor(page);
  /** @param {string} name @param {import('playwright-core').Page} [what] */
  const picture = (name, what) => editor.picture(path.join(pictures, `${name}.png`), what);

  await editor.node(names.ask).waitFor();
  await picture('opened');
  await editor.openNode(names.ask);
  await editor.part('credential-edit-button').click();
  await picture('credential');
  const window = await editor.pressConnect();
  await window.newLine('North Clinic');
  await window.scan();
  await picture('link', window.page);
  await window.scanWith(owner);
  await editor.part('editCredential-modal').getByText('Account connected').waitFor();
  await picture('linked');

  await editor.closeCredential();
  await editor.closeNode();
  const { page: phones } = await openPage(browser, phonesUrl, { locale: 'en-US' });
  const phone = new PhonePage(phones);
  await editor.execute();
  await phone.choose(anna);
  await phone.openChat(owner);
  const asked = await phone.read('Придёте?');
  assert.equal(asked.body.includes('Анна, ждём вас 24 ноября'), true, asked.body);
  await picture('waiting');
  await phone.type('1');
  await phone.read('Спасибо, Анна! До встречи.');
  await editor.node(names.thanks).locator('[data-test-id="canvas-node-status-success"]').waitFor();
  await editor.clearNotices();
  await picture('answered');
  await editor.openNode(names.ask);
  await editor.shows(choices[0] ?? '');
  await picture('answer');
  assert.deepEqual([errors, editor.errors], [[], []]);
  await browser.close();
  await demo.ctrlC(5);
  assert.match(demo.said(), /nothing is left running/);
});
