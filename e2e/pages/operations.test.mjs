// @ts-check
// What a customer sees of every operation on messages, by the whole way: the RPC, the
// sidecar, the network, the phone page. With NODELINE_SCREENS, a folder, the chat is
// kept there as pictures.
import assert from 'node:assert/strict';
import path from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { until } from '../lib/until.mjs';
import { anna, boris, clinic, nameless, overflows, Parts } from './parts.mjs';

const parts = new Parts('operations');
const line = 'north';
parts.during(async () => {
  await parts.startSandbox();
  await parts.startSidecar();
  await parts.linkedLine(line, clinic.digits);
});

const chat = () => `${parts.sandboxUrl}/#/phone/${anna.digits}/chat/${clinic.digits}`;
const toAnna = { line, chat: anna.phone };

/** @param {string} method @param {object} params */
async function send(method, params) {
  const result = await parts.call(method, params);
  await until(`${method} has gone`, async () => ['sent', 'delivered', 'read'].includes((await parts.call('message.get', { line, key: result.key })).status));
  return result;
}

test('the customer sees every operation', async () => {
  const text = await send('message.sendText', { ...toAnna, key: 'o1', text: 'Встреча в 10' });
  const gone = await send('message.sendText', { ...toAnna, key: 'o2', text: 'Лишнее' });
  const place = await send('message.sendLocation', { ...toAnna, key: 'o3', latitude: '55,7558', longitude: '37.6173', name: 'Клиника', address: 'Тверская, 1' });
  const card = await send('message.sendContact', { ...toAnna, key: 'o4', contacts: [{ name: 'Анна Петрова', phones: [boris.phone], organisation: 'Клиника' }, { name: 'Регистратура', phones: ['+7 495 123-45-67'] }] });
  const link = await send('message.sendText', { ...toAnna, key: 'o5', text: `@${anna.digits}, смотрите https://shop.example/a`, mentions: [anna.phone], preview: { url: 'https://shop.example/a', title: 'Магазин', description: 'Всё для дома' } });
  const quote = await send('message.sendText', { ...toAnna, key: 'o6', text: 'Ждём вас', quote: text });
  const on = await send('message.forward', { ...toAnna, key: 'o7', message: place });
  await send('message.edit', { line, key: 'o8', message: text, text: 'Встреча в 11' });
  await send('message.react', { line, key: 'o9', message: text, emoji: '👍' });
  await send('message.delete', { line, key: 'o10', message: gone });

  for (const lang of ['en', 'ru']) {
    const v = await parts.visit(chat(), { lang });
    /** @param {{messageId: string}} m */
    const bubble = (m) => v.page.locator(`[data-test="bubble"][data-id="${m.messageId}"]`);
    const says = async (/** @type {{messageId: string}} */ m, /** @type {string} */ part) => (await bubble(m).locator(`[data-test="${part}"]`).innerText()).trim();
    await bubble(on).waitFor();
    assert.equal(await says(text, 'bubble-text'), 'Встреча в 11');
    assert.match(await says(text, 'reactions'), /👍/);
    assert.equal(await says(text, 'edited'), lang === 'en' ? 'edited' : 'изменено');
    assert.equal((await bubble(gone).innerText()).includes('Лишнее'), false);
    assert.match(await says(place, 'place'), lang === 'en' ? /Клиника\s+Тверская, 1\s+55\.7558°, 37\.6173°/ : /55,7558°, 37,6173°/);
    assert.equal(await bubble(card).locator('[data-test="contact"]').count(), 2);
    assert.match(await bubble(card).innerText(), /Анна Петрова\s+\+79210001122\s+Клиника/);
    assert.match(await says(link, 'bubble-text'), /^@(?!79123456789).+, смотрите https/);
    assert.match(await says(link, 'preview'), /Магазин\s+Всё для дома\s+shop\.example/);
    assert.match(await says(quote, 'quote'), /Встреча в 10/); // as it was then
    assert.match(await says(on, 'forwarded'), lang === 'en' ? /Forwarded/ : /Переслано/);
    if (process.env.NODELINE_SCREENS) await v.page.screenshot({ path: path.join(process.env.NODELINE_SCREENS, `operations-${lang}.png`) });
    assert.deepEqual(v.complaints, []);
    assert.deepEqual(await nameless(v.page), []);
    assert.deepEqual(await overflows(v.page), []);
    await v.close();
  }
});

test('typing and reading are seen, and who wrote is listed', async () => {
  const v = await parts.visit(chat());
  await v.at('composer').fill('Вы тут?');
  await v.at('send').click();
  const [found] = await until('the chat is listed', async () => {
    const list = (await parts.call('chat.list', { line, query: anna.phone })).chats;
    return list.length ? list : null;
  });
  assert.equal(found.unread, 1);
  const mine = v.at('bubble').filter({ hasText: 'Вы тут?' });
  assert.equal((await parts.call('chat.markRead', { line, chat: anna.phone })).messages, 1);
  await mine.and(v.page.locator('[data-status="read"]')).waitFor();
  assert.match(await v.at('under').innerText(), /000/);
  await parts.call('chat.typing', { line, chat: anna.phone, seconds: 60 });
  await v.at('under').filter({ hasText: 'typing' }).waitFor();
  await parts.call('chat.typing', { line, chat: anna.phone, state: 'paused' });
  await v.at('under').filter({ hasText: '000' }).waitFor();
  await v.close();
});
