// @ts-check
// Customers of a ready-made flow: each with a phone of the sandbox.
import assert from 'node:assert/strict';
import { json } from './http.mjs';
import { until } from './until.mjs';
import { demoLine, owner } from './world.mjs';

/** How long something may take on a busy machine, milliseconds. */
export const patience = 45000;

/** A person with a phone of the sandbox, who hears the line's messages one after the other. */
export class Customer {
  #heard = 0;

  /** @param {import('./world.mjs').World} rig @param {string} phone */
  constructor(rig, phone) {
    this.rig = rig;
    this.phone = phone;
  }

  /** @param {import('./world.mjs').World} rig @param {string} phone a number that nobody has @param {string} name */
  static async new(rig, phone, name) {
    await json(`${rig.sandboxUrl}/api/phones`, { body: { phone, name } });
    return new Customer(rig, phone);
  }

  /** @returns {Promise<any[]>} what the line wrote, oldest first */
  async messages() {
    const { messages } = await this.rig.phone(`${this.phone}/chats/${owner}`).catch(() => ({ messages: [] }));
    return messages.filter((/** @type {any} */ { fromMe }) => !fromMe);
  }

  /** Waits for the next message, which holds a text. @param {string} text @returns {Promise<any>} */
  async hears(text) {
    const next = await until(`"${text}" comes to ${this.phone}`, async () => (await this.messages())[this.#heard], { timeout: patience });
    this.#heard += 1;
    assert.ok(next.body.includes(text), `${this.phone} was to hear "${text}", and heard ${JSON.stringify(next.body)}`);
    return next;
  }

  /** @param {string} text */
  says(text) {
    return this.rig.writes(this.phone, text);
  }

  /** Hears a question and answers it. @param {string} question @param {string} answer */
  async answers(question, answer) {
    const asked = await this.hears(question);
    await this.says(answer);
    return asked;
  }

  /** The ask that waits for this person. @returns {Promise<any>} */
  open() {
    return until(`a question waits for ${this.phone}`, async () => {
      const { asks } = await this.rig.call('ask.list', { line: demoLine, state: 'waiting', count: 200 });
      return asks.find((/** @type {any} */ { chat }) => chat.phone === this.phone);
    }, { timeout: patience });
  }

  /** Hears a question, which then is taken back. @param {string} question */
  async isLetGo(question) {
    await this.hears(question);
    const { id } = await this.open();
    await this.rig.call('ask.cancel', { line: demoLine, id });
  }
}
