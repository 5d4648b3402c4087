// @ts-check
// The example flow of our Node-RED package that the demo opens.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';

/** The example, as Node-RED's import reads it. @returns {Promise<any[]>} */
export async function exampleFlow() {
  return JSON.parse(await readFile(path.join(root, 'ui-manifests', 'node-red', 'examples', 'confirm-a-visit.json'), 'utf8'));
}

/** @typedef {{id: string, type: string, wires?: string[][], [field: string]: any}} FlowNode */

/** The node of an id. @param {FlowNode[]} flow @param {string} id @returns {FlowNode} */
export function nodeOf(flow, id) {
  const found = flow.find((node) => node.id === id);
  if (!found) throw new Error(`the example flow has no node ${id}`);
  return found;
}

/** The node of a type that leads, over any others, to a node. @param {FlowNode[]} flow @param {string} id @param {string} type @returns {FlowNode} */
export function before(flow, id, type) {
  const seen = new Set([id]);
  for (const target of seen) {
    for (const node of flow.filter((node) => node.wires?.some((wires) => wires.includes(target)))) {
      if (node.type === type) return node;
      seen.add(node.id);
    }
  }
  throw new Error(`no ${type} node leads to ${id}`);
}

/** The debug node wired to an output, counted from 0. @param {FlowNode[]} flow @param {FlowNode} node @param {number} output @returns {FlowNode} */
export function debugAt(flow, node, output) {
  const wired = (node.wires?.[output] ?? []).map((id) => nodeOf(flow, id)).find((next) => next.type === 'debug');
  if (!wired) throw new Error(`no debug node is wired to output ${output + 1} of ${node.id}`);
  return wired;
}
