// @ts-check
// The sandbox, the sidecar and Node-RED together, as `just demo` and the browser tests start them.
import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { binary, nodeRedDir, out } from '../../scripts/lib/paths.mjs';
import { Plain } from '../../scripts/lib/say.mjs';
import { freePort, json, rpc } from './http.mjs';
import { installPackage } from './package.mjs';
import { Part } from './part.mjs';
import { until } from './until.mjs';

/** The line that the example flow names. */
export const demoLine = 'demo';

/** How long a part may take to get ready, milliseconds. */
const startPatience = 60000;

/**
 * @typedef {object} StackOptions
 * @property {string} name names the logs' folder under out/
 * @property {string} [keep] a folder to keep data in; by default a fresh one that is removed at the end
 * @property {boolean} [anyPort] take any free ports; by default 7450, 7460 and 1880 where they are free
 * @property {any[]} flow Node-RED's flow; its line node finds this sidecar by NODELINE_URL
 * @property {string} [lineName] the line's name, for people
 */

export class Stack {
  /** @param {StackOptions} options */
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

  /** Starts the three parts and waits until each answers; on any failure everything is ended. */
  async start() {
    mkdirSync(this.logs, { recursive: true });
    try {
      this.dir = this.options.keep ?? await mkdtemp(path.join(tmpdir(), 'nodeline-demo-'));
      await mkdir(this.dir, { recursive: true });
      const any = this.options.anyPort;
      const sandbox = `127.0.0.1:${await freePort(any ? 0 : 7460)}`;
      const sidecar = `127.0.0.1:${await freePort(any ? 0 : 7450)}`;
      const editorPort = await freePort(any ? 0 : 1880);
      this.sandboxUrl = `http://${sandbox}`;
      this.sidecarUrl = `http://${sidecar}`;
      this.editorUrl = `http://127.0.0.1:${editorPort}`;
      await this.startSandbox(sandbox);
      await this.startSidecar();
      await this.createLine();
      await this.prepareNodeRed();
      await this.startNodeRed();
    } catch (err) {
      await this.stop();
      throw err;
    }
  }

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
    const args = ['serve', '--listen', new URL(this.sidecarUrl).host, '--data', data, '--sandbox', new URL(this.sandboxUrl).host];
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

  /** Makes the line that the flow names, unless a kept folder has it. */
  async createLine() {
    const { lines } = await this.call('line.list', {});
    if (lines.some((/** @type {{id: string}} */ line) => line.id === demoLine)) return;
    await this.call('line.create', { id: demoLine, name: this.options.lineName ?? 'Demo' });
  }

  get userDir() {
    return path.join(this.dir, 'node-red');
  }

  /** Writes Node-RED's settings and flow, and installs our packed package. */
  async prepareNodeRed() {
    await mkdir(this.userDir, { recursive: true });
    const port = Number(new URL(this.editorUrl).port);
    await writeFile(path.join(this.userDir, 'settings.js'), `module.exports = ${JSON.stringify({
      uiHost: '127.0.0.1', uiPort: port, flowFile: 'flows.json', flowFilePretty: true, credentialSecret: 'demo',
      telemetry: { enabled: false, updateNotification: false },
      externalModules: { autoInstall: false, palette: { allowInstall: false }, modules: { allowInstall: false } },
      editorTheme: { tours: false, palette: { catalogues: [] }, projects: { enabled: false } },
      logging: { console: { level: 'info', metrics: false, audit: false } },
    }, null, 2)};\n`);
    await installPackage(this.userDir);
    const flowFile = path.join(this.userDir, 'flows.json');
    if (!existsSync(flowFile)) await writeFile(flowFile, JSON.stringify(this.options.flow, null, 2));
  }

  /** Starts Node-RED; used again after a stop. */
  async startNodeRed() {
    return this.begin({
      name: 'Node-RED', log: 'node-red', command: process.execPath, cwd: this.userDir,
      args: [path.join(nodeRedDir, 'node_modules', 'node-red', 'red.js'),
        '--userDir', this.userDir, '--settings', path.join(this.userDir, 'settings.js')],
      env: { NODELINE_URL: this.sidecarUrl, NODELINE_TOKEN_FILE: this.tokenFile, NODE_ENV: 'production' },
    }, `${this.editorUrl}/flows`, async (url) => {
      const flow = await json(url);
      const nodes = await json(`${this.editorUrl}/nodes`, { headers: { accept: 'application/json' } });
      const ours = nodes.filter((/** @type {any} */ set) => set.module === '@nodeline/node-red-whatsapp');
      const bad = ours.find((/** @type {any} */ set) => set.err);
      if (bad) throw new Error(`Node-RED does not load ${bad.id}: ${bad.err}`);
      return ours.length > 0 && flow.length > 0;
    });
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
