// @ts-check
// Every end of a question as a person sees it in n8n's editor: one execution of a robot with
// 20 customers who answer at once, and one each who is silent, moves on, cannot be asked, and
// answers only after n8n has started anew.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { out } from '../../scripts/lib/paths.mjs';
import { openBrowser } from '../lib/browser.mjs';
import { N8nEditor } from '../lib/n8n-editor.mjs';
import { until } from '../lib/until.mjs';
import { demoLine } from './rig.mjs';
import { fanned, told, WaitsRig, ways } from './waits.mjs';

const pictures = path.join(out, 'n8n-outcomes');
const rig = new WaitsRig('outcomes');
/** @type {import('playwright-core').Browser} */ let browser;
before(async () => {
  mkdirSync(pictures, { recursive: true });
  await rig.up();
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await rig.stop();
});

/** The nodes that are ticked off, as the editor shows an execution. @param {N8nEditor} editor @returns {Promise<string[]>} */
const ticked = (editor) => editor.part('canvas-node').evaluateAll((nodes) => nodes
  .filter((node) => node.querySelector('[data-test-id="canvas-node-status-success"]')).map((node) => node.getAttribute('data-node-name') ?? '').sort());

/** Opens an execution and waits until the editor has ticked off these nodes. @param {N8nEditor} editor @param {string} address @param {string[]} names */
async function shows(editor, address, names) {
  await editor.page.goto(address);
  const want = [...names].sort().join();
  await until('the editor shows who has left', async () => {
    const now = (await ticked(editor)).join();
    if (now !== want) throw new Error(`ticked off are ${now}`);
    return true;
  }, { timeout: 45000 });
}

test('20 at once, silence, another stage, a bad number and a restart, in one execution', async () => {
  const names = ['No Answer', 'Other Answer', 'Cancelled', 'Да', 'Нет', 'Error'];
  const failed = { name: 'Error', type: 'n8n-nodes-base.noOp', typeVersion: 1 };
  const robot = rig.ask({ item: '={{ $json.name }}', stage: 'offer', deadline: '={{ $json.seconds ?? 3600 }}', deadlineUnit: 'seconds' },
    { onError: 'continueErrorOutput' }, 'Robot');
  const flow = await rig.flow('outcomes', [robot, ...told(), failed], { Items: [['Ask']], Ask: fanned(names) });
  const many = await rig.customers('M', 20);
  const [silent, moves, late] = await rig.customers('One', 3);
  assert.ok(silent && moves && late);
  const id = await flow.start(...many, { ...silent, seconds: 5 }, moves, { name: 'Bad', phone: '12' }, late);

  await Promise.all(many.map((one) => rig.answers(one, '1')));
  await rig.arrives(moves.phone, moves.name);
  await rig.call('item.moved', { line: demoLine, item: moves.name, stage: 'won' });
  await rig.arrives(late.phone, late.name);
  await rig.open(id);

  const editor = await N8nEditor.open(browser, rig.n8n);
  try {
    const address = `${rig.editorUrl}/workflow/${flow.id}/executions/${id}`;
    const gone = ['Start', 'Items', 'No Answer', 'Cancelled', 'Да', 'Error'];
    await shows(editor, address, gone);
    await editor.picture(path.join(pictures, 'waiting.png'));

    await rig.restartN8n({ kill: true });
    await rig.answers(late, '2');
    const done = await rig.n8n.reaches(id, 'success');
    assert.deepEqual(ways(done), { 'No Answer': [silent.name], Cancelled: [moves.name], 'Да': many.map(({ name }) => name).sort(), 'Нет': [late.name] });
    assert.equal(done.items('Error')[0]?.json.error.code, 'invalid_request');
    await shows(editor, address, [...gone, 'Ask', 'Нет']);
    await editor.picture(path.join(pictures, 'done.png'));
  } finally {
    await editor.close();
  }
  await rig.nothingLeft();
});
