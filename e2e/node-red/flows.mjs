// @ts-check
// The package's examples as a person takes them: the file is imported, a line chosen, and what the
// description says is filled in. What leaves by each wire is written down.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { patience } from '../lib/customer.mjs';
import { until } from '../lib/until.mjs';
import { demoLine } from '../lib/world.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { record } from './rig.mjs';

/** @typedef {import('./rig.mjs').Rig} Rig */
/** @typedef {import('./rig.mjs').FlowNode} FlowNode */

export const folder = path.join(root, 'ui-manifests', 'node-red', 'examples');

/** Names of the examples' files. */
export const files = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();

/** @param {string} file @returns {Promise<FlowNode[]>} */
export const read = async (file) => JSON.parse(await readFile(path.join(folder, file), 'utf8'));

/** An example in the rig's Node-RED. */
export class Taken {
  /** @param {Rig} rig @param {FlowNode[]} flow */
  constructor(rig, flow) {
    this.rig = rig;
    this.flow = flow;
    /** What had left before this one was deployed. */
    this.before = rig.left().length;
  }

  /**
   * Imports a file, chooses the line, and fills in what the file leaves to the person.
   * @param {Rig} rig
   * @param {string} file
   * @param {string} token of the line
   * @param {(of: (name: string) => FlowNode) => void} fill
   */
  static async from(rig, file, token, fill = () => {}) {
    const taken = new Taken(rig, await read(file));
    fill((name) => taken.node(name));
    const lines = taken.flow.filter(({ type }) => type === 'nodeline-line');
    for (const line of lines) line.line = demoLine;
    const starts = taken.starts();
    await rig.deploy([...taken.flow, ...taken.taps()].map((node) => ({ ...node, wires: node.wires && taken.wired(node) })),
      Object.fromEntries(lines.map(({ id }) => [id, { token }])));
    // Node-RED makes its nodes one after the other, and a node that has none behind it yet sends into nothing.
    await until('the flow has started', () => taken.starts() > starts, { timeout: patience });
    return taken;
  }

  /** How often this life of Node-RED has started flows. */
  starts() {
    return readFileSync(this.rig.part('Node-RED').log, 'utf8').split('Started flows').length;
  }

  /** @param {string} name @returns {FlowNode} */
  node(name) {
    const found = this.flow.find((node) => node['name'] === name);
    assert.ok(found, `there is a node ${name}`);
    return found;
  }

  /** Every output that something is wired to. @returns {{node: FlowNode, port: number}[]} */
  outputs() {
    return this.flow.flatMap((node) => (node.wires ?? []).flatMap((targets, port) => (targets.length ? [{ node, port }] : [])));
  }

  /** A node for each wired output that writes down what leaves there. @returns {FlowNode[]} */
  taps() {
    return this.outputs().map(({ node, port }) => ({
      id: `tap-${node.id}-${port}`, type: 'function', z: node['z'], name: '', x: 40, y: 20, outputs: 0, wires: [], func: record(node.id, port),
    }));
  }

  /** A node's wires with those to the taps. @param {FlowNode} node */
  wired(node) {
    return node.wires?.map((targets, port) => (targets.length ? [...targets, `tap-${node.id}-${port}`] : targets));
  }

  /** What left by each wire so far. */
  left() {
    return this.rig.left().slice(this.before);
  }

  /** What came to a node so far. @param {string} name @returns {any[]} */
  came(name) {
    const { id } = this.node(name);
    return this.left().filter(({ from, port }) => this.flow.find((node) => node.id === from)?.wires?.[port]?.includes(id)).map(({ msg }) => msg);
  }

  /** Waits until so many messages came to a node. @param {string} name @param {number} count @returns {Promise<any[]>} */
  async gets(name, count) {
    await until(`${count} message(s) came to ${name}`, () => this.came(name).length >= count, { timeout: patience });
    const all = this.came(name);
    assert.equal(all.length, count, `${name} got ${JSON.stringify(all.map(({ payload }) => payload))}`);
    return all;
  }

  /** Holds that something left by every branch. Outputs of a node that lead to the same place are one. */
  walked() {
    const branch = (/** @type {FlowNode | undefined} */ node, /** @type {number} */ port) => `${node?.id} ${[...node?.wires?.[port] ?? []].sort()}`;
    const left = new Set(this.left().map(({ from, port }) => branch(this.flow.find(({ id }) => id === from), port)));
    const missed = this.outputs().filter(({ node, port }) => !left.has(branch(node, port)));
    assert.deepEqual(missed.map(({ node, port }) => `${String(node['name'])}, output ${port + 1}`), [], 'every branch was walked');
  }

  /**
   * Posts to one of its addresses.
   * @param {string} address
   * @param {Record<string, unknown> | URLSearchParams} body JSON, or a form as the browser sends it
   */
  async post(address, body) {
    const form = body instanceof URLSearchParams;
    const answer = await fetch(`${this.rig.editorUrl}${address}`, form ? { method: 'POST', body }
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${address} answers ${answer.status}`);
  }
}
