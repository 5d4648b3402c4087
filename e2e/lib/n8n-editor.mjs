// @ts-check
// n8n's editor, used as a person would: the picker, the canvas, a node's settings.
import { LinkWindow } from './link-window.mjs';
import { until } from './until.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

/** How long the editor may take to show something on a busy machine, milliseconds. */
const patience = 45000;

export class N8nEditor {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** What the page threw. @type {string[]} */
    this.errors = [];
    page.on('pageerror', (err) => this.errors.push(String(err)));
  }

  /**
   * Opens a window of its own that is logged in.
   * @param {import('playwright-core').Browser} browser
   * @param {import('./n8n.mjs').N8n} n8n
   * @param {{width?: number, height?: number, scale?: number}} [options]
   */
  static async open(browser, n8n, { width = 1440, height = 900, scale = 1 } = {}) {
    const context = await browser.newContext({ locale: 'en-US', viewport: { width, height }, deviceScaleFactor: scale, reducedMotion: 'reduce' });
    context.setDefaultTimeout(patience);
    const [name = '', value = ''] = n8n.cookie.split(/=(.*)/s);
    await context.addCookies([{ name, value, url: n8n.url }]);
    return new N8nEditor(await context.newPage());
  }

  /** @param {string} id */
  part(id) {
    return this.page.locator(`[data-test-id="${id}"]`);
  }

  /** Opens a new workflow. @param {string} url the editor's address */
  async create(url) {
    await this.page.goto(`${url}/workflow/new`);
    await this.part('canvas-plus-button').waitFor();
  }

  /** Opens a saved workflow. @param {string} url @param {string} id */
  async show(url, id) {
    await this.page.goto(`${url}/workflow/${id}`);
    await this.part('canvas-node').first().waitFor();
    await this.part('zoom-to-fit').click();
  }

  /** The id that the workflow is saved under; a new one is saved by the first change. */
  get id() {
    return /\/workflow\/(\w+)/.exec(this.page.url())?.[1] ?? '';
  }

  /** Finds an entry of the open picker; the name is one that the list has only once the search has narrowed it. @param {string} search @param {string} name @param {string} [action] one of the node's actions */
  async entry(search, name, action) {
    await this.part('node-creator-search-bar').fill(search);
    const named = (/** @type {string} */ text) => this.part('item-iterator-item').filter({ has: this.page.getByText(text, { exact: true }) }).first();
    if (!action) return named(name);
    await named(name).click();
    return named(action);
  }

  /** Opens the picker. */
  async openPicker() {
    const first = this.part('canvas-plus-button');
    await (await first.count() ? first : this.part('node-creator-plus-button')).click();
  }

  /**
   * Drags a node from the picker onto the canvas; a node's settings open by themselves and stay open.
   * @param {{search: string, name: string, action?: string}} what
   * @param {number} x @param {number} y
   * @returns {Promise<string>} the name that it has on the canvas
   */
  async drag({ search, name, action }, x, y) {
    const before = await this.names();
    await this.openPicker();
    const entry = await this.entry(search, name, action);
    await entry.locator('[draggable]').first().dragTo(this.page.locator('.vue-flow__pane'), { targetPosition: { x, y } });
    return this.added(before);
  }

  /** Adds the next node by the plus of an output. @param {string} from @param {string | number} output @param {{search: string, name: string, action?: string}} what */
  async next(from, output, { search, name, action }) {
    const before = await this.names();
    await (await this.output(from, output)).locator('[data-test-id="canvas-handle-plus"], [data-test-id="canvas-handle-plus-wrapper"]').first().click();
    await (await this.entry(search, name, action)).click();
    return this.added(before);
  }

  /** @param {string[]} before */
  async added(before) {
    return until('a node was added', async () => (await this.names()).find((one) => !before.includes(one)), { timeout: patience });
  }

  /** Names of the nodes on the canvas. @returns {Promise<string[]>} */
  names() {
    return this.part('canvas-node').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-node-name') ?? ''));
  }

  /** @param {string} name */
  node(name) {
    return this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);
  }

  /** The labels of a node's outputs, in order. @param {string} name @returns {Promise<string[]>} */
  async labels(name) {
    // Beside its label an output shows how many items left by it.
    return this.node(name).locator('[data-test-id="canvas-node-output-handle"]').evaluateAll((handles) =>
      handles.map((handle) => handle.querySelector('[class*="outputLabel"]')?.textContent?.trim() ?? ''));
  }

  /** One output of a node. @param {string} name @param {string | number} output its label, or its place from 0 */
  async output(name, output) {
    const place = typeof output === 'number' ? output : (await this.labels(name)).indexOf(output);
    if (place < 0) throw new Error(`${name} has no output ${output}; it has ${(await this.labels(name)).join(', ')}`);
    return this.node(name).locator(`[data-test-id="canvas-node-output-handle"][data-index="${place}"]`);
  }

  /** Draws a wire. @param {string} from @param {string | number} output @param {string} to */
  async wire(from, output, to) {
    const start = await box((await this.output(from, output)).locator('.source').first());
    const end = await box(this.node(to).locator('[data-test-id="canvas-node-input-handle"]'));
    await this.page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
    await this.page.mouse.down();
    await this.page.mouse.move(end.x - 20, end.y + end.height / 2, { steps: 6 });
    await this.page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 4 });
    await this.page.mouse.up();
  }

  /** Has the editor arrange the nodes, so that none covers another. */
  async tidy() {
    await this.part('tidy-up-button').click();
    await this.part('zoom-to-fit').click();
  }

  /** Opens a node's settings. @param {string} name */
  async openNode(name) {
    await this.node(name).dblclick();
    await this.part('ndv').waitFor();
  }

  /** Closes the open settings. */
  async closeNode() {
    await this.part('ndv-close-button').click();
    await this.part('ndv').waitFor({ state: 'hidden' });
  }

  /** The control of a parameter in the open settings. @param {string} name */
  field(name) {
    return this.page.locator(`[data-test-id="ndv"] [data-test-id="parameter-input-${name}"]`);
  }

  /** Types into a text parameter or a resource locator. @param {string} name @param {string} text @param {number} [nth] of those with this name */
  async type(name, text, nth = 0) {
    const field = this.field(name).nth(nth);
    await field.waitFor();
    const locator = field.locator('[data-test-id="rlc-input"]');
    const input = await locator.count() ? locator : field;
    await input.locator('input, textarea').or(input.and(this.page.locator('input'))).first().fill(text);
  }

  /** Chooses of a list by what the person reads. @param {string} name @param {string} option */
  async choose(name, option) {
    await this.field(name).first().click();
    await this.page.locator('[data-test-id="parameter-input-item"]:visible', { hasText: option }).first().click();
  }

  /** Adds an item to a list of the open settings. @param {string} name */
  async addTo(name) {
    await this.page.locator(`[data-test-id="ndv"] [data-test-id="fixed-collection-${name}"] [data-test-id^="fixed-collection-add"]`).first().click();
  }

  /** Imports a file into the open workflow, as its menu does. @param {string} file */
  async importFile(file) {
    await this.part('workflow-import-input').setInputFiles(file);
  }

  /** Chooses one of the credentials that there are, in open settings. @param {string} name */
  async chooseCredential(name) {
    await this.part('node-credentials-select').first().click();
    await this.page.locator('.el-select-dropdown__item:visible', { hasText: name }).first().click();
  }

  /**
   * From open settings without a credential: presses what they offer instead, and "Connect" in the credential.
   * @param {string} sidecarUrl
   * @returns {Promise<LinkWindow>} the window that opens
   */
  async connect(sidecarUrl) {
    await this.part('node-credentials-empty-state').locator('button').first().click();
    const address = this.part('editCredential-modal').locator('[data-test-id="parameter-input-sidecarUrl"] input');
    await address.fill(sidecarUrl);
    return this.pressConnect();
  }

  /** From an open credential: presses "Connect". */
  async pressConnect() {
    const [page] = await Promise.all([this.page.waitForEvent('popup'), this.part('quick-connect-button').click()]);
    // It opens on an empty page.
    await page.waitForURL(/\/oauth\/authorize\?/);
    return new LinkWindow(page);
  }

  /** Closes an open credential. */
  async closeCredential() {
    await this.page.locator('.el-dialog__headerbtn, [data-test-id="credential-edit-dialog"] [aria-label="Close"]').last().click();
    await this.part('editCredential-modal').waitFor({ state: 'hidden' });
  }

  /** Runs the open node with what comes before it. */
  async executeStep() {
    await this.part('ndv').locator('[data-test-id="node-execute-button"]').click();
  }

  /** Waits until the open node's output shows a text. @param {string} text */
  async shows(text) {
    await this.part('output-panel').locator('[data-test-id="ndv-data-container"]').getByText(text, { exact: true }).first().waitFor();
  }

  /** Runs the workflow by its button. */
  async execute() {
    await this.part('execute-workflow-button').click();
  }

  /** Waits until the draft is saved, and gives it. @param {import('./n8n.mjs').N8n} n8n @param {(workflow: any) => unknown} holds */
  async saved(n8n, holds) {
    return until('the draft is saved', async () => {
      const workflow = await n8n.rest(`/workflows/${this.id}`);
      return holds(workflow) ? workflow : undefined;
    }, { timeout: patience });
  }

  /** Closes the notices that lie over the page. */
  async clearNotices() {
    const notices = this.page.locator('.el-notification__closeBtn');
    for (const notice of await notices.all()) await notice.click();
    await notices.first().waitFor({ state: 'hidden' });
  }

  /** @param {string} file @param {Page | Locator} [what] */
  async picture(file, what = this.page) {
    await what.screenshot({ path: file, animations: 'disabled' });
  }

  /** Ends the window. */
  async close() {
    await this.page.context().close();
  }
}

/** @param {Locator} locator */
async function box(locator) {
  await locator.waitFor();
  const found = await locator.boundingBox();
  if (!found) throw new Error(`${locator} has no place on the page`);
  return found;
}

