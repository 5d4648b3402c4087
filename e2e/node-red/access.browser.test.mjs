// @ts-check
// Who may link, and where tokens go: adminAuth, httpAdminRoot, a sidecar that
// refuses or is away, a form that names another address.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { nodeRed, root } from '../../scripts/lib/paths.mjs';
import { openBrowser, openPage } from '../lib/browser.mjs';
import { json } from '../lib/http.mjs';
import { LineDialog } from '../lib/line-dialog.mjs';
import { until } from '../lib/until.mjs';
import { Canvas } from './canvas.mjs';
import { anna, ask, flowOf, lineNode, owner, recorded, Rig } from './rig.mjs';

const require = createRequire(path.join(nodeRed().dir, 'node_modules', 'node-red', 'package.json'));
const hash = (/** @type {string} */ password) => require('bcryptjs').hashSync(password, 4);
const users = [{ username: 'ann', password: hash('rw'), permissions: '*' }, { username: 'bob', password: hash('ro'), permissions: 'read' }];

/** What Node-RED keeps for the line before it is linked. */
const stored = 'nl_kept_by_node_red';

const flow = flowOf({ ask: 'ask1' }, recorded(ask('ask1')));

class GuardedRig extends Rig {
  /** Node-RED behind a login answers for its login page first. @override @type {Rig['begin']} */
  begin(what, url, ready) {
    return what.name === 'Node-RED'
      ? super.begin(what, `${this.editorUrl}${this.root}/auth/login`, json)
      : super.begin(what, url, ready);
  }

