// @ts-check
// The job end to end, as a person does it, in a real browser:
//
//   editor: line's settings -> QR   phone page: which phone scans it   editor: linked, Deploy
//   editor: inject                  phone page: read, answer      editor: the branch, in the debug sidebar
//
// Run by scripts/demo-check.mjs. Names, labels and the chosen buttons are random; a seed repeats a run.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { Editor } from '../lib/editor.mjs';
import { before, debugAt, nodeOf } from '../lib/flow.mjs';
import { json } from '../lib/http.mjs';
import { LineDialog } from '../lib/line-dialog.mjs';
import { PhonePage } from '../lib/phone.mjs';
import { Stack } from '../lib/stack.mjs';
import { until } from '../lib/until.mjs';
import { deathNotice, demoLine } from '../lib/world.mjs';
import { personas } from './persona.mjs';

/** @typedef {import('./persona.mjs').Persona} Persona */
/** @typedef {import('../lib/flow.mjs').FlowNode} FlowNode */

/** The phone that the line is linked to; the sandbox seeds it. */
const owner = '+79000000001';

/** The example's two questions, by id. */
const questions = { native: 'nl-native-ask', numbered: 'nl-numbered-ask' };

/** A failure that names the step it came from. */
class StepError extends Error {}

/** Set by the step that opens the pages. @returns {any} */
const later = () => undefined;

export class DemoCheck {
  /** @type {import('playwright-core').Browser | undefined} */ browser;
  /** @type {import('playwright-core').Page} */ editorPage = later();
  /** @type {import('playwright-core').Page} */ phonePage = later();
  /** @type {Editor} */ editor = later();
  /** @type {PhonePage} */ phone = later();
  /** @type {LineDialog} */ dialog = later();
  /** @type {string[][]} */ pageErrors = [];
  code = '';

  /**
   * @param {{seed: number, pictures: string, say: (line: string) => void, locale?: string}} options
   *   pictures: the folder for screenshots; locale: the browser's language
   * @param {FlowNode[]} flow the example; what the run changes in it is its own
   */
  constructor(options, flow) {
    this.options = options;
    this.flow = structuredClone(flow);
    const [native, numbered] = personas(options.seed);
    this.native = native;
    this.numbered = numbered;
    this.locale = options.locale ?? (options.seed % 2 ? 'ru-RU' : 'en-US');
    this.stack = new Stack({ name: 'demo-check', anyPort: true, flow: this.flow });
  }

  /** Runs every step; the first that fails throws with its name, and leaves pictures of both pages. */
  async run() {
    this.fill(questions.native, this.native);
    this.fill(questions.numbered, this.numbered);
    await mkdir(this.options.pictures, { recursive: true });
    try {
      await this.step('start the sandbox, the sidecar and Node-RED', () => this.stack.start());
      await this.step('open the editor and the phone page', () => this.open());
      await this.step('show the QR code in the line\'s settings', () => this.showCode());
      await this.step('scan it with the phone', () => this.link());
      await this.step('type the buttons\' labels in the node\'s settings', () => this.typeLabels());
      await this.step('deploy', () => this.editor.deploy());
      await this.step('native: ask, tap, read the branch', () => this.askNative());
      await this.step('numbered: ask, type the number, read the branch', () => this.askNumbered());
      await this.step('nothing was left over', () => this.nothingLeft());
      await this.step('take the pictures', () => this.finalPictures());
    } finally {
      await this.browser?.close();
      await this.stack.stop();
    }
  }

