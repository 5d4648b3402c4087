// @ts-check
// Groups on the phone page, and what a person does with messages, against a real sandbox.
import assert from 'node:assert/strict';
import test from 'node:test';
import { anna, boris, clinic, nameless, overflows, Parts } from './parts.mjs';

const parts = new Parts('groups');
parts.during(() => parts.startSandbox());

/** @param {string} [phone] @param {string} [chat] */
const place = (phone, chat) => `${parts.sandboxUrl}/#/${phone ? `phone/${phone}${chat ? `/chat/${chat}` : ''}` : ''}`;

test('a group is made, and everybody in it reads and writes', async () => {
  const a = await parts.visit(place(anna.digits));
  await a.at('new-chat').click();
  await a.at('new-group').click();
  await a.at('group-subject').fill('Соседи');
  await a.at(`group-member-${boris.digits}`).check();
  await a.at(`group-member-${clinic.digits}`).check();
  await a.at('group-make').click();
  await a.page.waitForURL(/chat\/\d+@g\.us$/);
  await a.at('notice').and(a.page.locator('[data-notice="created"]')).filter({ hasText: 'Соседи' }).waitFor();
  await a.page.getByText('3 members').waitFor();
  await a.at('composer').fill('Субботник в десять');
  await a.at('send').click();
  const group = new URL(a.page.url()).hash.split('/').at(-1) ?? '';

  const b = await parts.visit(place(boris.digits), { lang: 'ru' });
  await b.at(`chat-${group}`).filter({ hasText: 'Субботник' }).click();
  const theirs = b.at('bubble').filter({ hasText: 'Субботник в десять' });
  await theirs.waitFor();
  assert.equal(await theirs.locator('[data-test="who"]').innerText(), 'Анна Петрова');
  await b.page.getByText('3 участника').waitFor();
  await b.at('composer').fill('Буду');
  await b.at('send').click();
  const answer = a.at('bubble').filter({ hasText: 'Буду' });
  await answer.waitFor();
  assert.equal(await answer.locator('[data-test="who"]').innerText(), 'Борис Орлов');

  await parts.api(`groups/${group}`, { by: anna.phone, subject: 'Дом 5', remove: [clinic.phone] });
  await b.at('notice').and(b.page.locator('[data-notice="subject"]')).filter({ hasText: 'Дом 5' }).waitFor();
  await b.page.getByText('2 участника').waitFor();
  for (const v of [a, b]) {
    assert.deepEqual(await nameless(v.page), []);
    assert.deepEqual(await overflows(v.page), []);
    assert.deepEqual(v.complaints, []);
    await v.close();
  }
});

test('a message is reacted to, changed and deleted', async () => {
  const { id } = await parts.api(`phones/${anna.digits}/send`, { to: boris.phone, text: 'в семь' });
  const a = await parts.visit(place(anna.digits, boris.digits));
  const b = await parts.visit(place(boris.digits, anna.digits));
  /** @param {Awaited<ReturnType<typeof parts.visit>>} v */
  const bubble = (v) => v.page.locator(`[data-test="bubble"][data-id="${id}"]`);
  /** @param {Awaited<ReturnType<typeof parts.visit>>} v */
  const open = async (v) => {
    await bubble(v).hover();
    await bubble(v).locator('[data-test="open-message"]').click();
  };
  await open(b);
  assert.ok(await b.at('delete').isHidden(), 'only who wrote it deletes it');
  await b.at('react-👍').click();
  await bubble(a).locator('[data-test="reactions"]').filter({ hasText: '👍' }).waitFor();
  await open(b);
  await b.at('react-👍').click();
  await bubble(a).locator('[data-test="reactions"]').waitFor({ state: 'detached' });
  await open(a);
  await a.at('edit-text').fill('в восемь');
  await a.at('edit').click();
  await bubble(b).filter({ hasText: 'в восемь' }).locator('[data-test="edited"]').waitFor();
  await open(b);
  await b.at('play').click();
  await bubble(a).and(a.page.locator('[data-status="read"]')).waitFor();
  await open(a);
  await a.at('delete').click();
  await bubble(b).filter({ hasText: 'Deleted for everyone' }).waitFor();
  await a.at('call').click();
  await b.at('notice').and(b.page.locator('[data-notice="call"]')).waitFor();
  for (const v of [a, b]) {
    assert.deepEqual(v.complaints, []);
    await v.close();
  }
});
