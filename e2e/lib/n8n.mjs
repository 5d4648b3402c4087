// @ts-check
// n8n's own REST interface, as its editor uses it: credentials, workflows, executions.
import { createRequire } from 'node:module';
import path from 'node:path';
import { n8nDir } from '../../scripts/lib/paths.mjs';
import { json } from './http.mjs';
import { until } from './until.mjs';

/** The account that a test's or a demo's n8n belongs to. It listens on loopback only. */
export const account = { email: 'owner@example.com', firstName: 'North', lastName: 'Clinic', password: 'Nodeline-demo-1' };

/**
 * @typedef {{name: string, type: string, typeVersion?: number, parameters?: Record<string, any>, [field: string]: any}} Node
 * @typedef {Record<string, string[][]>} Wires a node's name -> per output, the names that it leads to
 * @typedef {{json: any, binary?: any, pairedItem?: any, error?: any}} Item
 * @typedef {'new' | 'running' | 'waiting' | 'success' | 'error' | 'crashed' | 'canceled'} ExecutionStatus
 */

export class N8n {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
    this.cookie = '';
  }

  /**
   * One call of the interface; what it answers under `data`.
   * @param {string} what after /rest
   * @param {unknown} [body] sent by POST where no method is named
   * @param {string} [method]
   * @returns {Promise<any>}
   */
  async rest(what, body, method) {
    const answer = await json(`${this.url}/rest${what}`, {
      ...(method ? { method } : {}), ...(body === undefined ? {} : { body }), headers: { cookie: this.cookie },
    });
    return answer && 'data' in answer ? answer.data : answer;
  }

  /** Makes the owner's account where there is none, and logs in. */
  async login() {
    const { userManagement } = await this.rest('/settings');
    if (userManagement.showSetupOnFirstLoad) await this.rest('/owner/setup', account);
    // Without a browser-id header the session is bound to no browser: a page may use its cookie too.
    const response = await fetch(`${this.url}/rest/login`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ emailOrLdapLoginId: account.email, password: account.password }),
    });
    if (!response.ok) throw new Error(`n8n's login answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
    this.cookie = response.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
  }

  /** Every node type that n8n has loaded. @returns {Promise<any[]>} */
  types() {
    return json(`${this.url}/types/nodes.json`, { headers: { cookie: this.cookie } });
  }

  /**
   * Makes a credential and returns what a node holds of it.
   * @param {string} name
   * @param {string} type
   * @param {Record<string, unknown>} data
   * @returns {Promise<Record<string, {id: string, name: string}>>} by the credential's type
   */
  async createCredential(name, type, data) {
    const { id } = await this.rest('/credentials', { name, type, data });
    return { [type]: { id, name } };
  }

  /** Saves a workflow anew. @param {object} workflow as `workflow()` makes it @returns {Promise<string>} its id */
  async create(workflow) {
    return (await this.rest('/workflows', workflow)).id;
  }

  /** Saves a workflow's next version; what is published stays as it is. @param {string} id @param {object} workflow */
  async update(id, workflow) {
    const { versionId } = await this.rest(`/workflows/${id}`);
    return this.rest(`/workflows/${id}`, { ...workflow, versionId }, 'PATCH');
  }

  /** Publishes a workflow's newest version. Its webhooks may answer a little later. @param {string} id */
  async activate(id) {
    const { versionId } = await this.rest(`/workflows/${id}`);
    return this.rest(`/workflows/${id}/activate`, { versionId });
  }

  /** @param {string} id */
  deactivate(id) {
    return this.rest(`/workflows/${id}/deactivate`, {});
  }

  /** Removes a workflow; n8n wants it archived before, and unpublishes it in its own time. @param {string} id */
  async remove(id) {
    await this.rest(`/workflows/${id}/archive`, {});
    await until(`workflow ${id} is unpublished`, () => this.rest(`/workflows/${id}`, undefined, 'DELETE').then(() => true));
  }

  /**
   * Runs a workflow by hand, from its trigger; or only what a node needs, and that node.
   * @param {string} id
   * @param {{trigger?: string, upTo?: string}} from the trigger's name, or the node's
   * @returns {Promise<string>} the execution's id; empty where n8n waits for the trigger's test event
   */
  async run(id, { trigger, upTo }) {
    const { executionId } = await this.rest(`/workflows/${id}/run`, {
      ...(trigger ? { triggerToStartFrom: { name: trigger } } : {}),
      ...(upTo ? { destinationNode: { nodeName: upTo, mode: 'inclusive' } } : {}),
    });
    return executionId ?? '';
  }

  /**
   * Posts to a published webhook, once: only where no such address is registered yet it is tried again.
   * @param {string} where its path
   * @param {unknown} body
   * @returns {Promise<string>} what it answers
   */
  async webhook(where, body) {
    const url = `${this.url}/webhook/${where}`;
    const answer = await until(`the webhook ${where} is registered`, async () => {
      const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      return response.status === 404 ? undefined : response;
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
    return text;
  }

  /**
   * A workflow's executions, the newest first. n8n asks for the running and for the ended ones
   * side by side, so it tells twice of one that ends at that moment.
   * @param {string} workflow
   * @returns {Promise<{id: string, status: ExecutionStatus, mode: string}[]>}
   */
  async executions(workflow) {
    const { results } = await this.rest(`/executions?${new URLSearchParams({ filter: JSON.stringify({ workflowId: workflow }), limit: '100' })}`);
    return [...new Map(results.map((/** @type {{id: string}} */ one) => [one.id, one])).values()];
  }

  /** @param {string} id @returns {Promise<Execution>} */
  async execution(id) {
    return new Execution(await this.rest(`/executions/${id}`));
  }

  /**
   * Waits until an execution is in a state; ends early where it has ended in another.
   * @param {string} id
   * @param {ExecutionStatus} status
   * @param {number} [timeout] milliseconds
   * @returns {Promise<Execution>}
   */
  async reaches(id, status, timeout = 20000) {
    const over = ['success', 'error', 'crashed', 'canceled'];
    const execution = await until(`execution ${id} is ${status}`, async () => {
      const now = await this.execution(id);
      if (now.status === status || over.includes(now.status)) return now;
      throw new Error(`it is ${now.status}`);
    }, { timeout });
    if (execution.status !== status) throw new Error(`execution ${id} is ${execution.status}, not ${status}: ${execution.problem}`);
    return execution;
  }

  /** Waits for the newest execution of a workflow to be in a state. @param {string} workflow @param {ExecutionStatus} status @param {number} [timeout] */
  async newest(workflow, status, timeout) {
    const id = await until(`workflow ${workflow} was executed`, async () => (await this.executions(workflow))[0]?.id);
    return this.reaches(id, status, timeout);
  }

  /** The bytes of an item's binary data, wherever n8n keeps them. @param {any} binary @returns {Promise<Buffer>} */
  async bytes(binary) {
    if (!binary.id) return Buffer.from(binary.data, 'base64');
    const query = new URLSearchParams({ id: binary.id, action: 'download' });
    const answer = await fetch(`${this.url}/rest/binary-data?${query}`, { headers: { cookie: this.cookie } });
    if (!answer.ok) throw new Error(`n8n answered ${answer.status} for binary data ${binary.id}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  /** Ends a running or waiting execution. @param {string} id */
  endExecution(id) {
    return this.rest(`/executions/${id}/stop`, {});
  }
}

