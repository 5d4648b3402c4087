// @ts-check
// From the palette and from the package's examples to a flow that runs, by hand:
// dragged, filled in, wired, imported, linked, deployed.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { nodeRedPackage, out } from '../../scripts/lib/paths.mjs';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { LineDialog } from '../lib/line-dialog.mjs';
import { until } from '../lib/until.mjs';
import { demoLine } from '../lib/world.mjs';
import { Canvas } from './canvas.mjs';
import { lineNode, Rig } from './rig.mjs';

const pictures = path.join(out, 'node-red-examples');
const examples = readdirSync(path.join(nodeRedPackage, 'examples')).filter((name) => name.endsWith('.json'));
/** One node of each category. */
const firsts = ['nodeline-on-message', 'nodeline-robot-message', 'nodeline-send-poll', 'nodeline-send-location'];

const flow = [
  { id: 'tab1', type: 'tab', label: 'Tests' }, lineNode,
  { id: 'note', type: 'comment', z: 'tab1', name: 'here', x: 60, y: 40, wires: [] },
];

describe('examples', () => {
  /** @type {Rig} */ let rig;
  /** @type {import('playwright-core').Browser} */ let browser;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    rig = await new Rig('examples', flow).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }));
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
  });

  /** @param {string} [locale] */
  async function open(locale = 'en-US') {
    const { page, errors } = await openPage(browser, `${rig.editorUrl}/#flow/tab1`, { locale, width: 1600, height: 1000 });
    const canvas = new Canvas(page);
    await canvas.ready();
    return { page, errors, canvas, picture: (/** @type {string} */ name) => page.screenshot({ path: path.join(pictures, `${name}-${locale}.png`), animations: 'disabled' }) };
  }

  test('a node of each category is dragged onto the canvas, opened, filled in and wired', async () => {
    const { page, errors, canvas } = await open();
    const inject = await canvas.drag('inject', 120, 60);
    for (const [i, type] of firsts.entries()) {
      const id = await canvas.drag(type, 360, 60 + 160 * i);
      await canvas.openNode(id);
      await page.locator('#nodeline-fields[data-nodeline-ready]').waitFor();
      assert.equal(await page.locator('#node-input-line').inputValue(), lineNode.id, `${type}: the one line is chosen`);
      await page.locator('#node-input-name').fill(`This is ${type}`);
      await canvas.doneNode();
      const debug = await canvas.drag('debug', 760, 60 + 160 * i);
      await canvas.wire(id, 0, debug);
      assert.deepEqual((await canvas.wires(id))[0], [debug]);
      if (await canvas.property(id, 'inputs')) await canvas.wire(inject, 0, id);
    }
    await canvas.deployAnyway();
    const { flows } = await rig.admin('/flows', { headers: { 'Node-RED-API-Version': 'v2' } });
    for (const type of firsts) assert.equal(flows.find((/** @type {any} */ node) => node.type === type).name, `This is ${type}`);
    assert.deepEqual(errors, []);
    await page.context().close();
    await rig.deploy(flow);
  });

  test('every example is imported, deployed and says what it lacks; linked to a line, its nodes are ready', async () => {
    const { page, errors, canvas, picture } = await open();
    for (const [i, name] of examples.entries()) {
      if (i === 0) await canvas.importExample('@nodeline/node-red-whatsapp', name.replace(/\.json$/, ''));
      else await canvas.importText(readFileSync(path.join(nodeRedPackage, 'examples', name), 'utf8'));
    }
    await canvas.deployAnyway();
    /** @type {{id: string, line: string, z: string, name: string}[]} */
    const ours = await page.evaluate(`RED.nodes.filterNodes({}).filter(({ type, z }) => /^nodeline-/.test(type) && z !== 'tab1').map(({ id, line, z, type }) => ({ id, line, z, name: type }))`);
    const lines = new Map(ours.map((one) => [one.line, one]));
    const lacks = async (/** @type {string} */ id) =>
      /^(no access|link the line first|connecting)/.test(await page.evaluate(`RED.nodes.node(${JSON.stringify(id)}).status?.text ?? ''`));
    for (const { id, name } of ours) await until(`${name} of an import says what it lacks`, () => lacks(id));
    // Two are linked by hand; each example runs in a test of its own.
    const linked = [...lines].slice(0, 2);
    for (const [, { id, z }] of linked) {
      await page.evaluate(`RED.workspaces.show(${JSON.stringify(z)})`);
      await page.evaluate(`RED.view.reveal(${JSON.stringify(id)})`);
      await canvas.openNode(id);
      await canvas.openLine();
      const dialog = new LineDialog(page);
      await page.locator('#nodeline-pick').selectOption(demoLine);
      await dialog.link();
      await page.locator('#nodeline-round[data-state="linked"]').waitFor();
      await canvas.doneConfig();
      await canvas.doneNode();
    }
    await picture('imported');
    await canvas.deployAnyway();
    for (const { id, name } of ours.filter(({ line }) => linked.some(([one]) => one === line))) {
      await until(`${name} is ready`, async () => !(await lacks(id)));
      assert.ok(await page.evaluate(`RED.nodes.node(${JSON.stringify(id)}).valid`), `${name} of an example is valid`);
    }
    assert.deepEqual(errors, []);
    assert.doesNotMatch(rig.part('Node-RED').tail(10_000), /\[error\]/);
    await page.context().close();
  });
});
