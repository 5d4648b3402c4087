// What the trigger remembers, and which POSTs it takes, without n8n.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { cameBefore, refused, remembered, takenOnce } from '../dist/nodes/WhatsAppTrigger/receipt.js';

test('an event is told from its repeats, for each webhook by itself', () => {
  assert.equal(cameBefore('whk_a', 'evt_1'), false);
  assert.equal(cameBefore('whk_a', 'evt_1'), true);
  assert.equal(cameBefore('whk_b', 'evt_1'), false);
});

test('what is remembered is bounded: the oldest events and the longest silent webhooks go first', () => {
  for (let i = 0; i <= remembered.events; i++) assert.equal(cameBefore('whk_many', `evt_${i}`), false);
  assert.equal(cameBefore('whk_many', 'evt_1'), true, 'the oldest but one is there still');
  assert.equal(cameBefore('whk_many', 'evt_0'), false, 'the oldest was dropped');
  for (let i = 1; i < remembered.webhooks; i++) cameBefore(`whk_${i}`, 'evt_1');
  assert.equal(cameBefore('whk_many', 'evt_9'), true);
  cameBefore('whk_more', 'evt_1');
  assert.equal(cameBefore('whk_many', 'evt_9'), false);
});

test('an event that n8n could not take comes again', () => {
  const answer = (/** @type {number} */ statusCode) => Object.assign(new EventEmitter(), { statusCode });
  const failed = answer(500);
  assert.equal(takenOnce(failed, 'whk_t', 'evt_1'), 'new');
  assert.equal(takenOnce(answer(200), 'whk_t', 'evt_1'), 'underWay');
  failed.emit('close');
  const done = answer(200);
  assert.equal(takenOnce(done, 'whk_t', 'evt_1'), 'new');
  done.emit('close');
  assert.equal(takenOnce(answer(200), 'whk_t', 'evt_1'), 'before');
});

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const body = Buffer.from('{}');
const now = 1772366400;

/** @param {string} id @param {string} [by] */
function headers(id, by = secret) {
  const signature = createHmac('sha256', Buffer.from(by.slice(6), 'base64')).update(`${id}.${now}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(now), 'webhook-signature': `v1,${signature}` };
}

for (const [what, memory, id, by, attempt, status] of /** @type {const} */ ([
  ['the webhook\'s own event', { webhook: 'whk_a', secret }, 'evt_1.whk_a', secret, 1, undefined],
  ['a sign of life, which names no webhook', { webhook: 'whk_a', secret }, 'dlv_1', secret, 1, undefined],
  ['a forged event', { webhook: 'whk_a', secret }, 'evt_1.whk_a', 'whsec_AAAA', 9, 401],
  ['a forged sign of life', { webhook: 'whk_a', secret }, 'dlv_1', 'whsec_AAAA', 9, 401],
  ['another webhook\'s first tries', { webhook: 'whk_a', secret }, 'evt_1.whk_b', 'whsec_AAAA', 5, 409],
  ['another webhook\'s later tries', { webhook: 'whk_a', secret }, 'evt_1.whk_b', 'whsec_AAAA', 6, 410],
  ['an event before the secret is stored', {}, 'evt_1.whk_a', secret, 1, 409],
])) {
  test(`${what}: ${status ?? 'taken'}`, () => assert.equal(refused(memory, headers(id, by), body, attempt, now)?.status, status));
}
