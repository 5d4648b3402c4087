// @ts-check
// The same vectors in a real browser, through the script that a page loads.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { differences, dist, inputOf, vectors, wasm } from './files.mjs';

const cases = (await vectors()).filter(({ layer }) => layer === 'guest');
const files = {
  '/': { type: 'text/html', body: '<!doctype html><script src="/validator.js"></script>' },
  '/validator.js': { type: 'text/javascript', body: await readFile(path.join(dist, 'validator.global.js')) },
  '/validator.wasm': { type: 'application/wasm', body: await wasm() },
};
const server = createServer((request, response) => {
  const file = files[/** @type {keyof typeof files} */ (request.url)];
  if (!file) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': file.type }).end(file.body);
});
/** @type {import('playwright-core').Browser} */
let browser;
/** @type {any[]} */
let verdicts;

before(async () => {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  browser = await chromium.launch({
    executablePath: process.env.NODELINE_CHROMIUM || '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
  const page = await browser.newPage();
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await page.goto(`http://127.0.0.1:${port}/`);
  const asked = cases.map((one) => ({ method: one.method, lang: one.lang ?? 'en', input: Buffer.from(inputOf(one)).toString('base64') }));
  verdicts = await page.evaluate(async (list) => {
    const { loadValidator } = /** @type {any} */ (window).nodelineValidator;
    const validator = await loadValidator(await (await fetch('/validator.wasm')).arrayBuffer());
    return list.map(({ method, lang, input }) =>
      validator.judgeText(method, Uint8Array.from(atob(input), (char) => char.charCodeAt(0)), lang));
  }, asked);
});
after(async () => {
  await browser?.close();
  server.close();
});

describe('vectors in Chromium', () => {
  test('there are enough of them', () => assert.ok(cases.length >= 80));
  for (const [i, one] of cases.entries()) {
    test(one.name, () => assert.deepEqual(differences(one, verdicts[i]), []));
  }
});
