// @ts-check
// The settings of a line in every state that it can be in: codes of both kinds, a passkey,
// unlinked, blocked, imported; renamed, paused, unlinked; and however the dialog is closed.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { out } from '../../scripts/lib/paths.mjs';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { json } from '../lib/http.mjs';
import { LineDialog } from '../lib/line-dialog.mjs';
import { until } from '../lib/until.mjs';
import { demoLine } from '../lib/world.mjs';
import { Canvas } from './canvas.mjs';
import { openGate } from './gate.mjs';
import { ask, boris, flowOf, lineNode, owner, recorded, Rig } from './rig.mjs';

const pictures = path.join(out, 'node-red-line');
const flow = flowOf({ ask: 'ask1' }, recorded(ask('ask1')));

describe('the settings of a line', () => {
  const rig = new Rig('line-dialog', flow);
  /** @type {import('playwright-core').Browser} */ let browser;
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    await rig.start();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await rig.stop();
  });

  /** A page for each language, kept for all tests: to load the editor takes longer than most of them. @type {Map<string, Awaited<ReturnType<typeof openPage>>>} */
  const pages = new Map();
  /** Deploys as somebody else does: open pages have to be loaded again. @param {import('./rig.mjs').FlowNode[]} nodes @param {Record<string, object>} [credentials] */
  const deploy = async (nodes, credentials) => {
    await rig.deploy(nodes, credentials);
    for (const { page } of pages.values()) await page.context().close();
    pages.clear();
  };
  const withLine = (/** @type {object} */ fields) => flow.map((node) => (node.id === lineNode.id ? { ...node, ...fields } : node));

  /** Opens the line's settings. @param {import('node:test').TestContext} t @param {string} [locale] */
  async function open(t, locale = 'en-US') {
    const known = pages.get(locale);
    const { page, errors } = known ?? await openPage(browser, rig.editorUrl, { locale, width: 1280, height: 1000 });
    pages.set(locale, { page, errors });
    const canvas = new Canvas(page);
    if (!known) await canvas.ready();
    t.after(async () => {
      for (const cancel of ['#node-config-dialog-cancel', '#node-dialog-cancel']) {
        if (!await page.locator(cancel).count()) continue;
        await page.locator(cancel).click();
        await page.locator(cancel).waitFor({ state: 'detached' });
      }
    });
    await canvas.openNode('ask1');
    await canvas.openLine();
    const at = (/** @type {string} */ name) => page.locator(`#nodeline-${name}`);
    await at('lines').waitFor();
    return { page, errors, canvas, at, dialog: new LineDialog(page),
      /** @param {string} name */
      picture: async (name) => {
        await page.screenshot({ path: path.join(pictures, `${name}-${locale}.png`), animations: 'disabled' });
        assert.deepEqual(await cut(page), [], `${name}: nothing is wider than its place`);
      } };
  }

  const fault = (/** @type {string} */ preset, phone = owner) => json(`${rig.sandboxUrl}/api/faults`, { body: { preset, phone } });
  const noFaults = () => fetch(`${rig.sandboxUrl}/api/faults`, { method: 'DELETE' });
  const stateOf = async () => (await rig.call('line.status', { line: demoLine })).state;
  // Each test takes the line to where it begins, whatever the one before left.
  const unlinked = async () => {
    await noFaults();
    if (await stateOf() !== 'unlinked') await rig.call('line.unlink', { line: demoLine });
  };
  const linked = async () => {
    await noFaults();
    const { state, phone } = await rig.call('line.status', { line: demoLine });
    if (state === 'connected' && phone === owner) return;
    await unlinked();
    await rig.call('line.link', { line: demoLine, restart: true });
    await rig.linkLine();
    await until('the line is connected', async () => await stateOf() === 'connected');
  };

  test('imported without its token: the dialog says what to do, and one press mends it', async (t) => {
    await rig.linkLine();
    const { page, at, dialog, picture } = await open(t);
    await at('note').filter({ hasText: 'a token does not travel with a flow' }).waitFor();
    assert.equal((await at('link').innerText()).trim(), 'Use this line');
    await picture('imported');
    await at('link').click();
    await dialog.linked(owner);
    assert.ok(await at('note').isHidden());
    assert.match(await page.locator('#node-config-input-token').inputValue(), /^nl/);
  });

  test('a flow that names a line of another sidecar', async (t) => {
    await deploy(withLine({ line: 'elsewhere' }));
    const { at } = await open(t);
    await at('note').filter({ hasText: 'no line “elsewhere”' }).waitFor();
  });

  for (const locale of ['en-US', 'ru-RU']) {
    test(`a code to type on the phone, beside the QR code (${locale})`, async (t) => {
      if (locale === 'en-US') await deploy(flow);
      await unlinked();
      const { page, at, dialog, picture, errors } = await open(t, locale);
      await dialog.link();
      const qr = await until('a QR code is shown', () => dialog.scan());
      await picture('qr');
      await at('phone').fill('8 9');
      await at('phone-ask').click();
      await at('phone-problem').filter({ hasText: /\+/ }).waitFor();
      await at('phone').fill('+7 999 000-00-00');
      await at('phone').press('Enter');
      await at('phone-problem').filter({ hasText: locale === 'en-US' ? 'not on WhatsApp' : 'WhatsApp' }).waitFor();
      assert.equal(await until('the QR code is still there', () => dialog.scan()), qr, 'a wrong number changes nothing');
      await at('phone').fill(boris);
      await at('phone-ask').click();
      const first = await dialog.typed();
      assert.equal(await at('phone-problem').innerText(), '');
      await picture('code');
      await assert.rejects(rig.phone(`${boris}/link`, { code: first.startsWith('A') ? 'BBBB-BBBB' : 'AAAA-AAAA' }), /not the one/);

      await at('again').click();
      const second = await dialog.typed(first);
      await rig.phone(`${boris}/link`, { code: second });
      await dialog.linked(boris);
      assert.ok(await at('by-phone').isHidden());
      await picture('linked');
      assert.equal(await page.locator('#node-config-input-name').inputValue(), lineNode.name, 'a name that was given stays');
      assert.deepEqual(errors, []);
    });
  }

  for (const [locale, says] of /** @type {const} */ ([['en-US', 'If nothing follows'], ['ru-RU', 'Если ничего не происходит']])) {
    test(`WhatsApp asks for a passkey: what that means, and the other way (${locale})`, async (t) => {
      await unlinked();
      await fault('passkey');
      const { page, at, dialog, picture } = await open(t, locale);
      await dialog.link();
      const qr = await until('a QR code is shown', () => dialog.scan());
      await assert.rejects(rig.phone(`${owner}/link`, { qr }), /passkey/);
      await page.locator('#nodeline-round[data-state="passkey"]', { hasText: says }).waitFor();
      assert.ok(await at('qr').isHidden(), 'the codes of before are dead');
      await picture('passkey');
      await noFaults();
      await at('again').click();
      await rig.phone(`${owner}/link`, { qr: await until('another code', async () => { const next = await dialog.scan(); return next !== qr && next; }) });
      await dialog.linked(owner);
    });
  }

  test('codes that run out: said, and new ones are a press away', async (t) => {
    await unlinked();
    await fault('expired_qr');
    const { page, at, dialog, picture } = await open(t, 'ru-RU');
    await dialog.link();
    await page.locator('#nodeline-round[data-state="expired"]', { hasText: 'не успели' }).waitFor();
    await picture('expired');
    await noFaults();
    await at('again').click();
    await rig.phone(`${owner}/link`, { qr: await until('a new code', () => dialog.scan()) });
    await dialog.linked(owner);
  });

  test('unlinked by the phone: linked again from here', async (t) => {
    await linked();
    await fault('device_removed');
    await until('the line is logged out', async () => await stateOf() === 'logged_out');
    await noFaults();
    const { page, at, dialog, picture } = await open(t, 'ru-RU');
    await page.locator('#nodeline-state[data-state="logged_out"]', { hasText: 'Отвязана телефоном' }).waitFor();
    assert.equal((await at('link').innerText()).trim(), 'Привязать снова');
    assert.ok(await at('unlink').isHidden() && await at('pause').isHidden());
    await picture('logged-out');
    await dialog.link();
    await rig.phone(`${owner}/link`, { qr: await until('a code', () => dialog.scan()) });
    await dialog.linked(owner);
  });

  test('an account that WhatsApp blocks: said plainly, with what can be done', async (t) => {
    await linked();
    await fault('banned');
    await until('the line is banned', async () => await stateOf() === 'banned');
    for (const [locale, chip] of [['en-US', 'Blocked by WhatsApp'], ['ru-RU', 'Заблокирована WhatsApp']]) {
      const { page, at, picture } = await open(t, locale);
      const state = page.locator('#nodeline-state[data-state="banned"]');
      assert.equal(await state.locator('.nodeline-chip').innerText(), chip);
      const { detail } = await rig.call('line.status', { line: demoLine });
      assert.ok((await state.locator('.nodeline-help').innerText()).length > 20 && detail);
      assert.match(await at('link').innerText(), /another account|другой аккаунт/);
      await picture('banned');
    }
  });

  test('a line is renamed, its country set, and a wrong country is said', async (t) => {
    await linked();
    await deploy(withLine({ name: 'Demo' }));
    const { page, at, picture } = await open(t);
    await at('details-toggle').click();
    assert.equal(await at('rename').inputValue(), 'Demo');
    await at('region').fill('1');
    await at('save').click();
    await at('details-problem').filter({ hasText: 'two capital letters' }).waitFor();
    await picture('details');
    await at('rename').fill('Reception');
    await at('region').fill('kz');
    await at('region').press('Enter');
    await at('save').filter({ hasText: 'Saved' }).waitFor();
    const line = await rig.call('line.status', { line: demoLine });
    assert.deepEqual([line.name, line.region], ['Reception', 'KZ']);
    assert.match(await at('pick').locator('option').first().innerText(), /^Reception \(/);
    assert.equal(await page.locator('#node-config-input-name').inputValue(), 'Reception', 'a name that was filled in goes along');
  });

  test('a line is paused and resumed', async (t) => {
    await linked();
    const { page, at, picture } = await open(t, 'ru-RU');
    await at('pause').click();
    await page.locator('#nodeline-state .nodeline-paused', { hasText: 'Приостановлена' }).waitFor();
    assert.equal((await rig.call('line.status', { line: demoLine })).paused, true);
    await picture('paused');
    await at('pause').filter({ hasText: 'Возобновить' }).click();
    await page.locator('#nodeline-state .nodeline-paused').waitFor({ state: 'detached' });
    assert.equal((await rig.call('line.status', { line: demoLine })).paused, false);
  });

  test('unlinking asks first, and names the nodes that would stop', async (t) => {
    await linked();
    const { page, at, picture } = await open(t);
    await at('unlink').click();
    await at('unlink-sure').filter({ hasText: owner }).waitFor();
    assert.match(await at('unlink-uses').innerText(), /ask1 \(Tests\)/);
    await picture('unlink');
    await at('unlink-no').click();
    assert.ok(await at('unlink-sure').isHidden());
    assert.equal(await stateOf(), 'connected');
    await at('unlink').click();
    await at('unlink-yes').click();
    await page.locator('#nodeline-state[data-state="unlinked"]').waitFor();
    assert.equal(await stateOf(), 'unlinked');
  });

  test('an address beyond the private network asks for a yes; one that is none says why', async (t) => {
    const { page, at } = await open(t);
    await at('access-toggle').click();
    const url = page.locator('#node-config-input-url');
    const consent = at('plain-row');
    for (const [typed, asks] of /** @type {const} */ ([['http://nodeline:7450', false], ['http://203.0.113.9:7450', true], ['https://wa.example.test', false]])) {
      await url.fill(typed);
      await consent.waitFor({ state: asks ? 'visible' : 'hidden' });
    }
    await url.fill('http://203.0.113.9:7450');
    await at('trouble').filter({ hasText: 'readable on its way' }).waitFor();
    await url.fill('ftp://x');
    await url.blur();
    await at('trouble').filter({ hasText: 'begins with "ftp:"' }).waitFor();
    await until('the field is marked', async () => /input-error/.test(await url.getAttribute('class') ?? ''));
  });

  /** How a dialog goes away. @type {[string, (page: import('playwright-core').Page) => Promise<unknown>][]} */
  const ways = [
    ['leaving the page', async (page) => {
      await page.goto('about:blank');
      pages.clear();
    }],
    ['Cancel', (page) => page.locator('#node-config-dialog-cancel').click()],
    ['the keyboard', async (page) => {
      await page.locator('#node-config-input-name').focus();
      await page.keyboard.press('Control+Escape');
    }],
    ['its tray being taken away', (page) => page.evaluate('RED.tray.close()')],
    ['Done', (page) => page.locator('#node-config-dialog-ok').click()],
    ['Delete', (page) => page.locator('.red-ui-tray-toolbar .leftButton', { hasText: 'Delete' }).last().click()],
  ];
  describe('closed in any way, its polls end', () => {
    /** @type {Awaited<ReturnType<typeof openGate>>} */ let gate;
    before(async () => {
      gate = await openGate(() => rig.sidecarUrl);
      await deploy(withLine({ url: gate.url }), { [lineNode.id]: { token: rig.token } });
    });
    after(() => gate.stop());
    for (const [way, close] of ways) {
      test(`by ${way}`, async (t) => {
        await unlinked();
        const { page, canvas, dialog } = await open(t);
        /** @type {string[]} */ const calls = [];
        page.on('request', (request) => {
          const name = /\/nodeline-line\/[^/]+\/(\w+)$/.exec(request.url())?.[1];
          if (name) calls.push(name);
        });
        await dialog.link();
        await until('a code is shown', () => dialog.scan());
        await until('one look is under way', () => gate.waiting() === 1);
        await close(page);
        await page.locator('#node-config-dialog-ok').waitFor({ state: 'detached' });
        await until('the sidecar is not waited for', () => gate.waiting() === 0, { timeout: 5000 });
        const made = calls.length;
        // News that an open dialog would fetch at once.
        const { seq } = await rig.call('line.link', { line: demoLine, restart: true });
        await rig.call('line.link', { line: demoLine, since: seq, waitMs: 1000 });
        if (page.url() !== 'about:blank') await canvas.settled();
        assert.deepEqual([calls.slice(made), gate.waiting()], [[], 0]);
      });
    }
  });
});

/** Texts of the open dialog that are wider than their place. @param {import('playwright-core').Page} page @returns {Promise<string[]>} */
function cut(page) {
  return page.evaluate(() => [...document.querySelectorAll('#nodeline-panel *')]
    .filter((element) => element instanceof HTMLElement && element.offsetParent && !/^(INPUT|SELECT|OPTION|I)$/.test(element.tagName)
      && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
    .map((element) => `${element.id || element.className}: ${element.textContent?.trim()}`));
}
