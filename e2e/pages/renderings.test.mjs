// @ts-check
// What a customer sees of buttons, lists, polls and links in each rendering, and that
// the answer given there comes back. With NODELINE_PICTURES, a folder, each bubble is
// kept there as a picture: docs/renderings.md shows them (just pictures).
import assert from 'node:assert/strict';
import path from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { until } from '../lib/until.mjs';
import { anna, clinic, nameless, overflows, Parts } from './parts.mjs';

const parts = new Parts('renderings');
const line = 'north';
parts.during(async () => {
  await parts.startSandbox();
  await parts.startSidecar();
  await parts.linkedLine(line, clinic.digits);
});

/** @typedef {Awaited<ReturnType<Parts['visit']>>} Visit */
/** @typedef {import('playwright-core').Locator} Locator */

const pictures = process.env.NODELINE_PICTURES;
const chat = () => `${parts.sandboxUrl}/#/phone/${anna.digits}/chat/${clinic.digits}`;

const text = { header: 'North Clinic', body: 'When would you like to come?', footer: 'Reply by 18:00' };
const choices = {
  buttons: { buttons: [{ id: 'am', text: 'Morning' }, { id: 'pm', text: 'Afternoon' }, { id: 'no', text: 'Not this week' }] },
  list: {
    listButton: 'Free times',
    rows: [
      { id: 'am', text: 'Morning', description: 'from 9:00', section: 'Today' },
      { id: 'pm', text: 'Afternoon', description: 'from 14:00' },
      { id: 'no', text: 'Morning, later', section: 'Tomorrow' },
    ],
  },
  poll: { options: [{ id: 'am', text: 'Morning' }, { id: 'pm', text: 'Afternoon' }, { id: 'no', text: 'Not this week' }] },
};

/** What the customer does with each rendering of each kind; the second choice, always.
 * @type {Record<string, (bubble: Locator, v: Visit) => Promise<void>>} */
const answers = {
  'buttons native': (bubble) => bubble.locator('[data-button="pm"]').click(),
  'list native': async (bubble) => {
    await bubble.locator('summary').click();
    await bubble.locator('[data-button="pm"]').click();
  },
  poll: (bubble) => bubble.locator('[data-test="poll-option"]').nth(1).click(),
  numbered: async (_, v) => {
    await v.at('composer').fill('2');
    await v.at('send').click();
  },
};

/** @param {Locator} bubble @param {string} name */
async function picture(bubble, name) {
  if (!pictures) return;
  await bubble.page().mouse.move(0, 0);
  const file = path.join(pictures, `${name}.png`);
  // A bubble is drawn anew when its message is read.
  await until('the picture is taken', async () => bubble.locator('.bubble').screenshot({ path: file, animations: 'disabled' }));
}

/** @param {Visit} v @param {string} id */
async function bubbleOf(v, id) {
  const bubble = v.page.locator(`[data-test="bubble"][data-id="${id}"]`);
  await bubble.waitFor();
  return bubble;
}

for (const [kind, some] of Object.entries(choices)) {
  for (const rendering of ['native', 'poll', 'numbered']) {
    if (kind === 'poll' && rendering === 'native') continue; // there is no such thing
    test(`${kind}, ${rendering}: seen, answered, understood`, async () => {
      const id = `${kind}-${rendering}`;
      const asked = await parts.call('message.ask', { line, id, chat: anna.phone, ...text, ...some, rendering });
      assert.equal(asked.rendering, rendering, asked.reason);
      const v = await parts.visit(chat());
      const bubble = await bubbleOf(v, asked.messageId);
      if (rendering === 'native' && kind === 'list') {
        await bubble.locator('summary').click();
        await picture(bubble, id);
        await bubble.locator('summary').click();
      } else if (kind !== 'poll') {
        await picture(bubble, id);
      }
      const shown = await bubble.innerText();
      for (const part of [text.body, 'Afternoon']) assert.ok(kind === 'list' && rendering === 'native' || shown.includes(part), shown);
      await (answers[`${kind} ${rendering}`] ?? answers[rendering])?.(bubble, v);
      const ended = await until('the answer is understood', async () => {
        const { outcome } = await parts.call('ask.get', { line, id });
        return outcome;
      });
      assert.equal(ended.kind, 'button');
      assert.deepEqual([ended.answer.id, ended.answer.index, ended.answer.text], ['pm', 2, 'Afternoon']);
      if (rendering === 'poll') {
        const option = bubble.locator('[data-test="poll-option"]').nth(1);
        await option.and(v.page.locator('[aria-checked="true"]')).waitFor();
        assert.equal(await option.locator('[data-test="poll-votes"]').innerText(), '1');
        // A vote can be taken back: it is told, and the outcome stays.
        await option.click();
        await option.and(v.page.locator('[aria-checked="false"]')).waitFor();
      } else if (rendering === 'native') {
        await bubble.locator('.chosen').first().waitFor({ state: 'attached' });
      }
      assert.deepEqual(await nameless(v.page), []);
      assert.deepEqual(await overflows(v.page), []);
      assert.deepEqual(v.complaints, []);
      await v.close();
    });
  }
}

for (const rendering of ['native', 'numbered']) {
  test(`link and call, ${rendering}: seen`, async () => {
    const sent = await parts.call('message.sendButtons', {
      line, key: `link-${rendering}`, chat: anna.phone, header: text.header, body: 'You are expected tomorrow at 10:00.', rendering,
      link: { text: 'Show the way', url: 'https://example.com/way' }, call: { text: 'Call us', phone: '+7 (812) 438-16-78' },
    });
    assert.equal(sent.rendering, rendering);
    const v = await parts.visit(chat());
    const bubble = await bubbleOf(v, sent.messageId);
    await picture(bubble, `link-${rendering}`);
    if (rendering === 'native') {
      assert.equal(await bubble.locator('[data-test="bubble-link"]').getAttribute('href'), 'https://example.com/way');
      assert.match(await bubble.locator('[data-test="bubble-phone"]').getAttribute('aria-label') ?? '', /Call us.*\+78124381678/);
    } else {
      const shown = await bubble.innerText();
      assert.ok(shown.includes('Show the way: https://example.com/way') && shown.includes('Call us: +78124381678'), shown);
    }
    assert.deepEqual(await nameless(v.page), []);
    assert.deepEqual(v.complaints, []);
    await v.close();
  });
}

test('a poll of several answers, in Russian, takes them one by one', async () => {
  const sent = await parts.call('message.sendPoll', {
    line, key: 'many', chat: anna.phone, question: 'Что приготовить?', options: [{ text: 'Чай' }, { text: 'Кофе' }, { text: 'Сок' }], multiple: true,
  });
  const v = await parts.visit(chat(), { lang: 'ru' });
  const bubble = await bubbleOf(v, sent.messageId);
  assert.ok((await bubble.innerText()).includes('Выберите один или несколько вариантов'));
  for (const at of [0, 2]) {
    await bubble.locator('[data-test="poll-option"]').nth(at).click();
    await bubble.locator('[data-test="poll-option"]').nth(at).and(v.page.locator('[aria-checked="true"]')).waitFor();
  }
  const vote = await until('both are told', async () => {
    const { events } = await parts.call('event.list', { line, count: 200 });
    return events.findLast((/** @type {any} */ e) => e.message?.quotedId === sent.messageId && e.message.vote.options.length === 2)?.message;
  });
  assert.equal(vote.kind, 'vote');
  assert.equal(vote.text, 'Чай, Сок');
  await v.close();
});
