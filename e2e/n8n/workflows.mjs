// @ts-check
// The ready-made workflows as a person takes them: the file is imported, a credential chosen in each
// node, and what the note says is filled in. Customers answer by the sandbox's phones.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { patience } from '../lib/customer.mjs';
import { packageName } from '../lib/n8n-world.mjs';
import { until } from '../lib/until.mjs';
import { n8nDir, root } from '../../scripts/lib/paths.mjs';

/** @typedef {import('./rig.mjs').Rig} Rig */
/** @typedef {(name: string) => any} Parameters the parameters of a node, to change */

export const folder = path.join(root, 'ui-manifests', 'n8n', 'workflows');

/** Names of the workflows' files. */
export const files = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();

/** @param {string} file @returns {Promise<any>} */
export const read = async (file) => JSON.parse(await readFile(path.join(folder, file), 'utf8'));

export const isOurs = (/** @type {{type: string}} */ { type }) => type.startsWith(`${packageName}.`);

/** Changes fields that an Edit Fields node sets. @param {any} parameters @param {Record<string, unknown>} values */
export function setFields(parameters, values) {
  for (const [name, value] of Object.entries(values)) {
    const field = parameters.assignments.assignments.find((/** @type {any} */ one) => one.name === name);
    assert.ok(field, `it sets ${name}`);
    field.value = value;
  }
}

/** A workflow of the library in the rig's n8n. */
export class Taken {
  /** @param {Rig} rig @param {any} workflow */
  constructor(rig, workflow) {
    this.rig = rig;
    this.workflow = workflow;
    this.id = '';
  }

  /**
   * Imports a file, has every node of ours use the credential, and fills in what the file leaves to the person.
   * @param {Rig} rig
   * @param {string} file
   * @param {Record<string, {id: string, name: string}>} credentials
   * @param {(of: Parameters) => void} fill
   */
  static async from(rig, file, credentials, fill = () => {}) {
    const taken = new Taken(rig, await read(file));
    for (const node of taken.workflow.nodes.filter(isOurs)) node.credentials = credentials;
    fill((name) => taken.node(name).parameters);
    taken.id = await rig.n8n.create(taken.workflow);
    return taken;
  }

  /** @param {string} name */
  node(name) {
    const found = this.workflow.nodes.find((/** @type {any} */ node) => node.name === name);
    assert.ok(found, `there is a node ${name}`);
    return found;
  }

  /** Publishes it; where it has a WhatsApp Trigger, the sidecar knows of it then. */
  async publish() {
    await this.rig.n8n.activate(this.id);
    if (!this.workflow.nodes.some((/** @type {any} */ { type }) => type.endsWith('.whatsAppTrigger'))) return;
    await until('the sidecar has the webhook', async () => (await this.rig.call('webhook.list', { line: 'demo' })).webhooks.length === 1, { timeout: patience });
  }

  /** Every execution, once all have ended; one that failed is told. @returns {Promise<import('../lib/n8n.mjs').Execution[]>} */
  async ended() {
    const ids = await until('every execution has ended', async () => {
      const all = await this.rig.n8n.executions(this.id);
      const open = all.filter(({ status }) => ['new', 'running', 'waiting'].includes(status));
      if (open.length) throw new Error(open.map(({ id, status }) => `${id} is ${status}`).join(', '));
      return all.map(({ id }) => id);
    }, { timeout: patience });
    const all = await Promise.all(ids.map((id) => this.rig.n8n.execution(id)));
    assert.deepEqual(all.map(({ problem }) => problem).filter(Boolean), []);
    return all;
  }

  /** What came to a node over every execution. @param {string} name @returns {Promise<any[]>} */
  async came(name) {
    const all = await this.ended();
    return all.flatMap((execution) => execution.runs(name).flatMap((run) => (run.data?.main?.[0] ?? []).map((/** @type {any} */ item) => item.json)));
  }

  /** Holds that every node ran and that something left by every wired output. */
  async walked() {
    const all = await this.ended();
    const left = (/** @type {string} */ name, /** @type {number} */ output) =>
      all.some((execution) => execution.runs(name).some((run) => run.data?.main?.[output]?.length));
    const missed = Object.entries(this.workflow.connections).flatMap(([name, { main }]) =>
      main.flatMap((/** @type {any[]} */ targets, /** @type {number} */ output) => (targets.length && !left(name, output) ? [`${name}, output ${output}`] : [])));
    assert.deepEqual(missed, [], 'every branch was walked');
    const still = this.workflow.nodes.filter((/** @type {any} */ { name, type }) => !type.endsWith('.stickyNote') && !all.some(({ ran }) => ran.includes(name)));
    assert.deepEqual(still.map((/** @type {any} */ { name }) => name), [], 'every node ran');
  }

  /** Why executions failed. @returns {Promise<string[]>} */
  async problems() {
    const all = await this.rig.n8n.executions(this.id);
    const failed = await Promise.all(all.filter(({ status }) => status === 'error').map(({ id }) => this.rig.n8n.execution(id)));
    return failed.map(({ id, problem }) => `${id}: ${problem}`);
  }

  /** Takes the workflow out of n8n, with what it still waits for, and its webhook out of the sidecar. */
  async remove() {
    for (const { id, status } of await this.rig.n8n.executions(this.id)) if (status === 'waiting') await this.rig.n8n.endExecution(id);
    await this.rig.n8n.rest(`/workflows/${this.id}/archive`, {});
    // n8n takes a published workflow down by and by.
    await until('the workflow is removed', () => this.rig.n8n.rest(`/workflows/${this.id}`, undefined, 'DELETE').then(() => true), { timeout: patience });
    await until('the sidecar has no webhook', async () => (await this.rig.call('webhook.list', { line: 'demo' })).webhooks.length === 0, { timeout: patience });
  }
}

/**
 * What n8n would mark in red: parameters that are missing or wrong, and types that it does not know.
 * @param {any[]} types as n8n tells them
 * @param {any} workflow
 * @returns {string[]}
 */
export function issuesOf(types, workflow) {
  const { NodeHelpers } = createRequire(path.join(n8nDir, 'package.json'))('n8n-workflow');
  return workflow.nodes.flatMap((/** @type {any} */ node) => {
    const type = types.find(({ name, version }) => name === node.type && [version].flat().includes(node.typeVersion));
    if (!type) return [`${node.name}: n8n knows no ${node.type} ${node.typeVersion}`];
    const full = { ...node, parameters: NodeHelpers.getNodeParameters(type.properties, node.parameters, true, false, node, type) };
    const unknown = Object.keys(node.parameters).filter((name) => !(name in full.parameters)).map((name) => `${node.name}: ${name} is no parameter of it`);
    return [...unknown, ...Object.values(NodeHelpers.getNodeParametersIssues(type.properties, full, type)?.parameters ?? {}).flat().map((issue) => `${node.name}: ${issue}`)];
  });
}
