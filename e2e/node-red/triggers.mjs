// @ts-check
// Flows that begin with a trigger, for the tests of triggers.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { until } from '../lib/until.mjs';
import { lineNode, recorded } from './rig.mjs';

/** @typedef {import('./rig.mjs').FlowNode} FlowNode */
/** @typedef {import('./rig.mjs').Rig} Rig */

/** A trigger. @param {string} id @param {'message' | 'receipt' | 'line-state' | 'event'} what @param {object} [fields] @returns {FlowNode} */
export const on = (id, what, fields = {}) => ({ id, type: `nodeline-on-${what}`, z: 'tab1', name: '', line: lineNode.id, x: 100, y: 100, wires: [], ...fields });

/** A tab with triggers, each wired to the file of what left. @param {...FlowNode} triggers @returns {FlowNode[]} */
export const flowWith = (...triggers) => [{ id: 'tab1', type: 'tab', label: 'Tests' }, lineNode, ...triggers.flatMap((node) => recorded(node, 1))];

/** The files in which triggers keep their places. @param {Rig} rig @returns {string[]} */
export function places(rig) {
  const folder = path.join(rig.userDir, '.nodeline-cursors');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')).sort() : [];
}

/** Waits until so many new triggers have begun to read. @param {Rig} rig @param {number} count */
export const reading = (rig, count) => until(`${count} triggers have begun to read`, () => places(rig).length >= count);

/** What came of a trigger so far. @param {Rig} rig @param {string} id @returns {any[]} */
export const came = (rig, id) => rig.left().filter(({ from }) => from === id).map(({ msg }) => msg);

/** What a trigger gave for each event, in words. @param {Rig} rig @param {string} id @returns {string[]} */
export const said = (rig, id) => came(rig, id).map(({ topic, payload }) => (typeof payload === 'string' ? payload : topic));

/** Waits for the n-th message of a trigger. @param {Rig} rig @param {string} id @param {number} count @returns {Promise<any>} */
export async function comes(rig, id, count) {
  await until(`${id} gives ${count} message(s)`, () => came(rig, id).length >= count, { timeout: 30000 });
  return came(rig, id)[count - 1];
}
