// @ts-check
// The Trigger on a real n8n: its webhook in the sidecar comes and goes with the
// workflow's publication, and only what the sidecar signed starts anything.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { anna, boris, demoLine, owner, Rig, typeOf, workflow } from './rig.mjs';

const rig = new Rig('trigger');
before(() => rig.up());
after(() => rig.stop());

/** The webhooks of one workflow's trigger in the sidecar. @param {string} name @returns {Promise<any[]>} */
const webhooks = async (name) => (await rig.call('webhook.list', { line: demoLine })).webhooks.filter((/** @type {any} */ one) => one.name === `n8n: ${name}`);

/** Those webhooks once there are so many: n8n publishes and unpublishes in its own time. @param {string} name @param {number} [count] */
const webhooksOnce = (name, count = 1) => until(`${name} has ${count} webhook(s)`, async () => {
  const found = await webhooks(name);
  return found.length === count ? found : undefined;
});

/** Saves a workflow of the trigger alone. @param {string} name @param {Record<string, unknown>} [parameters] */
function saved(name, parameters = {}) {
  return rig.n8n.create(workflow(name, [rig.node('Trigger', 'Trigger', { events: ['message.incoming'], ...parameters }, { webhookId: name })], {}));
}

/** Saves and publishes one; ends with the test. @param {import('node:test').TestContext} t @param {string} name @param {Record<string, unknown>} [parameters] */
async function published(t, name, parameters) {
  const id = await saved(name, parameters);
  await rig.n8n.activate(id);
  t.after(() => rig.n8n.remove(id));
  const [webhook] = await webhooksOnce(name);
  const { secret } = await until('n8n has stored the secret', () => memory(id));
  return { id, webhook, secret };
}

/** What started a workflow, oldest first, once it was started so many times. @param {string} id @param {number} count */
async function started(id, count) {
  const list = await until(`workflow ${id} was started ${count} time(s)`, async () => {
    const found = await rig.n8n.executions(id);
    return found.length >= count ? found : undefined;
  });
  const all = await Promise.all(list.reverse().map(async ({ id, mode }) => {
    const done = await rig.n8n.reaches(id, 'success');
    return { mode, items: done.items('Trigger') };
  }));
  assert.equal(all.length, count, `it was started by ${JSON.stringify(all.map(({ items }) => items[0]?.json))}`);
  return all;
}

/** What a workflow's trigger keeps. @param {string} id */
async function memory(id) {
  const { staticData } = await rig.n8n.rest(`/workflows/${id}`);
  return staticData?.['node:Trigger'];
}

/**
 * Posts a delivery as the sidecar does.
 * @param {{url: string, id: string, secret: string}} webhook
 * @param {{event?: object, kind?: string, attempt?: number, age?: number}} what age: of the signature, seconds
 */
