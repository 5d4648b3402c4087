// @ts-check
// A real Node-RED with our package, the sidecar and the sandbox, driven without a
// browser: flows by Node-RED's own interface, what leaves a node by a file that
// the flow writes, customers by the sandbox's phones.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { json } from '../lib/http.mjs';
import { Stack } from '../lib/stack.mjs';
import { until } from '../lib/until.mjs';
import { anna, boris, demoLine, owner } from '../lib/world.mjs';

export { anna, boris, owner };

/** @typedef {{id: string, type: string, wires?: string[][], [field: string]: any}} FlowNode */
/** @typedef {{from: string, port: number, msg: any, life: number}} Left what left a node; life: of which process of Node-RED */

/** The line's config node. */
export const lineNode = { id: 'line1', type: 'nodeline-line', name: 'Test', url: '', line: demoLine, plain: false };

/**
 * A send-buttons node that asks msg.payload.phone.
 * @param {string} id
 * @param {object} [fields]
 * @returns {FlowNode}
 */
export function ask(id, fields = {}) {
  return {
    id, type: 'nodeline-send-buttons', z: 'tab1', name: id, line: lineNode.id, x: 300, y: 100,
    chat: 'payload.phone', chatType: 'msg', header: '', headerType: 'str',
    body: 'payload.name & ", придёте " & payload.date & "?"', bodyType: 'jsonata', footer: '', footerType: 'str',
    buttons: [{ id: 'yes', text: 'Да', type: 'str' }, { id: 'no', text: 'Нет', type: 'str' }, { id: 'later', text: 'Позже', type: 'str' }],
    rendering: 'auto', wait: true, deadline: '1', deadlineUnit: 'hours', outputs: 7, wires: [],
    ...fields,
  };
}

/**
 * A function node's body that writes down what came, at once: nothing is on its way when flows are stopped.
 * @param {string} from
 * @param {number} port
 */
export const record = (from, port) => `
  const { req, res, ...kept } = msg;
  const kind = (value) => value instanceof Date ? 'Date' : Buffer.isBuffer(value) ? 'Buffer' : typeof value;
  const types = Object.fromEntries(Object.entries(kept).map(([key, value]) => [key, kind(value)]));
  const line = JSON.stringify({ from: ${JSON.stringify(from)}, port: ${port}, msg: { ...kept, types }, life: global.get('life') },
    (key, value) => typeof value === 'bigint' ? String(value) : value);
  global.get('fs').appendFileSync(global.get('left'), line + '\\n');`;

/**
 * Wires every output of a node to the file of what left.
 * @param {FlowNode} node
 * @param {number} [outputs]
 * @param {number[]} [unwired] outputs that stay without a wire
 * @returns {FlowNode[]}
 */
export function recorded(node, outputs = node.outputs, unwired = []) {
  const taps = Array.from({ length: outputs }, (_, port) => ({
    id: `${node.id}-tap${port}`, type: 'function', z: node.z, name: '', x: 500, y: 40 * port, outputs: 0, wires: [],
    func: record(node.id, port),
  }));
  return [{ ...node, wires: taps.map(({ id }, port) => (unwired.includes(port) ? [] : [id])) }, ...taps];
}

/**
 * A flow on one tab: POST /go/<name> puts a message into a node.
 * @param {Record<string, string>} entries name -> node id
 * @param {FlowNode[]} nodes
 * @param {string} [prepare] function body that changes msg before it goes in
 * @returns {FlowNode[]}
 */
export function flowOf(entries, nodes, prepare = '') {
  return [
    { id: 'tab1', type: 'tab', label: 'Tests' },
    lineNode,
    ...Object.entries(entries).flatMap(([name, target]) => [
      { id: `in-${name}`, type: 'http in', z: 'tab1', url: `/go/${name}`, method: 'post', x: 100, y: 100, wires: [[`ok-${name}`, `prep-${name}`]] },
      { id: `ok-${name}`, type: 'http response', z: 'tab1', statusCode: '204', x: 200, y: 60, wires: [] },
      { id: `prep-${name}`, type: 'function', z: 'tab1', func: `${prepare || 'delete msg.req; delete msg.res;'} return msg;`, outputs: 1, x: 200, y: 100, wires: [[target]] },
    ]),
    ...nodes,
  ];
}

export class Rig extends Stack {
  /**
   * @param {string} name of the logs' folder
   * @param {FlowNode[]} flow
   * @param {Record<string, unknown>} [settings] over Node-RED's
   */
  constructor(name, flow, settings = {}) {
    super({ name: `node-red-${name}`, anyPort: true, flow });
    this.settings = settings;
    this.root = String(settings['httpAdminRoot'] ?? '');
  }

  /** Node-RED's settings with the test's own. @override */
  async prepareNodeRed() {
    await super.prepareNodeRed();
    const file = path.join(this.userDir, 'settings.js');
    const base = await readFile(file, 'utf8');
    const given = `{ fs: require('fs'), left: ${JSON.stringify(this.record)}, life: process.pid }`;
    await writeFile(file, `${base}Object.assign(module.exports, ${JSON.stringify(this.settings, null, 2)}, { functionGlobalContext: ${given} });\n`);
  }

  /**
   * Starts everything for a test and ends it after. Linked: the line is linked and Node-RED holds its token.
   * @param {import('node:test').TestContext} t
   * @param {{link?: boolean}} [options]
   */
  async up(t, { link = true } = {}) {
    t.after(() => this.stop());
    await this.start();
    if (link) {
      await this.deploy(this.flow, { [lineNode.id]: { token: await this.linkLine() } });
    }
    return this;
  }

  /** Node-RED's interface. @param {string} what @param {{method?: string, body?: unknown, headers?: Record<string, string>}} [options] */
  admin(what, options) {
    return json(`${this.editorUrl}${what}`, options);
  }

  /**
   * Deploys a flow, as the editor does.
   * @param {FlowNode[]} flow
   * @param {Record<string, object>} [credentials] by node id
   * @param {'full' | 'nodes' | 'flows' | 'reload'} [type]
   */
  async deploy(flow, credentials = {}, type = 'full') {
    const flows = flow.map((node) => (credentials[node.id] ? { ...node, credentials: credentials[node.id] } : node));
    await this.admin('/flows', { body: { flows }, headers: { 'Node-RED-API-Version': 'v2', 'Node-RED-Deployment-Type': type } });
  }

  /** Puts a message into the flow, once: until the flow has started there is no such address. @param {string} name @param {object} payload */
  async go(name, payload) {
    await until(`the flow takes a message for ${name}`, () => json(`${this.editorUrl}/go/${name}`, { body: payload }).then(() => true));
  }

  /** The file of what left. */
  get record() {
    return path.join(this.userDir, 'left.jsonl');
  }

  /** What left the recorded nodes so far. @returns {Left[]} */
  left() {
    return existsSync(this.record) ? readFileSync(this.record, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line)) : [];
  }

  /** Waits for the n-th thing that left, and checks that nothing more did. @param {number} count @returns {Promise<Left>} */
  async leaves(count) {
    await until(`${count} message(s) left the node`, () => this.left().length >= count, { timeout: 30000 });
    const all = this.left();
    assert.equal(all.length, count, `left: ${JSON.stringify(all.map(({ from, port }) => [from, port]))}`);
    return /** @type {Left} */ (all[count - 1]);
  }
}
