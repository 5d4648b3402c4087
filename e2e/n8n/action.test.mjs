// @ts-check
// The Action on a real n8n: every operation, and what becomes of its items.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anna, Rig } from './rig.mjs';

const rig = new Rig('action');
before(() => rig.up());
after(() => rig.stop());

test('a text is sent, and its result leaves', async () => {
  const flow = await rig.flow('text', [
    rig.node('Action', 'Send', { resource: 'message', operation: 'sendText', chat: '={{ $json.phone }}', text: '={{ $json.text }}' }),
  ], { Items: [['Send']] });
  const done = await rig.n8n.reaches(await flow.start({ phone: anna, text: 'Hello' }), 'success');
  const [item] = done.items('Send');
  assert.equal(item?.json.chat.phone, anna);
  assert.match(item?.json.key, /^n8n-\d+-/);
  assert.deepEqual(item?.pairedItem, { item: 0 });
  await rig.arrives(anna, 'Hello');
});
