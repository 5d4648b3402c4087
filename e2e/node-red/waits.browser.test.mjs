// @ts-check
// Nodes that wait, in the editor: wires follow their outputs over every change and back,
// the status says what is awaited, cancel waits picks nodes of the flows.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { until } from '../lib/until.mjs';
import { Canvas } from './canvas.mjs';
import { anna, ask, flowOf, lineNode, recorded, Rig } from './rig.mjs';

/** @typedef {import('./rig.mjs').FlowNode} FlowNode */

const choices = ['a', 'b'].map((id) => ({ id, text: `Ответ ${id}`, textType: 'str' }));
const asking = { chat: 'payload.phone', chatType: 'msg', body: 'Вопрос?', bodyType: 'str', deadline: '1', deadlineType: 'num', deadlineUnit: 'hours' };

/** @param {string} id @param {string} type @param {object} fields @returns {FlowNode} */
const node = (id, type, fields) => ({ id, type: `nodeline-${type}`, z: 'tab1', name: id, line: lineNode.id, x: 300, y: 300, wires: [], outputs: 6, ...asking, ...fields });

const robot = node('robot', 'robot-ask', { ask: 'buttons', item: 'deal', itemType: 'str', stage: 'offer', stageType: 'str', buttons: choices, rows: choices.map((one) => ({ ...one, id: `row-${one.id}` })) });
const list = node('list', 'send-list', { wait: true, rows: choices });
const poll = node('poll', 'send-poll', { wait: true, pollOptions: choices });
const cancel = { ...node('cancel1', 'cancel-waits', { scope: 'one' }), outputs: 2 };
const flow = flowOf({ ask: 'ask1', cancel: 'cancel1' }, [ask('ask1'), robot, list, poll, cancel].flatMap((one) => recorded(one)));

describe('waits in the editor', () => {
  /** @type {Rig} */ let rig;
  /** @type {import('playwright-core').Browser} */ let browser;
  /** @type {(() => Promise<void>)[]} */ const ends = [];
  before(async () => {
    rig = await new Rig('waits-editor', flow).up(/** @type {any} */ ({ after: (/** @type {any} */ end) => ends.push(end) }));
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
  });

  async function open(locale = 'en-US') {
    const { page, errors } = await openPage(browser, `${rig.editorUrl}/#flow/tab1`, { locale, width: 1440, height: 1000 });
    const canvas = new Canvas(page);
    await canvas.ready();
    return { page, errors, canvas };
  }

  /** Opens the dialog of a node as a double click does. @param {import('playwright-core').Page} page @param {string} id */
  async function edit(page, id) {
    await page.evaluate(`RED.editor.edit(RED.nodes.node(${JSON.stringify(id)}))`);
    await page.locator('#nodeline-fields[data-nodeline-ready]').waitFor();
  }

  /** Where each output of a node leads: the number of the tap, or nothing. @param {Canvas} canvas @param {string} id */
  const taps = async (canvas, id) => (await canvas.wires(id)).map(([to]) => to?.replace(`${id}-tap`, '') ?? '').join(' ');

  /**
   * Changes a node step by step, and undoes and redoes all of it.
   * @param {string} id
   * @param {[change: (canvas: Canvas) => Promise<unknown>, wires: string][]} steps each with the taps that the outputs lead to after it
   */
  async function walk(id, steps) {
    const { page, errors, canvas } = await open();
    const seen = [await taps(canvas, id)];
    for (const [change, wires] of steps) {
      await edit(page, id);
      await change(canvas);
      await canvas.doneNode();
      assert.equal(await taps(canvas, id), wires, `after step ${seen.length} of ${id}`);
      seen.push(wires);
    }
    for (const wires of seen.slice(0, -1).reverse()) {
      await page.evaluate('RED.history.pop()');
      assert.equal(await taps(canvas, id), wires, `undone, of ${id}`);
    }
    for (const wires of seen.slice(1)) {
      await page.evaluate('RED.history.redo()');
      assert.equal(await taps(canvas, id), wires, `redone, of ${id}`);
    }
    assert.deepEqual(errors, []);
    await page.context().close();
  }

  test('asked in another way: what both ways have keeps its wires', () => walk('robot', [
    [(canvas) => canvas.input('ask').selectOption('text'), ' 2 3 4 5'],
    [(canvas) => canvas.input('ask').selectOption('list'), '  2 3 4 5'],
    [(canvas) => canvas.input('ask').selectOption('buttons'), '  2 3 4 5'],
  ]));

  test('choices that the message is to bring leave by one output; those typed anew have their own', () => walk('list', [
    [(canvas) => canvas.kind('rows', 'msg.'), ' 2 3 4 5'],
    [async (canvas) => {
      await canvas.kind('rows', 'typed in here');
      await (await canvas.add('rows')).locator('.red-ui-typedInput-input').first().fill('Новая');
    }, ' 2 3 4 5'],
  ]));

  test('options that are added and removed', () => walk('poll', [
    [async (canvas) => (await canvas.add('options')).locator('.red-ui-typedInput-input').first().fill('Ещё'), '0 1  2 3 4 5'],
    [async (canvas) => {
      await canvas.row('options').locator('.red-ui-editableList-item-remove').first().click();
      await until('the row is gone', async () => await canvas.items('options').count() === 2);
    }, '1  2 3 4 5'],
    [(canvas) => canvas.input('wait').click(), ' 5'],
  ]));

  test('the status says how many answers are awaited, and until when, in each language; picked nodes are called off', async () => {
    await rig.go('ask', { name: 'Анна', date: '24 ноября', phone: anna });
    await rig.waiting();
    const { asks: [{ deadline }] } = await rig.call('ask.list', { line: lineNode.line });
    const at = new Date(deadline);
    const moment = `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
    const { page, canvas, errors } = await open();
    await canvas.node('ask1').locator('.red-ui-flow-node-status-label', { hasText: `waiting: 1, until ${moment}` }).waitFor();

    await edit(page, 'cancel1');
    await canvas.input('scope').selectOption('nodes');
    const ticks = canvas.row('waitNodes').locator('.nodeline-tick');
    assert.deepEqual((await ticks.allInnerTexts()).map((text) => text.trim()).sort(), ['ask1', 'list', 'poll', 'robot'], 'the nodes that wait');
    await ticks.getByText('ask1', { exact: true }).click();
    await canvas.doneNode();
    assert.deepEqual(await canvas.property('cancel1', 'waitNodes'), ['ask1']);
    await canvas.deploy();
    await rig.go('cancel', {});
    await until('both nodes went on', () => rig.left().length === 2);
    assert.deepEqual(rig.left().map(({ from, port }) => `${from} ${port}`).sort(), ['ask1 5', 'cancel1 0']);
    await canvas.node('ask1').locator('.red-ui-flow-node-status-label', { hasText: 'cancelled' }).waitFor();
    assert.deepEqual(errors, []);
    await page.context().close();
    const russian = await open('ru-RU');
    await russian.canvas.node('ask1').locator('.red-ui-flow-node-status-label', { hasText: 'отменено' }).waitFor();
    await russian.page.context().close();
  });
});
