// @ts-check
// The sandbox, the sidecar and a host of flows together, whichever host that is.
import { mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { binary, out } from '../../scripts/lib/paths.mjs';
import { Plain } from '../../scripts/lib/say.mjs';
import { freePort, json, rpc } from './http.mjs';
import { Part } from './part.mjs';
import { until } from './until.mjs';

/** The line that a world has from the start. */
export const demoLine = 'demo';

/** Phones that a sandbox has from the start: the one that lines are linked with, and two customers. */
export const owner = '+79000000001';
export const anna = '+79123456789';
export const boris = '+79210001122';

/** How long a part may take to get ready, milliseconds. */
const startPatience = 90000;

/**
 * @typedef {object} WorldOptions
 * @property {string} name names the logs' folder under out/
 * @property {string} [keep] a folder to keep data in; by default a fresh one that is removed at the end
 * @property {boolean} [anyPort] take any free ports; by default 7450, 7460 and the host's own where they are free
 * @property {string} [lineName] the line's name, for people
 * @property {boolean} [noLine] start without a line
 * @property {string[]} [serve] more flags of the sidecar
 */

/**
 * A host extends this:
 *
 *   start: sandbox -> sidecar -> the line -> startHost      stop: the last started first
 */
export class World {
  /** The host's port where `anyPort` is not asked for; 0 is any. */
  hostPort = 0;

  /** @param {WorldOptions} options */
  constructor(options) {
    this.options = options;
    this.logs = path.join(out, options.name);
    /** @type {Part[]} in the order of their start */
    this.parts = [];
    this.dir = '';
    this.sandboxUrl = '';
    this.sidecarUrl = '';
    this.editorUrl = '';
    this.token = '';
    this.stopping = false;
    /** Resolves with the first part that ends by itself. @type {Promise<Part>} */
    this.death = new Promise((resolve) => { this.reportDeath = resolve; });
  }

  /** Starts every part and waits until each answers; on any failure everything is ended. */
  async start() {
    mkdirSync(this.logs, { recursive: true });
    try {
      this.dir = this.options.keep ?? await mkdtemp(path.join(tmpdir(), 'nodeline-demo-'));
      await mkdir(this.dir, { recursive: true });
      const any = this.options.anyPort;
      const sandbox = `127.0.0.1:${await freePort(any ? 0 : 7460)}`;
      const sidecar = `127.0.0.1:${await freePort(any ? 0 : 7450)}`;
      const editorPort = await freePort(any ? 0 : this.hostPort);
      this.sandboxUrl = `http://${sandbox}`;
      this.sidecarUrl = `http://${sidecar}`;
      this.editorUrl = `http://127.0.0.1:${editorPort}`;
      await this.startSandbox(sandbox);
      await this.startSidecar();
      if (!this.options.noLine) await this.createLine();
      await this.startHost();
    } catch (err) {
      await this.stop();
      throw err;
    }
  }

  /** Prepares and starts the host of flows at `editorUrl`; a world without one has nothing to do. @returns {Promise<void>} */
  async startHost() {}

  /**
   * Starts a part and waits until it answers.
   * @param {{name: string, command: string, args: string[], log: string, cwd?: string, env?: Record<string, string>}} what
   * @param {string} url
   * @param {(url: string) => Promise<unknown>} ready
   * @returns {Promise<Part>}
   */
  async begin(what, url, ready) {
    if (this.stopping) throw new Plain('stopped while starting');
    // A second start writes a second log, so that none is overwritten.
    const before = this.parts.filter((part) => part.name === what.name).length;
    const log = path.join(this.logs, `${what.log}${before ? `-${before + 1}` : ''}.log`);
    const part = new Part(what.name, what.command, what.args, { ...what, log });
    this.parts.push(part);
    void part.exit.then(() => { if (!part.stopping) this.reportDeath?.(part); });
    await until(`${part.name} answers at ${url}`, () => ready(url), {
      timeout: startPatience,
      alive: () => { if (part.ended !== undefined) throw new Plain(deathNotice(part)); },
    });
    return part;
  }

  /** @param {string} address */
  async startSandbox(address) {
    return this.begin({ name: 'sandbox', command: binary, args: ['sandbox', '--listen', address], log: 'sandbox' },
      `${this.sandboxUrl}/trust`, json);
  }

  /** Starts the sidecar on its data folder; used again after a stop or a kill. */
  async startSidecar() {
    const data = path.join(this.dir, 'sidecar');
    const args = ['serve', '--listen', new URL(this.sidecarUrl).host, '--data', data, '--sandbox', new URL(this.sandboxUrl).host,
      ...this.options.serve ?? []];
    const part = await this.begin({ name: 'sidecar', command: binary, args, log: 'sidecar' }, `${this.sidecarUrl}/healthz`, healthy);
    this.token = (await readFile(this.tokenFile, 'utf8')).trim();
    return part;
  }

  get tokenFile() {
    return path.join(this.dir, 'sidecar', 'admin-token');
  }

  /** Calls the sidecar as its admin. @param {string} method @param {object} params */
  call(method, params) {
    return rpc(this.sidecarUrl, this.token, method, params);
  }

  /** Makes the world's line, unless a kept folder has it. */
  async createLine() {
    const { lines } = await this.call('line.list', {});
    if (lines.some((/** @type {{id: string}} */ line) => line.id === demoLine)) return;
    await this.call('line.create', { id: demoLine, name: this.options.lineName ?? 'Demo' });
  }

  /** Links the line with the owner's phone and returns the line's token. */
  async linkLine() {
    let seq = 0;
    return until('the line is linked', async () => {
      const news = await this.call('line.link', { line: demoLine, since: seq, waitMs: seq ? 5000 : 0 });
      seq = news.seq;
      if (news.state === 'code') await this.phone(`${owner}/link`, { qr: news.qr }).catch(() => undefined);
      return news.token;
    }, { timeout: 30000 });
  }

  /** Asks the sandbox about a phone. @param {string} what after /api/phones/ @param {object} [body] @returns {Promise<any>} */
  phone(what, body) {
    return json(`${this.sandboxUrl}/api/phones/${what}`, body ? { body } : {});
  }

  /** The newest message of the line in a customer's chat that has a text. @param {string} customer @param {string} text @returns {Promise<any>} */
  arrives(customer, text) {
    return until(`"${text}" arrives at ${customer}`, async () => {
      const { messages } = await this.phone(`${customer}/chats/${owner}`);
      return messages.findLast((/** @type {any} */ message) => !message.fromMe && message.body.includes(text));
    });
  }

  /** The customer writes. @param {string} customer @param {string} text */
  async writes(customer, text) {
    await this.phone(`${customer}/send`, { to: owner, text });
  }

  /** Waits until the sidecar holds no delivery that nobody took. */
  async nothingOpen() {
    const { asks } = await this.call('ask.list', { line: demoLine });
    const host = asks[0]?.reply?.host;
    if (!host) return;
    await until('every delivery is acknowledged', async () => {
      const { deliveries } = await this.call('delivery.list', { line: demoLine, host });
      return deliveries.length === 0;
    });
  }

  /** The newest asks, each with its outcome's kind. @returns {Promise<string[]>} */
  async outcomes() {
    const { asks } = await this.call('ask.list', { line: demoLine });
    return asks.map((/** @type {any} */ { state, outcome }) => outcome?.kind ?? state);
  }

  /** Waits until this many questions wait for an answer. @param {number} [count] */
  async waiting(count = 1) {
    await until(`${count} question(s) wait`, async () =>
      (await this.outcomes()).filter((state) => state === 'waiting').length === count);
  }

  /** The newest part of a name. @param {string} name */
  part(name) {
    const part = this.parts.findLast((one) => one.name === name);
    if (!part) throw new Error(`no part is named ${name}`);
    return part;
  }

  /** Ends everything, last started first, and removes fresh data. A second call is harmless. */
  async stop() {
    this.stopping = true;
    for (const part of [...this.parts].reverse()) await part.stop();
    if (this.dir && !this.options.keep) await rm(this.dir, { recursive: true, force: true });
  }
}

/** What to tell about a part that ended by itself. */
export function deathNotice(/** @type {Part} */ part) {
  return `${part.name} ended by itself (${part.ended}). The end of ${path.relative(process.cwd(), part.log)}:\n\n${part.tail()}`;
}

async function healthy(/** @type {string} */ url) {
  return (await fetch(url, { signal: AbortSignal.timeout(5000) })).ok;
}