  /** @param {string} username @param {string} password @returns {Promise<string>} */
  async login(username, password) {
    const response = await fetch(`${this.editorUrl}${this.root}/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'node-red-editor', grant_type: 'password', scope: '*', username, password }),
    });
    return (await response.json()).access_token;
  }

  /** A call of the dialog. @param {string} action @param {object} form @param {string} [login] @param {string} [type] */
  async dialog(action, form, login, type = 'application/json') {
    const response = await fetch(`${this.editorUrl}${this.root}/nodeline-line/${lineNode.id}/${action}`, {
      method: 'POST',
      headers: { 'content-type': type, ...(login ? { authorization: `Bearer ${login}` } : {}) },
      body: JSON.stringify({ url: '', token: '', line: lineNode.line, ...form }),
    });
    const text = await response.text();
    return { status: response.status, text, body: text.startsWith('{') ? JSON.parse(text) : undefined };
  }
}

describe('access', () => {
  /** @type {GuardedRig} */ let rig;
  /** @type {import('playwright-core').Browser} */ let browser;
  let [ann, bob] = ['', ''];
  before(async () => {
    rig = new GuardedRig('access', flow, { httpAdminRoot: '/flows-of/us', adminAuth: { type: 'credentials', users } });
    await rig.start();
    ann = await rig.login('ann', 'rw');
    bob = await rig.login('bob', 'ro');
    const held = flow.map((node) => (node.id === lineNode.id ? { ...node, credentials: { token: stored } } : node));
    await json(`${rig.editorUrl}${rig.root}/flows`, { body: { flows: held }, headers: { authorization: `Bearer ${ann}`, 'Node-RED-API-Version': 'v2' } });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await rig.stop();
  });

  /** What a dialog asks for, and what an editor gets of a line that is not linked yet. @type {[string, object, number][]} */
  const asked = [
    ['lines', {}, 200], ['create', { name: 'Made by a test' }, 200], ['link', {}, 200], ['unlink', {}, 200],
    ['update', { name: 'Clinic' }, 200], ['pause', {}, 200], ['resume', {}, 200],
    ['chats', {}, 200], ['groups', {}, 400], ['templates', {}, 200], ['template', { name: 'none', language: 'en' }, 404],
  ];
  for (const [action, form, got] of asked) {
    test(`${action}: nobody 401, a reader 401, an editor ${got}`, async () => {
      assert.equal((await rig.dialog(action, form)).status, 401);
      assert.equal((await rig.dialog(action, form, bob)).status, 401);
      const { status, body } = await rig.dialog(action, form, ann);
      assert.equal(status, got);
      if (status === 200) assert.equal(body.sandbox, true);
      else assert.ok(body.code && body.message && body.hint, JSON.stringify(body));
    });
  }

  test('lists of a line that is not chosen, or that is none, say what to do', async () => {
    const without = await rig.dialog('chats', { line: '', lang: 'ru' }, ann);
    assert.deepEqual([without.status, without.body.code], [400, 'line_not_linked']);
    assert.match(without.body.hint, /привяжите/);
    assert.deepEqual([(await rig.dialog('groups', { line: 'none' }, ann)).status, (await rig.dialog('chats', { line: 'none' }, ann)).status], [404, 404]);
  });

  test('approved templates are found by name and words, and many are given in part', async () => {
    const make = async (/** @type {string} */ name, /** @type {string} */ body) => {
      await rig.call('template.create', { name, language: 'ru', category: 'utility', content: { body } });
      await rig.call('template.update', { name, language: 'ru', status: 'APPROVED' });
    };
    await make('visit', 'Ждём вас завтра');
    await rig.call('template.create', { name: 'visit_draft', language: 'ru', category: 'utility', content: { body: 'Ждём' } });
    const named = await rig.dialog('templates', { search: 'VISIT' }, ann);
    assert.deepEqual(named.body.templates.map((/** @type {any} */ { name }) => name), ['visit'], 'a draft cannot be sent');
    assert.equal(named.body.more, false);
    assert.equal((await rig.dialog('templates', { search: 'ЖДЁМ ВАС' }, ann)).body.templates.length, 1);
    assert.equal((await rig.dialog('templates', { search: 'nothing' }, ann)).body.templates.length, 0);
    const one = await rig.dialog('template', { name: 'visit', language: 'ru' }, ann);
    assert.deepEqual([one.status, one.body.content.body], [200, 'Ждём вас завтра']);
    for (let i = 0; i < 50; i++) await make(`many_${i}`, 'Много');
    const many = await rig.dialog('templates', {}, ann);
    assert.deepEqual([many.body.templates.length, many.body.more], [50, true]);
  });

  test('outside its root there is no such address', async () => {
    const response = await fetch(`${rig.editorUrl}/nodeline-line/${lineNode.id}/lines`, { method: 'POST', headers: { authorization: `Bearer ${ann}` } });
    assert.equal(response.status, 404);
  });

  test('a form that a foreign page could send is not taken', async () => {
    assert.equal((await rig.dialog('lines', {}, ann, 'text/plain')).status, 415);
    assert.equal((await rig.dialog('lines', {}, ann, 'application/x-www-form-urlencoded')).status, 415);
  });

  test('a token that the sidecar refuses is 424, in the asker\'s language', async () => {
    const english = await rig.dialog('lines', { token: 'wrong' }, ann);
    assert.equal(english.status, 424);
    assert.equal(english.body.code, 'unauthorized');
    const russian = await rig.dialog('lines', { token: 'wrong', lang: 'ru' }, ann);
    assert.match(russian.body.message, /[а-я]/);
  });

  test('an unknown line is 404, an address that is none 400, a sidecar that is away 502', async () => {
    assert.equal((await rig.dialog('unlink', { line: 'none' }, ann)).status, 404);
    const outside = await rig.dialog('lines', { url: 'http://203.0.113.1:7450', token: 'x' }, ann);
    assert.deepEqual([outside.status, outside.body.code], [400, 'bad_address']);
    const away = await rig.dialog('lines', { url: 'http://127.0.0.1:1', token: 'x' }, ann);
    assert.deepEqual([away.status, away.body.code], [502, 'sidecar_unreachable']);
  });

  test('neither the stored token nor the admin\'s goes to another address', async (t) => {
    /** @type {(string | undefined)[]} */ const seen = [];
    const thief = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    await new Promise((resolve) => thief.listen(0, '127.0.0.1', () => resolve(undefined)));
    t.after(() => thief.close());
    const address = /** @type {import('node:net').AddressInfo} */ (thief.address());
    const url = `http://127.0.0.1:${address.port}`;
    for (const token of ['', '__PWRD__']) {
      const { status } = await rig.dialog('lines', { url, token }, ann);
      assert.equal(status, 424);
    }
    assert.deepEqual(seen, [undefined, undefined]);
  });

  test('settings and flows that the editor loads hold no secret', async () => {
    const headers = { authorization: `Bearer ${ann}` };
    for (const what of ['/settings', '/flows', `/credentials/nodeline-line/${lineNode.id}`]) {
      const text = JSON.stringify(await json(`${rig.editorUrl}${rig.root}${what}`, { headers }));
      assert.ok(!text.includes(rig.token) && !text.includes(stored), what);
      assert.ok(!text.includes(rig.tokenFile), what);
    }
  });

