// @ts-check
// n8n's editor as a person uses it: nodes picked and dragged, fields filled in, branches wired,
// the workflow executed and its result read.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { out } from '../../scripts/lib/paths.mjs';
import { openBrowser } from '../lib/browser.mjs';
import { N8nEditor } from '../lib/n8n-editor.mjs';
import { until } from '../lib/until.mjs';
import { anna, owner, Rig } from './rig.mjs';

const pictures = path.join(out, 'n8n-editor');
const named = (/** @type {{node: string}} */ { node }) => node;
const manual = { search: 'manual', name: 'Manual Trigger' };

describe('editor', () => {
  const rig = new Rig('editor', { noLine: true });
  /** @type {import('playwright-core').Browser} */ let browser;
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    await rig.up({ link: false });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await rig.stop();
  });

  /** @param {(editor: N8nEditor) => Promise<void>} work */
  async function inEditor(work) {
    const editor = await N8nEditor.open(browser, rig.n8n);
    try {
      await work(editor);
      assert.deepEqual(editor.errors, []);
    } catch (err) {
      await editor.picture(path.join(pictures, 'failed.png'));
      throw err;
    } finally {
      await editor.close();
    }
  }
  const picture = (/** @type {N8nEditor} */ editor, /** @type {string} */ name) => editor.picture(path.join(pictures, `${name}.png`));

  test('from an empty canvas: a line linked by QR, a question, its branches, the answer', () => inEditor(async (editor) => {
    await editor.create(rig.editorUrl);
    const start = await editor.drag(manual, 120, 300);
    const ask = await editor.drag({ search: 'whatsapp', name: 'WhatsApp Activity', action: 'Ask and wait for the reply' }, 380, 300);
    await picture(editor, 'activity-new');
    const window = await editor.connect(rig.sidecarUrl);
    await picture(editor, 'credential');
    await window.newLine('Клиника');
    assert.match(await window.scan(), /^(https:\/\/wa\.me\/|2@)/);
    await editor.picture(path.join(pictures, 'link.png'), window.page);
    await window.scanWith(owner);
    await editor.part('editCredential-modal').waitFor({ state: 'hidden' });
    const { lines } = await rig.call('line.list', {});
    assert.deepEqual(lines.map((/** @type {any} */ { name, phone }) => ({ name, phone })), [{ name: 'Клиника', phone: owner }]);

    await editor.type('chat', '8 912 345-67-89');
    await editor.type('message', 'Анна, ждём вас завтра в 10:30. Придёте?');
    for (const [place, label] of ['Приду', 'Перенести'].entries()) {
      await editor.addTo('buttons');
      await editor.type('text', label, place);
    }
    await picture(editor, 'activity-filled');
    await editor.closeNode();
    assert.deepEqual((await editor.labels(ask)).sort(), ['Cancelled', 'No Answer', 'Other Answer', 'Перенести', 'Приду'].sort());
    // n8n wires what is dragged to the first output; the wanted one is drawn.
    const move = await editor.drag({ search: 'no operation', name: 'No Operation, do nothing' }, 800, 600);
    if (await editor.part('ndv').isVisible()) await editor.closeNode();
    await editor.wire(ask, 'Перенести', move);
    const thanks = await editor.next(ask, 'Приду', { search: 'whatsapp', name: 'WhatsApp Action', action: 'Send a text message' });
    await editor.type('chat', '8 912 345-67-89');
    await editor.type('text', 'Спасибо, ждём!');
    await editor.closeNode();
    const [yes, no] = await Promise.all(['Приду', 'Перенести'].map(async (label) => (await editor.labels(ask)).indexOf(label)));
    const { connections } = await editor.saved(rig.n8n, (workflow) => workflow.connections[ask]?.main[yes ?? 0]?.length);
    assert.deepEqual(connections[start].main[0].map(named), [ask]);
    assert.deepEqual(connections[ask].main[yes ?? 0].map(named), [thanks]);
    assert.deepEqual(connections[ask].main[no ?? 0].map(named), [move]);

    await editor.execute();
    await rig.arrives(anna, 'Придёте?');
    const waiting = await rig.n8n.newest(editor.id, 'waiting');
    await picture(editor, 'waiting');
    await rig.writes(anna, '1');
    await rig.arrives(anna, 'Спасибо, ждём!');
    await editor.node(thanks).locator('[data-test-id="canvas-node-status-success"]').waitFor();
    const done = await rig.n8n.reaches(waiting.id, 'success');
    assert.deepEqual(done.ran.sort(), [ask, start, thanks].sort(), 'one branch was taken');
    await picture(editor, 'answered');
    await editor.openNode(ask);
    await editor.shows('Приду');
    await picture(editor, 'answer');
  }));

  test('an action is dragged from the picker, filled in and run', () => inEditor(async (editor) => {
    await editor.create(rig.editorUrl);
    await editor.drag(manual, 200, 300);
    const action = await editor.drag({ search: 'whatsapp', name: 'WhatsApp Action', action: 'Send a text message' }, 500, 300);
    await picture(editor, 'action-new');
    await editor.type('chat', '8 912 345-67-89');
    await editor.type('text', 'Ждём вас завтра');
    await picture(editor, 'action-filled');
    await editor.executeStep();
    await editor.shows(anna);
    await picture(editor, 'action-done');
    await rig.arrives(anna, 'Ждём вас завтра');
    await editor.closeNode();
    assert.equal((await editor.labels(action)).length, 1);
  }));

  test('the lead flow: a number on WhatsApp gets a text and a file, another an SMS', () => inEditor(async (editor) => {
    const outside = await provider();
    try {
      await editor.create(rig.editorUrl);
      await editor.drag(manual, 80, 300);
      const check = await editor.drag({ search: 'whatsapp', name: 'WhatsApp Robot', action: 'Check number and branch' }, 300, 300);
      await editor.type('phone', '8 912 345-67-89');
      await picture(editor, 'robot-check');
      await editor.closeNode();
      assert.deepEqual(await editor.labels(check), ['Yes', 'No', 'Not Checked']);
      const text = await editor.next(check, 'Yes', { search: 'whatsapp', name: 'WhatsApp Robot', action: 'Send a message' });
      await editor.type('chat', '8 912 345-67-89');
      await editor.type('text', 'Спасибо за заявку!');
      await editor.closeNode();
      const file = await editor.next(text, 0, { search: 'whatsapp', name: 'WhatsApp Robot', action: 'Send a file' });
      await editor.type('chat', '8 912 345-67-89');
      await editor.addTo('attachments');
      await editor.type('url', `${outside.url}/price.pdf`);
      await picture(editor, 'robot-file');
      await editor.closeNode();
      await editor.tidy();
      const sms = await editor.next(check, 'No', { search: 'http request', name: 'HTTP Request' });
      await editor.choose('method', 'POST');
      await editor.type('url', `${outside.url}/sms`);
      await editor.closeNode();
      await editor.tidy();

      await editor.execute();
      await rig.arrives(anna, 'Спасибо за заявку!');
      const yes = await rig.n8n.newest(editor.id, 'success');
      assert.deepEqual(yes.items(check, 0).map(({ json }) => json.exists), ['Y']);
      assert.ok(yes.ran.includes(file) && !yes.ran.includes(sms), yes.ran.join());
      const { messages } = await rig.phone(`${anna}/chats/${owner}`);
      const sent = messages.at(-1);
      assert.deepEqual([sent.file?.kind, sent.file?.name], ['document', 'price.pdf']);
      assert.deepEqual(outside.asked, ['GET /price.pdf']);
      await editor.node(file).locator('[data-test-id="canvas-node-status-success"]').waitFor();
      await picture(editor, 'lead-yes');

      await editor.openNode(check);
      await editor.type('phone', '8 999 000-11-22');
      await editor.closeNode();
      await editor.saved(rig.n8n, ({ nodes }) => nodes.find((/** @type {any} */ { name }) => name === check).parameters.phone.includes('999'));
      await editor.execute();
      await until('the SMS went', () => outside.asked.includes('POST /sms'));
      const no = await rig.n8n.newest(editor.id, 'success');
      assert.deepEqual(no.items(check, 1).map(({ json }) => json.exists), ['N']);
      assert.deepEqual([no.ran.includes(text), no.ran.includes(sms)], [false, true]);
      await picture(editor, 'lead-no');
    } finally {
      outside.close();
    }
  }));

  test('the lead flow that stores Y or N once: later steps go by what was stored', async () => {
    const [held] = await rig.n8n.rest('/credentials');
    rig.credentials = { [held.type]: { id: held.id, name: held.name } };
    const chat = { __rl: true, mode: 'phone', value: '={{ $json.phone }}' };
    const flow = await rig.flow('lead', [
      rig.node('Robot', 'Check', { authentication: 'oAuth2', operation: 'checkNumber', phone: '={{ $json.phone }}', saveTo: 'lead.whatsapp' }),
      { name: 'Keep', type: 'n8n-nodes-base.noOp' },
      { name: 'On WhatsApp?', type: 'n8n-nodes-base.if', typeVersion: 2.2, parameters: { options: {}, conditions: {
        options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 }, combinator: 'and',
        conditions: [{ id: 'c1', leftValue: '={{ $json.lead.whatsapp.exists }}', rightValue: 'Y', operator: { type: 'string', operation: 'equals' } }],
      } } },
      rig.node('Robot', 'Write', { authentication: 'oAuth2', operation: 'sendMessage', chat, text: '={{ $json.name }}, ваша заявка принята' }),
    ], { Items: [['Check']], Check: [['Keep'], ['Keep']], Keep: [['On WhatsApp?']], 'On WhatsApp?': [['Write']] });
    const done = await rig.n8n.reaches(await flow.start({ name: 'Анна', phone: anna }, { name: 'Пётр', phone: '8 999 000-11-22' }), 'success');
    await rig.arrives(anna, 'Анна, ваша заявка принята');
    const stored = [0, 1].flatMap((run) => done.items('Keep', 0, run)).map(({ json }) => [json.name, json.lead.whatsapp.exists]);
    assert.deepEqual(Object.fromEntries(stored), { Анна: 'Y', Пётр: 'N' });
    assert.deepEqual(done.runs('Write').length, 1, 'nothing is written to who is not on WhatsApp');
  });

  test('a trigger listens for a message while the workflow is tried', () => inEditor(async (editor) => {
    await editor.create(rig.editorUrl);
    const trigger = await editor.drag({ search: 'whatsapp', name: 'WhatsApp', action: 'On message received' }, 200, 300);
    await picture(editor, 'trigger-new');
    await editor.closeNode();
    await editor.next(trigger, 0, { search: 'whatsapp', name: 'WhatsApp Action', action: 'Send a text message' });
    await editor.type('chat', '8 912 345-67-89');
    await editor.type('text', 'Мы открыты с 9 до 20');
    await editor.closeNode();
    const { lines: [line] } = await rig.call('line.list', {});
    const told = async () => (await rig.call('webhook.list', { line: line.id })).webhooks.length;
    await editor.execute();
    await until('the sidecar knows where to tell of messages', async () => await told() === 1);
    await picture(editor, 'trigger-listens');
    await rig.writes(anna, 'Вы сегодня открыты?');
    await rig.arrives(anna, 'Мы открыты с 9 до 20');
    const done = await rig.n8n.newest(editor.id, 'success');
    assert.equal(done.items(trigger)[0]?.json.message.text, 'Вы сегодня открыты?');
    await until('the webhook is taken back', async () => await told() === 0);
    await editor.openNode(trigger);
    await editor.shows('Вы сегодня открыты?');
    await picture(editor, 'trigger-event');
  }));
});

/** The world outside: a file to link to, and a provider of SMS. */
async function provider() {
  /** @type {string[]} */ const asked = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(200, { 'content-type': request.url === '/sms' ? 'application/json' : 'application/pdf' });
    response.end(request.url === '/sms' ? '{"sent":true}' : '%PDF-1.4\n%%EOF\n');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  return { asked, url: `http://127.0.0.1:${port}`, close: () => { server.closeAllConnections(); server.close(); } };
}
