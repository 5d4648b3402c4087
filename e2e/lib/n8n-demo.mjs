// @ts-check
// n8n as `just demo n8n` starts it: an account, a workflow, a credential that is not linked yet,
// and a door that lets this machine's browser in without a password.
import { createServer } from 'node:http';
import { freePort } from './http.mjs';
import { packageName, N8nWorld } from './n8n-world.mjs';
import { workflow } from './n8n.mjs';

/** Names of the example's nodes that its steps and its check speak of. */
export const names = { start: 'When clicking ‘Execute workflow’', customer: 'Анна', ask: 'Ask with buttons', thanks: 'Say thanks', move: 'Move the visit' };

/** What the customer may choose, as the example asks. */
export const choices = ['Приду', 'Перенести', 'Не приду'];

/** A clinic asks its customer to confirm a visit and goes on by the answer. */
export function exampleWorkflow() {
  const field = (/** @type {string} */ name, /** @type {string} */ value) => ({ id: name, name, value, type: 'string' });
  const ends = (/** @type {string} */ name, /** @type {number} */ row) => ({ name, type: 'n8n-nodes-base.noOp', position: [960, row] });
  return workflow('Confirm a visit', [
    { name: names.start, type: 'n8n-nodes-base.manualTrigger', position: [0, 0] },
    { name: names.customer, type: 'n8n-nodes-base.set', typeVersion: 3.4, position: [220, 0], parameters: { assignments: { assignments: [
      field('name', 'Анна'), field('date', '24 ноября в 10:00'), field('phone', '8 912 345-67-89'),
    ] }, options: {} } },
    { name: names.ask, type: `${packageName}.whatsAppActivity`, position: [520, 0], parameters: {
      chat: { __rl: true, mode: 'phone', value: '={{ $json.phone }}' },
      message: '={{ $json.name }}, ждём вас {{ $json.date }}. Придёте?',
      buttons: { values: choices.map((text) => ({ text })) },
      deadline: 1, deadlineUnit: 'hours',
    } },
    ends('No answer', -320),
    ends('Read it yourself', -160),
    { name: names.thanks, type: `${packageName}.whatsAppAction`, position: [960, 0], parameters: {
      resource: 'message', operation: 'sendText',
      chat: { __rl: true, mode: 'phone', value: `={{ $('${names.customer}').item.json.phone }}` },
      text: `=Спасибо, {{ $('${names.customer}').item.json.name }}! До встречи.`,
    } },
    ends(names.move, 160),
    ends('Cancel the visit', 320),
  ], {
    [names.start]: [[names.customer]],
    [names.customer]: [[names.ask]],
    [names.ask]: [['No answer'], ['Read it yourself'], [], [names.thanks], [names.move], ['Cancel the visit']],
  });
}

/** The credential's type, and the name that the demo's has. */
export const credential = { type: 'nodelineOAuth2Api', name: 'WhatsApp' };

export class N8nDemo extends N8nWorld {
  /** @type {import('node:http').Server | undefined} */ door = undefined;
  /** Where the browser is let in: the example's workflow, logged in. */
  doorUrl = '';
  workflow = '';

  /** @param {Omit<import('./n8n-world.mjs').N8nOptions, 'noLine'>} options */
  constructor(options) {
    // The person names the line when it is linked.
    super({ ...options, noLine: true });
  }

  /** @override */
  async startHost() {
    await super.startHost();
    this.workflow = await this.importExample();
    await this.openDoor();
  }

  /** Imports the example with a credential that knows this sidecar, unless a kept folder has it. */
  async importExample() {
    const example = exampleWorkflow();
    const known = (await this.n8n.rest('/workflows')).find((/** @type {any} */ one) => one.name === example.name);
    if (known) return known.id;
    const held = await this.n8n.createCredential(credential.name, credential.type, { sidecarUrl: this.sidecarUrl });
    const nodes = example.nodes.map((node) => (node.type.startsWith(packageName) ? { ...node, credentials: held } : node));
    return this.n8n.create({ ...example, nodes });
  }

  /** Lets this machine's browser in as the owner; n8n itself has no way without a password. */
  async openDoor() {
    const port = await freePort(this.options.anyPort ? 0 : 5670);
    const here = `127.0.0.1:${port}`;
    this.door = createServer((request, response) => {
      // A name that somebody else pointed at this machine is not ours.
      if (request.headers.host !== here || request.url !== '/') response.writeHead(404).end();
      else {
        response.writeHead(302, {
          'set-cookie': `${this.n8n.cookie}; Path=/; HttpOnly; SameSite=Lax`,
          location: `${this.editorUrl}/workflow/${this.workflow}`,
        }).end();
      }
    });
    await new Promise((resolve, reject) => this.door?.on('error', reject).listen(port, '127.0.0.1', () => resolve(undefined)));
    this.doorUrl = `http://${here}`;
  }

  /** @override */
  async stop() {
    this.door?.closeAllConnections();
    this.door?.close();
    await super.stop();
  }
}
