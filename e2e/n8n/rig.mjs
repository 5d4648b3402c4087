// @ts-check
// A real n8n with our package, the sidecar and the sandbox, driven without a browser:
// workflows by n8n's own interface, customers by the sandbox's phones.
import { N8nWorld, packageName } from '../lib/n8n-world.mjs';
import { entry, workflow } from '../lib/n8n.mjs';
import { until } from '../lib/until.mjs';
import { anna, boris, demoLine, owner } from '../lib/world.mjs';

export { anna, boris, demoLine, entry, owner, workflow };

/** @typedef {import('../lib/n8n.mjs').Node} Node */
/** @typedef {import('../lib/n8n.mjs').Wires} Wires */

/** A node type of ours. @param {'Action' | 'Activity' | 'Robot' | 'Trigger'} kind */
export const typeOf = (kind) => `${packageName}.whatsApp${kind}`;

export class Rig extends N8nWorld {
  /** What a node of ours holds of the credential. @type {Record<string, {id: string, name: string}>} */
  credentials = {};

  /**
   * @param {string} name of the logs' folder
   * @param {Partial<import('../lib/n8n-world.mjs').N8nOptions>} [options]
   */
  constructor(name, options = {}) {
    super({ name: `n8n-${name}`, anyPort: true, serve: ['--media-from', '127.0.0.1'], ...options });
  }

  /**
   * Starts everything; the caller's `after` is to call `stop`. Linked: the line is linked, and a
   * credential of URL and token is there for `node()`.
   * @param {{link?: boolean}} [options]
   */
  async up({ link = true } = {}) {
    await this.start();
    if (link) this.credentials = await this.n8n.createCredential('Line', 'nodelineApi', { sidecarUrl: this.sidecarUrl, token: await this.linkLine() });
    return this;
  }

  /**
   * A node of ours that uses the rig's credential.
   * @param {'Action' | 'Activity' | 'Robot' | 'Trigger'} kind
   * @param {string} name
   * @param {Record<string, unknown>} parameters
   * @param {object} [more] fields of the node beside its parameters
   * @returns {Node}
   */
  node(kind, name, parameters, more = {}) {
    return { name, type: typeOf(kind), parameters: { authentication: 'token', ...parameters }, credentials: this.credentials, ...more };
  }

  /**
   * Saves and publishes a workflow that starts with the items posted to it.
   * @param {string} name its name and its webhook's path
   * @param {Node[]} nodes
   * @param {Wires} wires from 'Items' on
   * @returns {Promise<{id: string, start: (...items: object[]) => Promise<string>}>} start gives the execution's id
   */
  async flow(name, nodes, wires) {
    const { hook, items } = entry(name);
    const id = await this.n8n.create(workflow(name, [hook, items, ...nodes], { Start: [['Items']], ...wires }));
    await this.n8n.activate(id);
    const seen = new Set();
    return {
      id,
      start: async (...list) => {
        await this.n8n.webhook(name, { items: list });
        return this.next(id, seen);
      },
    };
  }

  /** The execution of a workflow that was not seen before. @param {string} workflow @param {Set<string>} seen @returns {Promise<string>} */
  async next(workflow, seen) {
    const id = await until(`workflow ${workflow} started`, async () => (await this.n8n.executions(workflow)).find((one) => !seen.has(one.id))?.id);
    seen.add(id);
    return id;
  }

  /** n8n ends as by a power cut and starts again on the same folder. */
  async restartN8n({ kill = false } = {}) {
    const part = this.part('n8n');
    await (kill ? part.kill() : part.stop());
    await this.startN8n();
  }

  /** The sidecar ends as by a power cut and starts again on the same data. */
  async restartSidecar() {
    await this.part('sidecar').kill();
    await this.startSidecar();
  }
}
