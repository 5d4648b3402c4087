// @ts-check
// The sandbox, the sidecar and n8n together, our package in it as a user installs it.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { n8nDir, node24 } from '../../scripts/lib/paths.mjs';
import { freePort } from './http.mjs';
import { N8n } from './n8n.mjs';
import { installNodes } from './package.mjs';
import { World } from './world.mjs';

/** The package under test. */
export const packageName = 'n8n-nodes-nodeline';

/**
 * @typedef {import('./world.mjs').WorldOptions & {nodes?: string, env?: Record<string, string>}} N8nOptions
 *   nodes: another package's folder to install; env: over n8n's own here
 */

export class N8nWorld extends World {
  /** @override */
  hostPort = 5678;

  /** @param {N8nOptions} options */
  constructor(options) {
    super(options);
    this.nodes = options.nodes;
    this.env = options.env ?? {};
    this.n8n = new N8n('');
    this.broker = 0;
  }

  /** N8N_USER_FOLDER. */
  get userFolder() {
    return path.join(this.dir, 'n8n');
  }

  /** @override */
  async startHost() {
    await mkdir(this.userFolder, { recursive: true });
    await installNodes(this.userFolder, this.nodes);
    this.broker = await freePort(0);
    this.n8n = new N8n(this.editorUrl);
    await this.startN8n();
    await this.n8n.login();
    const types = await this.n8n.types();
    if (!types.some(({ name }) => name.startsWith(`${packageName}.`)) && !this.nodes) {
      throw new Error(`n8n did not load ${packageName}. The end of its log:\n\n${this.part('n8n').tail()}`);
    }
  }

  /** Starts n8n on its folder; used again after a stop or a kill, when its sessions are still good. */
  async startN8n() {
    const address = new URL(this.editorUrl);
    return this.begin({
      name: 'n8n', log: 'n8n', command: node24, cwd: this.userFolder,
      args: [path.join(n8nDir, 'node_modules', 'n8n', 'bin', 'n8n'), 'start'],
      env: {
        // Its helpers start `node` by name.
        PATH: `${path.dirname(node24)}${path.delimiter}${process.env.PATH ?? ''}`,
        N8N_USER_FOLDER: this.userFolder,
        N8N_ENCRYPTION_KEY: 'demo',
        N8N_LISTEN_ADDRESS: '127.0.0.1',
        N8N_HOST: '127.0.0.1',
        N8N_PORT: address.port,
        N8N_RUNNERS_BROKER_PORT: String(this.broker),
        N8N_EDITOR_BASE_URL: address.origin,
        WEBHOOK_URL: address.origin,
        N8N_SECURE_COOKIE: 'false',
        N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '3',
        ...silent,
        ...this.env,
      },
    }, `${this.editorUrl}/healthz/readiness`, async (url) => {
      const ready = await fetch(url, { signal: AbortSignal.timeout(5000) });
      return ready.ok && this.n8n.rest('/settings');
    });
  }
}

/** n8n asks nobody outside and greets nobody. */
const silent = {
  N8N_DIAGNOSTICS_ENABLED: 'false',
  N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
  N8N_TEMPLATES_ENABLED: 'false',
  N8N_PERSONALIZATION_ENABLED: 'false',
  N8N_VERIFIED_PACKAGES_ENABLED: 'false',
  N8N_DYNAMIC_BANNERS_ENABLED: 'false',
  N8N_HIRING_BANNER_ENABLED: 'false',
  N8N_DISABLED_MODULES: 'mcp-registry,instance-ai',
};
