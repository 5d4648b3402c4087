// @ts-check
// What tests of waiting nodes share: the nodes, their branches, customers of their own.
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { demoLine, Rig } from './rig.mjs';

/** @typedef {import('./rig.mjs').Node} Node */
/** @typedef {import('../lib/n8n.mjs').Execution} Execution */

/** The outputs of a question with the buttons Да and Нет, in order. */
export const branches = ['No Answer', 'Other Answer', 'Cancelled', 'Да', 'Нет'];

/** Leads every branch to a node of its name. @param {string[]} names */
export const fanned = (names = branches) => names.map((name) => [name]);

/** Nodes that tell what came, by which item: `first` is of the node named Ask. @param {string[]} names @returns {Node[]} */
export const told = (names = branches) => names.map((name) => ({
  name, type: 'n8n-nodes-base.set', typeVersion: 3.4,
  parameters: {
    mode: 'raw', options: {},
    jsonOutput: "={{ JSON.stringify({ ...$json, of: $('Items').item.json.name, phone: $('Items').item.json.phone, first: $('Ask').item.json.answer?.text ?? null }) }}",
  },
}));

export class WaitsRig extends Rig {
  #phones = 0;

  /** A phone that nobody wrote to before. @returns {Promise<string>} its number */
  async customer() {
    this.#phones += 1;
    const phone = `+7901000${String(1000 + this.#phones)}`;
    await json(`${this.sandboxUrl}/api/phones`, { body: { phone, name: `Customer ${this.#phones}` } });
    return phone;
  }

  /** Items for new customers, called by a prefix and their place. @param {string} prefix @param {number} count */
  async customers(prefix, count) {
    return Promise.all(Array.from({ length: count }, async (_, i) => ({ name: `${prefix}${i + 1}`, phone: await this.customer() })));
  }

  /**
   * An activity named Ask with the buttons Да and Нет, which asks the item's phone.
   * @param {Record<string, unknown>} [parameters]
   * @param {object} [more]
   * @param {'Activity' | 'Robot'} [kind]
   */
  ask(parameters = {}, more = {}, kind = 'Activity') {
    return this.node(kind, 'Ask', {
      operation: 'sendAndWait', ask: 'buttons', chat: { __rl: true, mode: 'phone', value: '={{ $json.phone }}' }, message: '={{ $json.name }}, придёте?',
      buttons: { values: [{ text: 'Да' }, { text: 'Нет' }] }, deadline: 1, deadlineUnit: 'hours', ...parameters,
    }, more);
  }

  /** The asks of an execution, the newest first. @param {string} execution @returns {Promise<any[]>} */
  async asksOf(execution) {
    const { asks } = await this.call('ask.list', { line: demoLine, count: 200 });
    return asks.filter((/** @type {any} */ ask) => ask.reply?.node?.endsWith(`:${execution}`));
  }

  /** Waits until an execution has made so many asks, of which so many are open. @param {string} execution @param {number} made @param {number} open */
  async asked(execution, made, open) {
    await until(`execution ${execution} has made ${made} asks, ${open} of them open`, async () => {
      const asks = await this.asksOf(execution);
      return asks.length === made && asks.filter(({ state }) => state === 'waiting').length === open;
    });
  }

  /** Waits until n8n holds an execution for so many answers to its node Ask. @param {string} execution @param {number} [count] @returns {Promise<Execution>} */
  async open(execution, count = 1) {
    const says = count === 1 ? /^Waiting for \+/ : new RegExp(`^Waiting for ${count} answers: `);
    return until(`execution ${execution} waits for ${count} answer(s)`, async () => {
      const now = await this.n8n.execution(execution);
      if (now.status === 'error') throw new Error(now.problem);
      return now.status === 'waiting' && says.test(now.runs('Ask').at(-1)?.hints[0]?.message) ? now : undefined;
    });
  }

  /** Answers the question of an item once it has come. @param {{name: string, phone: string}} item @param {string} text */
  async answers({ name, phone }, text) {
    await this.arrives(phone, name);
    await this.writes(phone, text);
  }

  /** Waits until so many questions of an execution that ended were taken back. @param {string} execution @param {number} count */
  async takenBack(execution, count) {
    await until(`${count} question(s) of execution ${execution} are taken back`, async () =>
      (await this.asksOf(execution)).filter(({ outcome }) => outcome?.kind === 'cancelled' && outcome.reason === 'flow_stopped').length === count);
  }

  /** Waits until nothing is left to deliver, and nothing was given up. */
  async nothingLeft() {
    for (const state of ['open', 'dead']) {
      await until(`no ${state} delivery is left`, async () => {
        const { deliveries } = await this.call('delivery.list', { line: demoLine, state });
        if (deliveries.length) throw new Error(deliveries.map((/** @type {any} */ one) => `${one.ask?.id}: ${one.stored.reason}`).join('; '));
        return true;
      });
    }
  }
}

/** What left a node in all its runs, by output. @param {Execution} execution @param {string} node @param {number} output */
export const left = (execution, node, output = 0) => execution.runs(node).flatMap((run) => run.data?.main?.[output] ?? []);

/** The items that came to each branch, by name. @param {Execution} execution @param {string[]} [names] @returns {Record<string, string[]>} */
export function ways(execution, names = branches) {
  /** @type {Record<string, string[]>} */
  const found = {};
  for (const name of names) {
    const came = left(execution, name).map(({ json }) => json.of).sort();
    if (came.length) found[name] = came;
  }
  return found;
}
