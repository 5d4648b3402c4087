// @ts-check
// The Node-RED editor (4.x), used as a person would.

import { until } from './until.mjs';

/** @typedef {import('playwright-core').Page} Page */

export class Editor {
  /** @param {Page} page already on the editor's address */
  constructor(page) {
    this.page = page;
  }

  /** Waits until the editor has loaded its flow. */
  async ready() {
    await this.page.waitForFunction('window.RED && RED.nodes && document.querySelector(".red-ui-flow-node") && !document.querySelector("#red-ui-loading-progress:not([style*=\\"none\\"])")');
  }

  /** A node on the canvas. @param {string} id */
  node(id) {
    return this.page.locator(`[id="${id}"]`);
  }

  /** Opens a node's dialog by a double click; the editor misses one that a busy machine made slow. @param {string} id */
  async openNode(id) {
    const ok = this.page.locator('#node-dialog-ok');
    await until('the node\'s dialog opens', async () => {
      await this.node(id).locator('.red-ui-flow-node').first().dblclick();
      await ok.waitFor({ timeout: 2000 });
      return true;
    });
    // A dialog of ours is loaded when the first one opens.
    if (await this.page.locator('#nodeline-fields').count()) await this.page.locator('#nodeline-fields[data-nodeline-ready]').waitFor();
  }

  /** From an open node dialog: opens the dialog of the config node that a field holds. @param {string} field */
  async openConfig(field) {
    await this.page.locator(`#node-input-btn-${field}-edit`).click();
    await this.page.locator('#node-config-dialog-ok').waitFor();
  }

  /** Closes the config dialog with its changes. */
  async doneConfig() {
    await this.page.locator('#node-config-dialog-ok').click();
    await this.page.locator('#node-config-dialog-ok').waitFor({ state: 'detached' });
  }

  /** Closes the node dialog with its changes. */
  async doneNode() {
    await this.page.locator('#node-dialog-ok').click();
    await this.page.locator('#node-dialog-ok').waitFor({ state: 'detached' });
  }

  /** From an open send-buttons dialog: types each button's label anew. @param {string[]} labels */
  async typeLabels(labels) {
    const fields = this.page.locator('[data-nodeline-field="buttons"] .nodeline-item [data-nodeline-field="text"] .red-ui-typedInput-input');
    if (await fields.count() !== labels.length) throw new Error(`the dialog shows ${await fields.count()} buttons`);
    for (const [i, label] of labels.entries()) await fields.nth(i).fill(label);
  }

  /** Waits until nothing passing covers the flow, and shows it from its corner with nothing selected. */
  async tidy() {
    await this.page.waitForFunction('!document.querySelector(".red-ui-notification")');
    await this.page.evaluate('RED.view.select({ nodes: [] }); document.querySelector("#red-ui-workspace-chart").scrollTo(0, 0)');
  }

  /** Deploys, if there is something to deploy. */
  async deploy() {
    if (!(await this.page.evaluate('RED.nodes.dirty()'))) return;
    await this.page.locator('#red-ui-header-button-deploy').click();
    await this.page.waitForFunction('!RED.nodes.dirty()');
  }

  /** Presses an inject node's button. @param {string} id */
  async inject(id) {
    await this.node(id).locator('.red-ui-flow-node-button-button').click();
  }

  /** Opens the debug sidebar. */
  async openDebug() {
    await this.page.evaluate("RED.sidebar.show('debug')");
    await this.page.locator('.red-ui-debug-content-list').waitFor();
  }

  /** How many debug messages the sidebar shows. */
  debugCount() {
    return this.page.locator('.red-ui-debug-msg').count();
  }

  /** The debug messages of one node, newest last. @param {string} name the debug node's name */
  debugOf(name) {
    return this.page.locator('.red-ui-debug-msg', { has: this.page.locator('.red-ui-debug-msg-name', { hasText: name }) });
  }
}