async function deliver({ url, id, secret }, { event = { id: 'evt_made', kind: 'message.incoming' }, kind = 'event', attempt = 1, age = 0 }) {
  const body = JSON.stringify({ id: `evt_made.${id}`, kind, line: demoLine, attempt, event });
  const at = String(Math.floor(Date.now() / 1000) - age);
  const signature = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(`evt_made.${id}.${at}.${body}`).digest('base64');
  const headers = { 'content-type': 'application/json', 'webhook-id': `evt_made.${id}`, 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

test('publishing makes a webhook, a message starts the workflow, and unpublishing removes it', async () => {
  const id = await saved('comes');
  assert.deepEqual(await webhooks('comes'), []);
  await rig.n8n.activate(id);
  const [made] = await webhooksOnce('comes');
  assert.deepEqual(made.events, ['message.incoming']);
  await rig.writes(anna, 'Good evening');
  const [one] = await started(id, 1);
  assert.equal(one?.mode, 'webhook');
  assert.equal(one?.items[0]?.json.message.text, 'Good evening');
  assert.equal(one?.items[0]?.json.message.from.phone, anna);
  await until('the delivery is acknowledged', async () => (await webhooks('comes'))[0]?.waiting === 0);
  await rig.n8n.deactivate(id);
  await webhooksOnce('comes', 0);
  await rig.n8n.remove(id);
});

test('only the events that are asked for start it', async (t) => {
  const { id, webhook } = await published(t, 'filtered', { options: { matching: '(?i)price', fromChat: boris, content: ['text'] } });
  assert.deepEqual(webhook.filter, { chat: boris, content: ['text'], text: '(?i)price' });
  await rig.writes(anna, 'The price?');
  await rig.writes(boris, 'Hello');
  await rig.writes(boris, 'What PRICE is it?');
  const [one] = await started(id, 1);
  assert.equal(one?.items[0]?.json.message.text, 'What PRICE is it?');
  await rig.n8n.update(id, workflow('filtered', [rig.node('Trigger', 'Trigger', { events: ['call.incoming', 'message.reaction'] }, { webhookId: 'filtered' })], {}));
  await rig.n8n.activate(id);
  await until('the webhook is as the new version wants it', async () => {
    const [now] = await webhooksOnce('filtered');
    return now.events.join() === 'call.incoming,message.reaction' && !now.filter;
  });
});

test('a test listens beside the published workflow, and neither displaces the other', async (t) => {
  const { id, webhook: production } = await published(t, 'beside');
  assert.equal(await rig.n8n.run(id, { trigger: 'Trigger' }), '', 'n8n waits for the test event');
  const listening = (await webhooksOnce('beside', 2)).find((one) => one.id !== production.id);
  assert.notEqual(listening.url, production.url);
  await rig.writes(anna, 'To both');
  const both = await started(id, 2);
  assert.deepEqual(both.map(({ mode }) => mode).sort(), ['manual', 'webhook']);
  for (const { items } of both) assert.equal(items[0]?.json.message.text, 'To both');
  assert.equal((await webhooksOnce('beside'))[0].id, production.id, 'the test\'s webhook is removed');
  await rig.writes(anna, 'To production');
  assert.equal((await started(id, 3))[2]?.mode, 'webhook');
});

test('a test that was cut short leaves a webhook, and the next test takes its place', async (t) => {
  const { id, webhook: production } = await published(t, 'cut');
  await rig.n8n.run(id, { trigger: 'Trigger' });
  const left = (await webhooksOnce('cut', 2)).find((one) => one.id !== production.id);
  await rig.restartN8n({ kill: true });
  await rig.n8n.run(id, { trigger: 'Trigger' });
  const next = await until('another webhook listens', async () => (await webhooks('cut')).find((one) => one.id !== production.id && one.id !== left.id));
  assert.equal(next.url, left.url);
  assert.deepEqual((await webhooks('cut')).map((one) => one.id), [production.id, next.id]);
  await rig.n8n.rest(`/test-webhook/${id}`, undefined, 'DELETE');
  await webhooksOnce('cut');
});

test('what is not signed, or signed too long ago, starts nothing', async (t) => {
  const { id, webhook: { id: webhook, url }, secret } = await published(t, 'forged');
  const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  assert.equal(await deliver({ url, id: webhook, secret: other }, {}), 401);
  assert.equal(await deliver({ url, id: webhook, secret }, { age: 400 }), 401);
  assert.equal(await deliver({ url, id: 'whk_other2', secret: other }, {}), 409, 'it may be known in a moment');
  assert.equal(await deliver({ url, id: 'whk_other2', secret: other }, { attempt: 6 }), 410, 'the sidecar gives it up');
  assert.equal(await deliver({ url, id: webhook, secret }, { kind: 'test' }), 200);
  const { delivered, httpStatus } = await rig.call('webhook.test', { line: demoLine, id: webhook });
  assert.deepEqual({ delivered, httpStatus }, { delivered: true, httpStatus: 200 });
  assert.equal(await deliver({ url, id: webhook, secret }, { event: { id: 'evt_a', kind: 'message.incoming' } }), 200);
  assert.equal((await started(id, 1))[0]?.items[0]?.json.id, 'evt_a');
});

test('an event that comes again is dropped where that is asked for', async (t) => {
  const twice = await published(t, 'twice');
  const once = await published(t, 'once', { options: { dropRepeated: true } });
  for (const { webhook: { id, url }, secret } of [twice, once]) {
    for (const event of ['evt_a', 'evt_a', 'evt_b']) {
      assert.equal(await deliver({ url, id, secret }, { event: { id: event, kind: 'message.incoming' } }), 200);
    }
  }
  assert.deepEqual((await started(once.id, 2)).map(({ items }) => items[0]?.json.id), ['evt_a', 'evt_b']);
  assert.equal((await started(twice.id, 3)).length, 3);
});

test('a message\'s file comes as binary data where that is asked for', async (t) => {
  const { id } = await published(t, 'file', { options: { download: true } });
  const bytes = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
  const query = new URLSearchParams({ to: owner, name: 'Analysis.pdf', caption: 'Here it is' });
  const sent = await fetch(`${rig.sandboxUrl}/api/phones/${anna}/files?${query}`, { method: 'POST', headers: { 'content-type': 'application/pdf' }, body: bytes });
  assert.ok(sent.ok, await sent.text());
  const [one] = await started(id, 1);
  const [item] = one?.items ?? [];
  assert.equal(item?.json.message.text, 'Here it is');
  assert.equal(item?.json.fileError, undefined);
  assert.deepEqual({ name: item?.binary.data.fileName, mime: item?.binary.data.mimeType }, { name: 'Analysis.pdf', mime: 'application/pdf' });
  assert.deepEqual(await rig.n8n.bytes(item?.binary.data), bytes);
});

test('a webhook that was removed in the sidecar is made again at the next publication', async (t) => {
  const { id, webhook: first } = await published(t, 'again');
  await rig.call('webhook.remove', { line: demoLine, id: first.id });
  await rig.n8n.deactivate(id);
  await rig.n8n.activate(id);
  const [second] = await webhooksOnce('again');
  assert.notEqual(second.id, first.id);
  await rig.writes(anna, 'Heard again');
  assert.equal((await started(id, 1))[0]?.items[0]?.json.message.text, 'Heard again');
});

test('the trigger is no tool of an agent', async () => {
  const types = await json(`${rig.editorUrl}/types/nodes.json`, { headers: { cookie: rig.n8n.cookie } });
  const ours = types.filter((/** @type {any} */ { name }) => name.startsWith(typeOf('Trigger')));
  assert.deepEqual(ours.map((/** @type {any} */ { name }) => name), [typeOf('Trigger')]);
});

test('a restart of n8n loses neither the webhook nor what waits in it, even while the sidecar is away', async () => {
  const id = await saved('restart');
  await rig.n8n.activate(id);
  const [webhook] = await webhooksOnce('restart');
  await until('n8n has stored the secret', () => memory(id));
  // As older ones do, and this one by this setting: it asks for every webhook when it starts.
  rig.env = { N8N_USE_WORKFLOW_PUBLICATION_SERVICE: 'false' };
  await rig.call('webhook.update', { line: demoLine, id: webhook.id, enabled: false });
  await rig.writes(anna, 'At night');
  await rig.restartN8n({ kill: true });
  assert.equal((await started(id, 1))[0]?.items[0]?.json.message.text, 'At night', 'it was switched on again');
  await rig.part('sidecar').kill();
  await rig.restartN8n({ kill: true });
  await until('n8n has asked for its webhooks', () => rig.part('n8n').tail(500).includes('Activated workflow "restart"'), { timeout: 30000 });
  await rig.startSidecar();
  await rig.writes(anna, 'In the morning');
  assert.equal((await started(id, 2))[1]?.items[0]?.json.message.text, 'In the morning');
  assert.deepEqual((await webhooks('restart')).map((one) => one.id), [webhook.id]);
});
