// @ts-check
// n8n's editor as a person uses it: nodes picked and dragged, fields filled in, branches wired,
// the workflow executed and its result read.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { out } from '../../scripts/lib/paths.mjs';
import { openBrowser } from '../lib/browser.mjs';
import { N8nEditor } from '../lib/n8n-editor.mjs';
import { anna, owner, Rig } from './rig.mjs';

const pictures = path.join(out, 'n8n-editor');
const manual = { search: 'manual', name: 'Trigger manually' };

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

  test('a line is linked by QR in the credential of a node', () => inEditor(async (editor) => {
    await editor.create(rig.editorUrl);
    await editor.drag(manual, 200, 300);
    await editor.drag({ search: 'whatsapp', name: 'WhatsApp Action', action: 'Send a text message' }, 500, 300);
    const window = await editor.connect(rig.sidecarUrl);
    await window.newLine('Клиника');
    assert.match(await window.scan(), /^(https:\/\/wa\.me\/|2@)/);
    await editor.picture(path.join(pictures, 'link.png'), window.page);
    await window.scanWith(owner);
    await editor.part('editCredential-modal').waitFor({ state: 'hidden' });
    await picture(editor, 'linked');
    const { lines: [line] } = await rig.call('line.list', {});
    assert.equal(line.name, 'Клиника');
    assert.equal(line.phone, owner);
    await editor.type('chat', anna);
    await editor.type('text', 'Мы теперь в WhatsApp');
    await editor.executeStep();
    await editor.shows(anna);
    await rig.arrives(anna, 'Мы теперь в WhatsApp');
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
});
