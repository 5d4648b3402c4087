// @ts-check
// The sandbox, the sidecar and Node-RED together, as `just demo` and the browser tests start them.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { nodeRed } from '../../scripts/lib/paths.mjs';
import { json } from './http.mjs';
import { installPackage } from './package.mjs';
import { World } from './world.mjs';

/**
 * @typedef {import('./world.mjs').WorldOptions & {flow: any[]}} StackOptions
 *   flow: Node-RED's flow; its line node finds this sidecar by NODELINE_URL
 */

export class Stack extends World {
  /** @override */
  hostPort = 1880;

  /** @param {StackOptions} options */
  constructor(options) {
    super(options);
    this.flow = options.flow;
  }

  /** @override */
  async startHost() {
    await this.prepareNodeRed();
    await this.startNodeRed();
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
    if (!existsSync(flowFile)) await writeFile(flowFile, JSON.stringify(this.flow, null, 2));
  }

  /** Starts Node-RED; used again after a stop. @param {string[]} [flags] more of its own */
  async startNodeRed(flags = []) {
    const { node, dir } = nodeRed();
    return this.begin({
      name: 'Node-RED', log: 'node-red', command: node, cwd: this.userDir,
      args: [path.join(dir, 'node_modules', 'node-red', 'red.js'),
        '--userDir', this.userDir, '--settings', path.join(this.userDir, 'settings.js'), ...flags],
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
}
