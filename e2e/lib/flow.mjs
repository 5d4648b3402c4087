// @ts-check
// The example flow of our Node-RED package that the demo opens.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';

/** The example, as Node-RED's import reads it. @returns {Promise<any[]>} */
export async function exampleFlow() {
  return JSON.parse(await readFile(path.join(root, 'ui-manifests', 'node-red', 'examples', 'demo.json'), 'utf8'));
}

/** The one node of a type (and name) in a flow. @param {any[]} flow @param {string} type @param {(node: any) => boolean} [which] */
export function theNode(flow, type, which = () => true) {
  const found = flow.filter((node) => node.type === type && which(node));
  if (found.length !== 1) throw new Error(`the example flow has ${found.length} nodes of type ${type} where one is expected`);
  return found[0];
}
