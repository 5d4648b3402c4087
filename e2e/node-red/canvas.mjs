// @ts-check
// The editor's palette, canvas and dialogs, by the mouse.
import { Editor } from '../lib/editor.mjs';
import { until } from '../lib/until.mjs';

export class Canvas extends Editor {
  /** Drags a node from the palette onto the canvas. @param {string} type @param {number} x @param {number} y @returns {Promise<string>} its id */
  async drag(type, x, y) {
    const before = new Set(await this.ids());
    const item = this.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await item.hover();
    const chart = await box(this.page.locator('#red-ui-workspace-chart'));
    await this.page.mouse.down();
    await this.page.mouse.move(chart.x + x - 10, chart.y + y - 10, { steps: 8 });
    await this.page.mouse.move(chart.x + x, chart.y + y, { steps: 3 });
    await this.page.mouse.up();
    const id = (await this.ids()).find((one) => !before.has(one));
    if (!id) throw new Error(`${type} did not land on the canvas`);
    return id;
  }

  /** Ids of the nodes on the open tab. @returns {Promise<string[]>} */
  ids() {
    return this.page.evaluate('RED.nodes.filterNodes({ z: RED.workspaces.active() }).map((node) => node.id)');
  }

  /** From an open node dialog: opens the settings of its line. The button has another name before Node-RED 4. */
  async openLine() {
    await this.#opensLine(this.page.locator('#node-input-btn-line-edit, #node-input-lookup-line'));
  }

  /** From an open node dialog: opens the settings of a new line. */
  async addLine() {
    const add = this.page.locator('#node-input-btn-line-add');
    if (!await add.count()) await this.page.locator('#node-input-line').selectOption('_ADD_');
    await this.#opensLine(await add.count() ? add : this.page.locator('#node-input-lookup-line'));
  }