  /**
   * Does one step; a failure is told with the step's name, and so is the death of a part meanwhile.
   * @param {string} name
   * @param {() => Promise<unknown>} work
   */
  async step(name, work) {
    const start = Date.now();
    const died = this.stack.death.then((part) => { throw new Error(deathNotice(part)); });
    try {
      await Promise.race([work(), died]);
    } catch (err) {
      await this.failurePictures();
      throw new StepError(`${name}: ${err instanceof Error ? err.message : String(err)}`, { cause: err });
    }
    this.options.say(`✓ ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  }

  /** Puts a persona into the inject node that leads to a question. @param {string} question @param {Persona} persona */
  fill(question, persona) {
    const start = before(this.flow, question, 'inject');
    start.name = persona.name;
    start.payload = JSON.stringify({ name: persona.name, date: persona.date, phone: persona.typed });
  }

  async open() {
    for (const { phone, name } of [this.native, this.numbered]) {
      await json(`${this.stack.sandboxUrl}/api/phones`, { body: { phone, name } });
    }
    this.browser = await openBrowser();
    const editor = await openPage(this.browser, `${this.stack.editorUrl}/`, { locale: this.locale, width: 1440, height: 860 });
    const phone = await openPage(this.browser, `${this.stack.sandboxUrl}/`, { locale: this.locale, width: 1180, height: 800, scale: 2 });
    this.pageErrors = [editor.errors, phone.errors];
    this.editorPage = editor.page;
    this.phonePage = phone.page;
    this.editor = new Editor(editor.page);
    this.phone = new PhonePage(phone.page);
    await this.editor.ready();
  }

  async showCode() {
    await this.editor.openNode(questions.native);
    await this.editor.openConfig('line');
    this.dialog = new LineDialog(this.editorPage);
    await this.dialog.link();
    this.code = await until('the dialog shows a readable QR code', () => this.dialog.scan());
    assert.match(this.code, /^(https:\/\/wa\.me\/|2@)/, 'the code is not a WhatsApp linking code');
    await this.picture(this.editorPage, 'settings');
  }

  async link() {
    const [scanner] = await Promise.all([this.editorPage.waitForEvent('popup'), this.dialog.openPhones()]);
    await new PhonePage(scanner).scanWith(owner);
    await scanner.close();
    await this.dialog.linked(owner);
    await this.picture(this.editorPage, 'linked');
    await this.editor.doneConfig();
    const { devices } = await json(`${this.stack.sandboxUrl}/api/phones/${owner}`);
    assert.equal(devices.length, 1, 'the phone lists one linked device');
    const line = await this.stack.call('line.status', { line: demoLine });
    assert.equal(line.phone, owner, 'the sidecar knows the line\'s phone');
    assert.equal(line.sandbox, true, 'the sidecar says that it is a sandbox');
  }

  async typeLabels() {
    // The first question's dialog is still open: linking began in it.
    await this.editor.typeLabels(this.native.labels);
    await this.editor.doneNode();
    await this.editor.openNode(questions.numbered);
    await this.editor.typeLabels(this.numbered.labels);
    await this.editor.doneNode();
    await this.editor.openDebug();
  }

  async askNative() {
    const { native, phone } = this;
    const question = this.bodyOf(native);
    await this.inject(questions.native);
    await phone.choose(native.phone);
    await phone.openChat(owner);
    const seen = await phone.read(question);
    assert.deepEqual(
      { header: seen.header, body: seen.body, footer: seen.footer, buttons: seen.buttons },
      { header: `Визит: ${native.date}`, body: question, footer: 'Клиника «Север»', buttons: native.labels });
    await this.picture(this.phonePage, 'phone-before');
    await phone.tap(question, this.chosen(native));
    await this.branchTaken(questions.native, native.chosen, this.chosen(native));
    if (native.chosen === 0) await phone.read(`Спасибо, ${native.name}!`);
    await this.picture(this.phonePage.locator('[data-test="frame"]'), 'phone');
  }

  async askNumbered() {
    const { numbered, phone } = this;
    const question = this.bodyOf(numbered);
    await this.inject(questions.numbered);
    await phone.choose(numbered.phone);
    await phone.openChat(owner);
    const seen = await phone.read(question);
    const lines = seen.body.split('\n').map((line) => line.trim()).filter(Boolean);
    assert.deepEqual(lines, [`Визит: ${numbered.date}`, question, ...numbered.labels.map((label, i) => `${i + 1}. ${label}`), 'Клиника «Север»']);
    assert.deepEqual(seen.buttons, [], 'numbered text has no buttons');
    await phone.type(String(numbered.chosen + 1));
    await this.branchTaken(questions.numbered, numbered.chosen, this.chosen(numbered));
    await this.picture(this.phonePage.locator('[data-test="frame"]'), 'phone-numbered');
  }

  /** Presses the inject node that leads to a question. @param {string} question */
  async inject(question) {
    await this.editor.inject(before(this.flow, question, 'inject').id);
  }

  /**
   * The chosen button's debug node shows its label, once, and no other branch of the question fired.
   * @param {string} question @param {number} output @param {string} label
   */
  async branchTaken(question, output, label) {
    const node = nodeOf(this.flow, question);
    const shown = this.editor.debugOf(debugAt(this.flow, node, output).name);
    await shown.first().waitFor();
    assert.deepEqual((await shown.locator('.red-ui-debug-msg-payload').allInnerTexts()).map((text) => text.trim().replace(/^"(.*)"$/s, '$1')), [label]);
    for (let other = 0; other < (node.wires?.length ?? 0); other++) {
      if (other === output) continue;
      const name = debugAt(this.flow, node, other).name;
      assert.equal(await this.editor.debugOf(name).count(), 0, `the branch "${name}" fired as well`);
    }
  }

  /** Every ask has its one outcome, the network met nothing it does not know, and no page threw. */
  async nothingLeft() {
    const { asks } = await this.stack.call('ask.list', { line: demoLine });
    assert.deepEqual(asks.map((/** @type {any} */ ask) => [ask.state, ask.outcome?.kind]), [['answered', 'button'], ['answered', 'button']]);
    await until('every delivery is acknowledged', async () => {
      const { deliveries } = await this.stack.call('delivery.list', { line: demoLine, host: asks[0].reply.host });
      return deliveries.length === 0;
    });
    const stats = await json(`${this.stack.sandboxUrl}/api/stats`);
    assert.deepEqual(stats.unhandled ?? {}, {}, 'the network met stanzas it does not know');
    assert.equal(stats.repeats, 0, 'a message was sent twice');
    assert.deepEqual(this.pageErrors.flat(), [], 'a page threw');
  }

  async finalPictures() {
    await this.editor.tidy();
    await this.picture(this.editorPage, 'flow');
  }

  /** What the example asks a customer. @param {Persona} persona */
  bodyOf(persona) {
    return `${persona.name}, ждём вас ${persona.date}. Придёте?`;
  }

  /** @param {Persona} persona */
  chosen(persona) {
    return persona.labels[persona.chosen] ?? '';
  }

  /** One line about what was checked. */
  summary() {
    const { native, numbered } = this;
    return `linked by QR, ${native.name} asked with native buttons tapped «${this.chosen(native)}», `
      + `${numbered.name} asked with numbered text typed ${numbered.chosen + 1} («${this.chosen(numbered)}»), `
      + `both branches fired once in Node-RED, editor in ${this.locale}`;
  }

  /** @param {import('playwright-core').Page | import('playwright-core').Locator} what @param {string} name */
  async picture(what, name) {
    await what.screenshot({ path: path.join(this.options.pictures, `${name}.png`), animations: 'disabled' });
  }

  /** Both pages as they were when a step failed. */
  async failurePictures() {
    for (const [name, page] of Object.entries({ editor: this.editorPage, phone: this.phonePage })) {
      await page?.screenshot({ path: path.join(this.options.pictures, `failed-${name}.png`) }).catch(() => undefined);
    }
  }
}