/** What became of a workflow's run. */
export class Execution {
  /** @param {any} answer n8n's, its data flattened by the library that n8n itself reads it with */
  constructor(answer) {
    this.id = String(answer.id);
    /** @type {ExecutionStatus} */
    this.status = answer.status;
    this.mode = String(answer.mode);
    /** @type {string | null} when a waiting execution goes on by itself */
    this.waitTill = answer.waitTill ?? null;
    this.data = answer.data ? unflat(answer.data) : {};
  }

  /** What a node did, one entry per run. @param {string} node @returns {any[]} */
  runs(node) {
    return this.data.resultData?.runData?.[node] ?? [];
  }

  /** What left an output of a node. @param {string} node @param {number} [output] @param {number} [run] by default the last @returns {Item[]} */
  items(node, output = 0, run = -1) {
    return this.runs(node).at(run)?.data?.main?.[output] ?? [];
  }

  /** Which nodes ran. */
  get ran() {
    return Object.keys(this.data.resultData?.runData ?? {});
  }

  /** Why it failed, empty where it did not. @returns {string} */
  get problem() {
    const error = this.data.resultData?.error;
    return error ? `${this.data.resultData.lastNodeExecuted}: ${error.message} ${error.description ?? ''}`.trim() : '';
  }
}

/** @param {string} text @returns {any} */
function unflat(text) {
  return createRequire(path.join(n8nDir, 'package.json'))('flatted').parse(text);
}

/**
 * A workflow to save: nodes stand in a row unless they say where, wires are told by names.
 * @param {string} name
 * @param {Node[]} nodes
 * @param {Wires} wires
 * @param {object} [settings]
 */
export function workflow(name, nodes, wires, settings = {}) {
  return {
    name,
    nodes: nodes.map((node, i) => ({
      id: `node-${i + 1}`, typeVersion: 1, parameters: {}, position: [220 * i, 0],
      ...(node.type.endsWith('.webhook') ? { webhookId: node.parameters?.['path'] } : {}), ...node,
    })),
    connections: Object.fromEntries(Object.entries(wires).map(([from, outputs]) => [from, {
      main: outputs.map((targets) => targets.map((node) => ({ node, type: 'main', index: 0 }))),
    }])),
    settings: { executionOrder: 'v1', ...settings },
  };
}

/** Starts a workflow with what is posted to an address; the items are those of the body's list. @param {string} path */
export const entry = (path) => /** @type {const} */ ({
  hook: { name: 'Start', type: 'n8n-nodes-base.webhook', typeVersion: 2, parameters: { path, httpMethod: 'POST', responseMode: 'onReceived', options: {} } },
  items: { name: 'Items', type: 'n8n-nodes-base.splitOut', typeVersion: 1, parameters: { fieldToSplitOut: 'body.items', options: {} } },
});