  test('an editor who has logged in links the line', async () => {
    const { page } = await openPage(browser, `${rig.editorUrl}${rig.root}/`, { locale: 'en-US' });
    await login(page, 'ann', 'rw');
    const canvas = new Canvas(page);
    await canvas.ready();
    await canvas.openNode('ask1');
    await canvas.openLine();
    await page.locator('#nodeline-pick').selectOption(lineNode.line);
    const dialog = new LineDialog(page);
    await dialog.link();
    const code = await until('the dialog shows a readable QR code', () => dialog.scan());
    await rig.phone(`${owner}/link`, { qr: code });
    await dialog.linked(owner);
    await canvas.doneConfig();
    await canvas.doneNode();
    await canvas.deploy();
    const kept = await json(`${rig.editorUrl}${rig.root}/credentials/nodeline-line/${lineNode.id}`, { headers: { authorization: `Bearer ${ann}` } });
    assert.deepEqual(kept, { has_token: true });
    await until('the stored token is at work, and sees its own line only', async () => {
      const { body } = await rig.dialog('lines', { token: '__PWRD__' }, ann);
      return body.lines.length === 1 && body.lines[0].id === lineNode.line;
    });
    await page.context().close();
  });

  test('the dialog of a node asks by the line chosen in it, deployed or not, and says what is missing', async () => {
    await rig.writes(anna, 'Здравствуйте!');
    const { page } = await openPage(browser, `${rig.editorUrl}${rig.root}/`, { locale: 'en-US' });
    await login(page, 'ann', 'rw');
    const canvas = new Canvas(page);
    await canvas.ready();
    await page.addScriptTag({ content: await bundled('dialog-api.ts', 'nodelineApi') });
    /** What a call of the dialog gives, or how it fails. @param {string} line @param {string} call @returns {Promise<any>} */
    const api = (line, call) => page.evaluate(`(async () => {
      const api = new nodelineApi.DialogApi(() => ${JSON.stringify(line)});
      try { return await api.${call}; } catch (failure) { return failure; }
    })()`);
    const { chats } = await until('the chat is listed', async () => {
      const got = await api(lineNode.id, 'chats("")');
      return got.chats.length > 0 && got;
    });
    assert.equal(chats[0].chat.phone, anna);
    assert.deepEqual((await api(lineNode.id, 'chats("nobody")')).chats, []);
    assert.ok(Array.isArray((await api(lineNode.id, 'groups()')).groups));
    assert.equal((await api(lineNode.id, 'templates("visit")')).templates.length, 1);
    assert.equal((await api(lineNode.id, 'template("visit", "ru")')).name, 'visit');
    for (const none of ['', '_ADD_', 'ask1']) assert.equal((await api(none, 'chats()')).code, 'line_not_chosen', none);

    // A line that was only filled in: its token is still the editor's.
    const added = (/** @type {object} */ fields) => page.evaluate(`(() => {
      const id = RED.nodes.id();
      RED.nodes.add({ id, type: 'nodeline-line', name: '', url: '', plain: false, users: [], _config: {}, _def: RED.nodes.getType('nodeline-line'), ...${JSON.stringify(fields)} });
      return id;
    })()`);
    const { token } = await rig.call('token.create', { name: 'new', scope: 'line', line: lineNode.line });
    assert.equal((await api(await added({ line: lineNode.line, credentials: { token, has_token: true } }), 'chats()')).chats[0].chat.phone, anna);
    const refused = await api(await added({ line: lineNode.line, credentials: { token: 'nl_wrong', has_token: true } }), 'chats()');
    assert.deepEqual([refused.status, refused.code], [424, 'unauthorized']);
    assert.equal((await api(await added({ line: '' }), 'chats()')).code, 'line_not_linked');
    const away = await api(await added({ line: 'x', url: 'http://127.0.0.1:1', credentials: { token, has_token: true } }), 'chats()');
    assert.deepEqual([away.status, away.code, Boolean(away.hint)], [502, 'sidecar_unreachable', true]);
    await page.context().close();
  });

  test('a reader sees that he may only look', async () => {
    const { page } = await openPage(browser, `${rig.editorUrl}${rig.root}/`, { locale: 'en-US' });
    await login(page, 'bob', 'ro');
    const canvas = new Canvas(page);
    await canvas.ready();
    await canvas.openNode('ask1');
    await canvas.openLine();
    await page.locator('#nodeline-trouble', { hasText: 'not change it' }).waitFor();
    assert.ok(await page.locator('#nodeline-link').isHidden());
    await page.context().close();
  });
});

/** A part of the editor's half as a script of its own. @param {string} file @param {string} globalName */
async function bundled(file, globalName) {
  const { outputFiles } = await build({
    entryPoints: [path.join(root, 'ui-manifests', 'node-red', 'src', 'editor', file)], bundle: true, write: false, format: 'iife', globalName,
  });
  return outputFiles[0]?.text ?? '';
}

/** @param {import('playwright-core').Page} page @param {string} user @param {string} password */
async function login(page, user, password) {
  await page.locator('#node-dialog-login-username').fill(user);
  await page.locator('#node-dialog-login-password').fill(password);
  await page.locator('#node-dialog-login-submit').click();
}
