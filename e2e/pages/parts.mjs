// @ts-check
// The sandbox and the sidecar that the pages are tested against, as processes of their own.
import { mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { after, before } from 'node:test';
import { binary, out } from '../../scripts/lib/paths.mjs';
import { openBrowser } from '../lib/browser.mjs';
import { freePort, json, rpc } from '../lib/http.mjs';
import { Part } from '../lib/part.mjs';
import { until } from '../lib/until.mjs';

const program = process.env.NODELINE_BINARY || process.env.NODELINE_BIN || binary;
const patience = 30000;

/** The phones that a sandbox starts with. */
export const clinic = { phone: '+79000000001', digits: '79000000001' };
export const anna = { phone: '+79123456789', digits: '79123456789' };
export const boris = { phone: '+79210001122', digits: '79210001122' };

export class Parts {
  /** @param {string} name names the logs' folder */
  constructor(name) {
    this.logs = path.join(out, 'pages', name);
    mkdirSync(this.logs, { recursive: true });
    this.sandboxUrl = '';
    this.sidecarUrl = '';
    this.token = '';
    this.dir = '';
    /** @type {Part | undefined} */
    this.sandbox = undefined;
    /** @type {Part | undefined} */
    this.sidecar = undefined;
    /** @type {import('playwright-core').Browser | undefined} */
    this.browser = undefined;
    this.starts = 0;
  }

  /** Has a browser and the parts while a file's tests run. @param {() => Promise<void>} up starts what they need */
  during(up) {
    before(async () => {
      this.browser = await openBrowser();
      await up();
    });
    after(async () => {
      await this.browser?.close();
      await this.stop();
    });
  }

  /** @param {string} name @param {string[]} args @param {string} url */
  async begin(name, args, url) {
    this.starts += 1;
    const part = new Part(name, program, args, { log: path.join(this.logs, `${name}-${this.starts}.log`) });
    await until(`${name} answers`, async () => (await fetch(url)).ok, {
      timeout: patience,
      alive: () => { if (part.ended !== undefined) throw new Error(`${name} ended by itself (${part.ended}):\n${part.tail()}`); },
    });
    return part;
  }

  /** Starts the sandbox; the second time at the same address. @param {string[]} [more] flags */
  async startSandbox(more = []) {
    if (!this.sandboxUrl) this.sandboxUrl = `http://127.0.0.1:${await freePort(0)}`;
    this.sandbox = await this.begin('sandbox', ['sandbox', '--listen', new URL(this.sandboxUrl).host, ...more], `${this.sandboxUrl}/trust`);
  }

  /** Starts the sidecar on the sandbox; the second time at the same address on the same data. @param {string[]} [more] flags */
  async startSidecar(more = []) {
    if (!this.sidecarUrl) this.sidecarUrl = `http://127.0.0.1:${await freePort(0)}`;
    if (!this.dir) this.dir = await mkdtemp(path.join(tmpdir(), 'nodeline-pages-'));
    const args = ['serve', '--listen', new URL(this.sidecarUrl).host, '--data', this.dir, '--sandbox', new URL(this.sandboxUrl).host, ...more];
    this.sidecar = await this.begin('sidecar', args, `${this.sidecarUrl}/healthz`);
    this.token = (await readFile(path.join(this.dir, 'admin-token'), 'utf8')).trim();
  }

  /** Calls the sidecar as its admin. @param {string} method @param {object} params @returns {Promise<any>} */
  call(method, params) {
    return rpc(this.sidecarUrl, this.token, method, params);
  }

  /** Calls the sandbox's interface. @param {string} where @param {object} [body] @returns {Promise<any>} */
  api(where, body) {
    return json(`${this.sandboxUrl}/api/${where}`, { body });
  }

  /** Makes a line and links it to a phone without any page. @param {string} line @param {string} phone digits */
  async linkedLine(line, phone) {
    await this.call('line.create', { id: line, name: line });
    const qr = await until('a code is shown', async () => (await this.call('line.link', { line })).qr);
    await this.api(`phones/${phone}/link`, { qr });
    await until('the line is connected', async () => (await this.call('line.status', { line })).state === 'connected');
  }

  /**
   * Opens an address as a visitor, and collects what a browser complains of:
   * uncaught errors and everything that the page's policy forbids.
   * @param {string} url
   * @param {{lang?: string, width?: number, height?: number, touch?: boolean}} [options]
   */
  async visit(url, { lang = 'en', width = 1280, height = 800, touch = false } = {}) {
    if (!this.browser) throw new Error('there is a browser only while tests run');
    const context = await this.browser.newContext({ locale: lang, viewport: { width, height }, hasTouch: touch });
    context.setDefaultTimeout(15000);
    const page = await context.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on('pageerror', (err) => complaints.push(String(err)));
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy|Trusted/.test(message.text())) complaints.push(message.text());
    });
    await page.goto(url);
    return {
      page,
      complaints,
      /** @param {string} name */
      at: (name) => page.locator(`[data-test="${name}"]`),
      close: () => context.close(),
    };
  }

  async stop() {
    await this.sidecar?.stop();
    await this.sandbox?.stop();
    if (this.dir) await rm(this.dir, { recursive: true, force: true });
  }
}

/**
 * The controls that a screen reader would announce without a name.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>}
 */
export async function nameless(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const controls = new Set(['button', 'link', 'textbox', 'switch', 'radio', 'radiogroup', 'dialog', 'image', 'log', 'navigation']);
  return nodes
    .filter((n) => !n.ignored && controls.has(n.role?.value) && !n.name?.value)
    .map((n) => `${n.role?.value} (${n.backendDOMNodeId})`);
}

/**
 * What is wider than its place: the page in its window, or anything in a part that scrolls.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>}
 */
export function overflows(page) {
  return page.evaluate(() => [document.documentElement, ...document.querySelectorAll('body *')]
    .filter((el) => el === document.documentElement || /auto|scroll/.test(getComputedStyle(el).overflowX))
    .filter((el) => el.scrollWidth > el.clientWidth)
    .map((el) => `${el.localName}.${el.className}`));
}