  /** Presses what opens a line's settings; a press on a dialog that still slides in may miss. @param {import('playwright-core').Locator} button */
  async #opensLine(button) {
    const ok = this.page.locator('#node-config-dialog-ok');
    await until('the line\'s settings open', async () => {
      if (!await ok.isVisible()) await button.click({ timeout: 2000 });
      await ok.waitFor({ timeout: 2000 });
      return true;
    });
  }

  /** Draws a wire. @param {string} from @param {number} port @param {string} to */
  async wire(from, port, to) {
    const start = await box(this.node(from).locator('.red-ui-flow-port-output .red-ui-flow-port').nth(port));
    const end = await box(this.node(to).locator('.red-ui-flow-port-input .red-ui-flow-port'));
    await this.page.mouse.move(start.x + 5, start.y + 5);
    await this.page.mouse.down();
    await this.page.mouse.move(end.x - 10, end.y + 5, { steps: 5 });
    await this.page.mouse.move(end.x + 5, end.y + 5, { steps: 3 });
    await this.page.mouse.up();
  }

  /** Where the wires of a node lead: one list of ids per output. @param {string} id @returns {Promise<string[][]>} */
  wires(id) {
    return this.page.evaluate(`(() => {
      const node = RED.nodes.node(${JSON.stringify(id)});
      const wires = Array.from({ length: node.outputs }, () => []);
      for (const { sourcePort, target } of RED.nodes.filterLinks({ source: node })) wires[sourcePort].push(target.id);
      return wires;
    })()`);
  }

  /** A property of a node as the editor holds it. @param {string} id @param {string} name @returns {Promise<any>} */
  property(id, name) {
    return this.page.evaluate(`RED.nodes.node(${JSON.stringify(id)})[${JSON.stringify(name)}]`);
  }

  /** The row of a field in the open dialog. @param {string} path */
  row(path) {
    return this.page.locator(`[data-nodeline-field="${path}"]`);
  }

  /** Chooses what kind of value fills a field in. @param {string} path @param {string} kind as the menu shows it */
  async kind(path, kind) {
    await this.row(path).locator('.red-ui-typedInput-type-select').first().click();
    await this.page.locator('.red-ui-typedInput-options:visible').last().getByText(kind, { exact: true }).click();
  }

  /** Types into a one-line field. @param {string} path @param {string} text */
  async type(path, text) {
    await this.row(path).locator('.red-ui-typedInput-input').fill(text);
  }

  /** Imports a flow by the editor's dialog, pasted. @param {string} text */
  async importText(text) {
    const before = await this.tabs();
    await this.page.evaluate("RED.actions.invoke('core:show-import-dialog')");
    const field = this.page.locator('#red-ui-clipboard-dialog-import-text');
    await field.fill(text);
    // The dialog judges what was typed by its keys.
    await field.press('End');
    await this.page.locator('#red-ui-clipboard-dialog-ok:not([disabled])').click();
    await this.page.waitForFunction(`RED.nodes.getWorkspaceOrder().length > ${before}`);
  }

  /** Imports an example that a package brings, from the dialog's list. @param {string} module @param {string} name */
  async importExample(module, name) {
    const before = await this.tabs();
    await this.page.evaluate("RED.actions.invoke('core:show-examples-import-dialog')");
    const list = this.page.locator('.red-ui-clipboard-dialog-tab-library:visible');
    await list.getByText(module, { exact: true }).click();
    await list.getByText(name, { exact: true }).click();
    await this.page.locator('#red-ui-clipboard-dialog-ok:not([disabled])').click();
    await this.page.waitForFunction(`RED.nodes.getWorkspaceOrder().length > ${before}`);
  }

  /** Deploys nodes that are not configured yet: the editor asks whether to. */
  async deployAnyway() {
    await this.page.locator('#red-ui-header-button-deploy').click();
    await this.page.locator('.red-ui-notification button.primary').click();
    await this.page.waitForFunction('!RED.nodes.dirty()');
  }

  /** How many tabs there are. @returns {Promise<number>} */
  tabs() {
    return this.page.evaluate('RED.nodes.getWorkspaceOrder().length');
  }

  /** Waits until the page has drawn what happened. */
  async settled() {
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }

  /** The input of a field in the open dialog; of several lines, of a chooser, of a switch. @param {string} param */
  input(param) {
    return this.page.locator(`#nodeline-input-${param}`);
  }

  /** The items of a list in the open dialog. @param {string} path */
  items(path) {
    return this.row(path).locator('.nodeline-item');
  }

  /** Adds an item to a list. @param {string} path */
  async add(path) {
    const before = await this.items(path).count();
    await this.row(path).locator('.red-ui-editableList-addButton').click();
    await this.items(path).nth(before).waitFor();
    return this.items(path).nth(before);
  }

  /** Chooses a value of a field with a few of them. @param {string} path @param {string} label as the menu shows it */
  async choose(path, label) {
    await this.row(path).locator('.red-ui-typedInput-option-trigger').click();
    await this.page.locator('.red-ui-typedInput-options:visible').last().getByText(label, { exact: true }).click();
  }

  /** Unfolds the options of the open dialog. */
  async more() {
    const fold = this.page.locator('.nodeline-case > .nodeline-fold');
    if (await fold.getAttribute('aria-expanded') !== 'true') await fold.click();
  }

  /** The rows of the buttons in the open dialog. */
  get buttons() {
    return this.items('buttons');
  }

  /** Drags a button above another. @param {number} from @param {number} to */
  async dragButton(from, to) {
    const handles = this.row('buttons').locator('.red-ui-editableList-item-handle');
    // Hovering waits until the dialog has slid into its place.
    await handles.nth(from).hover();
    const [start, end] = [await box(handles.nth(from)), await box(handles.nth(to))];
    await this.page.mouse.down();
    await this.page.mouse.move(start.x, start.y - 10, { steps: 4 });
    await this.page.mouse.move(end.x + 4, end.y - 24, { steps: 10 });
    await this.page.mouse.up();
  }

  /** Removes a button. @param {number} place */
  async removeButton(place) {
    const left = await this.buttons.count() - 1;
    await this.row('buttons').locator('.red-ui-editableList-item-remove').nth(place).click();
    // The row fades out before it goes.
    await this.page.waitForFunction(`document.querySelectorAll('[data-nodeline-field="buttons"] .nodeline-item').length === ${left}`);
  }
}

/** @param {import('playwright-core').Locator} locator */
async function box(locator) {
  await locator.waitFor();
  const found = await locator.boundingBox();
  if (!found) throw new Error(`${locator} has no place on the page`);
  return found;
}
