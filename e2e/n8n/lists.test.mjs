// @ts-check
// What a person picks from in a node's settings, as n8n's editor asks for it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { json } from '../lib/http.mjs';
import { until } from '../lib/until.mjs';
import { anna, boris, demoLine, owner, Rig, typeOf } from './rig.mjs';

const rig = new Rig('lists');
before(() => rig.up());
after(() => rig.stop());

/**
 * One page of a list, as the editor asks for it.
 * @param {string} methodName
 * @param {{filter?: string, paginationToken?: string}} [more]
 * @returns {Promise<{results: {name: string, value: string}[], paginationToken?: string}>}
 */
const page = (methodName, more = {}) => rig.n8n.rest('/dynamic-node-parameters/resource-locator-results', {
  nodeTypeAndVersion: { name: typeOf('Action'), version: 1 }, path: 'parameters.chat', methodName,
  currentNodeParameters: { authentication: 'token', resource: 'message', operation: 'sendText', line: { __rl: true, mode: 'list', value: '' } },
  credentials: rig.credentials, ...more,
});

/** Waits until the sidecar has chats with all of these. @param {string[]} addresses */
const heard = (...addresses) => until(`${addresses} were heard`, async () => {
  const { chats } = await rig.call('chat.list', { line: demoLine, count: 200 });
  return addresses.every((one) => chats.some((/** @type {any} */ { chat }) => [chat.phone, chat.jid].includes(one)));
});

/** A group that the line is in. @param {string} subject */
const group = (subject) => json(`${rig.sandboxUrl}/api/groups`, { body: { by: boris, subject, members: [owner] } });

test('lines, by their name and number', async () => {
  const { results } = await page('searchLines');
  assert.deepEqual(results.map(({ value }) => value), [demoLine]);
  assert.match(results[0]?.name ?? '', /\(\+7\d+\)$/);
  assert.equal((await page('searchLines', { filter: 'nobody' })).results.length, 0);
});

test('people who wrote, and after them the groups, page by page', async () => {
  await rig.writes(anna, 'Добрый день');
  await heard(anna);
  for (let i = 10; i < 65; i++) await group(`Patients ${i}`);
  const { results: [first, ...groups], paginationToken } = await page('searchChats');
  assert.equal(first?.value, anna);
  assert.deepEqual(groups.map(({ name }) => name), Array.from({ length: 50 }, (_, i) => `Patients ${i + 10} (group of 2)`));
  assert.ok(groups.every(({ value }) => value.endsWith('@g.us')));
  const last = await page('searchChats', { paginationToken });
  assert.deepEqual(last.results.map(({ name }) => name), ['Patients 60 (group of 2)', 'Patients 61 (group of 2)', 'Patients 62 (group of 2)', 'Patients 63 (group of 2)', 'Patients 64 (group of 2)']);
  assert.equal(last.paginationToken, undefined);
});

test('chats are searched by name and number, groups by subject', async () => {
  const found = async (/** @type {string} */ filter) => (await page('searchChats', { filter })).results.map(({ value, name }) => (value.endsWith('@g.us') ? name : value));
  assert.deepEqual(await found('patients 33'), ['Patients 33 (group of 2)']);
  assert.deepEqual(await found(anna.slice(-4)), [anna]);
});

test('templates that may be sent, by name, language and words', async () => {
  const template = (/** @type {string} */ name, /** @type {string} */ language, /** @type {string} */ body) =>
    rig.call('template.create', { name, language, category: 'utility', content: { body } });
  await template('visit', 'en', 'We are waiting for you.');
  await template('visit', 'ru', 'Ждём вас.');
  await template('draft', 'en', 'Not yet.');
  for (const language of ['en', 'ru']) await rig.call('template.update', { name: 'visit', language, status: 'APPROVED' });
  assert.deepEqual((await page('searchTemplates')).results.map(({ value }) => value), ['visit/en', 'visit/ru']);
  assert.deepEqual((await page('searchTemplates', { filter: 'ждём' })).results.map(({ value }) => value), ['visit/ru']);
});

/** Every page of the chats, in their order. */
async function pages() {
  const all = [];
  let paginationToken;
  do {
    const { results, paginationToken: next } = await page('searchChats', paginationToken ? { paginationToken } : {});
    all.push(results.map(({ value }) => value));
    paginationToken = next;
  } while (paginationToken);
  return all;
}

test('people stand before groups however many of those were written in', async () => {
  const { groups } = await rig.call('group.list', { line: demoLine, count: 60 });
  const jids = groups.map((/** @type {any} */ { chat }) => chat.jid);
  for (const to of jids) await rig.phone(`${boris}/send`, { to, text: 'Всем привет' });
  await heard(...jids);
  const groupsNewest = await pages();
  assert.deepEqual(groupsNewest.flat(), [anna, ...jids]);
  assert.ok(groupsNewest.every(({ length }) => length > 0), 'a page without people is passed over');
  await rig.writes(boris, 'И вам');
  await heard(boris);
  const all = (await pages()).flat();
  assert.deepEqual(all.slice(0, 2).sort(), [anna, boris].sort());
  assert.deepEqual(all.slice(2), jids);
});

test('where the groups cannot be had, there are the people', async () => {
  await rig.call('line.unlink', { line: demoLine });
  assert.deepEqual((await pages()).flat().sort(), [anna, boris].sort());
});
