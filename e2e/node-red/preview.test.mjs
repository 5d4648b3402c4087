// @ts-check
// A preview says what would be sent: every shape of message goes through the real
// sidecar to a phone of the sandbox, in every form, and the phone shows what the
// preview drew of the same request.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../lib/until.mjs';
import { anna, demoLine, owner, World } from '../lib/world.mjs';

const { drawnOf } = await import(String(new URL('../../ui-manifests/node-red/test/dist/units.mjs', import.meta.url)));

const many = (/** @type {number} */ count, /** @type {(n: number) => any} */ make) => Array.from({ length: count }, (_, n) => make(n + 1));
const texts = (/** @type {string[]} */ ...list) => list.map((text) => ({ text }));

/** Messages with choices, sent in each rendering. @type {[string, string, Record<string, any>][]} */
const choices = [
  ['buttons alone', 'message.sendButtons', { body: 'Придёте?', buttons: texts('Да', 'Нет') }],
  ['buttons with all around', 'message.sendButtons', { header: ' Ваш визит ', body: 'Придёте *завтра*\nв 10:30? ', footer: 'Клиника', buttons: texts('Да', ' Нет ', 'Позже') }],
  ['one button', 'message.sendButtons', { body: 'Готово?', buttons: texts('Да') }],
  ['signs in header and footer', 'message.sendButtons', { header: 'Цена *снижена*', body: '_Берёте?_', footer: 'a_b', buttons: texts('1', '2') }],
  ['a header of two lines', 'message.sendButtons', { header: 'Первая\n  вторая', body: 'Да?', buttons: texts('Да', 'Нет') }],
  ['a question that a poll just holds', 'message.sendButtons', { body: '🙂'.repeat(255), buttons: texts('Да', 'Нет') }],
  ['a question too long for a poll', 'message.sendButtons', { body: 'я'.repeat(254), footer: 'я', buttons: texts('Да', 'Нет') }],
  ['preferences of the call', 'message.sendButtons', { body: 'Придёте?', renderings: ['poll', 'native'], buttons: texts('Да', 'Нет') }],
  ['link and call', 'message.sendButtons', { header: 'Сайт', body: 'Всё здесь', footer: 'Клиника', link: { text: 'Наш сайт', url: 'https://example.com/a?b=1' }, call: { text: 'Позвонить', phone: '+7 (900) 000-00-02' } }],
  ['a list', 'message.sendList', { body: 'К кому?', listButton: 'Врачи', rows: [
    { text: 'Терапевт', description: 'Второй этаж', section: 'Первый визит' }, { text: 'Хирург' }, { text: 'Окулист', section: 'Повторный *визит*', description: 'Третий' }] }],
  ['a list without a first section', 'message.sendList', { header: 'Запись', body: 'К кому?', footer: 'Клиника', listButton: '', rows: [{ text: 'Терапевт' }, { text: 'Хирург', section: 'Другие' }] }],
  ['a list of ten', 'message.sendList', { body: 'Когда?', rows: many(10, (n) => ({ text: `${n}:00` })) }],
  ['an ask with buttons', 'message.ask', { header: 'Визит', body: 'Придёте?', footer: 'Клиника', buttons: texts('Да', 'Нет') }],
  ['an ask with a list', 'message.ask', { body: 'К кому?', rows: [{ text: 'Терапевт', description: 'Второй этаж' }, { text: 'Хирург' }] }],
  ['an ask with a poll', 'message.ask', { header: 'Опрос', body: 'Когда удобно?', footer: 'Клиника', options: texts('Утром', 'Днём') }],
  ['a template with quick replies', 'message.sendTemplate', { template: { name: 'visit', language: 'ru', variables: [{ name: 'who', value: ' Анна ' }, { name: 'day', value: '5 мая' }, { name: 'code', value: 'a b' }] } }],
  ['an ask over a template', 'message.ask', { template: { name: 'pick', language: 'ru' } }],
];

/** Messages that are shown in one way. @type {[string, string, Record<string, any>][]} */
const others = [
  ['text', 'message.sendText', { text: ' *Здравствуйте!*\nЖдём вас. ' }],
  ['text with a card', 'message.sendText', { text: 'Вот: https://example.com/visit', preview: { url: 'https://example.com/visit', title: 'Визит', description: 'Как пройти' } }],
  ['a poll', 'message.sendPoll', { question: ' Когда? ', options: texts('Утром', 'Днём', 'Вечером') }],
  ['a poll with several answers', 'message.sendPoll', { question: 'Когда?', multiple: true, options: many(12, (n) => ({ text: `Вариант ${n}` })) }],
  ['a place', 'message.sendLocation', { latitude: '59,9386', longitude: '30.3141', name: 'Клиника', address: 'Невский, 1' }],
  ['contacts', 'message.sendContact', { contacts: [{ name: 'Регистратура', phones: ['+7 900 000-00-02'], organisation: 'Клиника', email: 'desk@example.com' }, { name: 'Врач', phones: ['+79000000003'] }] }],
  ['an ask for words', 'message.ask', { header: 'Анкета', body: 'Как вас зовут?', footer: 'Клиника', answer: { kind: 'text' } }],
  ['a template without choices', 'message.sendTemplate', { template: { name: 'note', language: 'ru', variables: [{ name: '1', value: 'завтра' }] } }],
];

const templates = [
  { name: 'visit', language: 'ru', category: 'utility', content: {
    header: { text: 'Визит {{day}}' }, body: 'Ждём вас, {{who}}, в клинике: {{day}}.', footer: 'Клиника', buttons: [{ id: 'yes', text: 'Приду' }, { text: 'Не приду' }],
    links: [{ text: 'Карта', url: 'https://example.com/{{code}}' }], call: { text: 'Позвонить', phone: '+7 900 000-00-02' },
    samples: [{ name: 'day', value: '1 мая' }, { name: 'who', value: 'Олег' }, { name: 'code', value: 'x' }] } },
  { name: 'pick', language: 'ru', category: 'utility', content: { header: { text: 'Приём' }, body: 'Вы придёте?', footer: 'Клиника', buttons: [{ text: 'Да' }, { text: 'Нет' }] } },
  { name: 'note', language: 'ru', category: 'utility', content: { header: { text: 'Напоминание' }, body: 'Приём {{1}} в 10.', footer: 'Клиника', samples: [{ name: '1', value: 'сегодня' }] } },
];

describe('preview', () => {
  const world = new World({ name: 'node-red-preview', anyPort: true });
  /** @type {Map<string, any>} */ const known = new Map();
  let sends = 0;

  before(async () => {
    await world.start();
    await world.linkLine();
    await world.call('line.update', { line: demoLine, pace: { mode: 'off' } });
    for (const { name, language, category, content } of templates) {
      await world.call('template.create', { name, language, category, content });
      known.set(`${name}/${language}`, await world.call('template.update', { name, language, status: 'APPROVED' }));
    }
  });
  after(() => world.stop());

  const drawn = (/** @type {string} */ method, /** @type {any} */ params) =>
    drawnOf(method, params, { lang: 'en', template: (/** @type {string} */ name, /** @type {string} */ language) => known.get(`${name}/${language}`) });

  /** Sends a request and gives its result and what the phone shows. @param {string} method @param {Record<string, any>} params */
  async function sent(method, params) {
    sends += 1;
    const key = method === 'message.ask' ? { id: `p${sends}` } : { key: `p${sends}` };
    const result = await world.call(method, { line: demoLine, chat: anna, ...key, ...params });
    const { messageId, rendering } = result.message ?? result;
    const message = await until(`the phone shows ${messageId}`, async () => {
      const { messages } = await world.phone(`${anna}/chats/${owner}`);
      return messages.find((/** @type {any} */ { id }) => id === messageId);
    });
    if (method === 'message.ask') await world.call('ask.cancel', { line: demoLine, id: `p${sends}` });
    assert.ok(message.visible, message.note);
    return { rendering, message };
  }

  for (const [name, method, params] of choices) {
    test(name, async () => {
      for (const rendering of params.renderings ? ['auto'] : ['auto', 'numbered', 'poll', 'native']) {
        const request = { ...params, rendering };
        const [first] = drawn(method, request).forms;
        const shown = await sent(method, request);
        assert.equal(first.form, shown.rendering, rendering);
        same(first.look, shown.message);
      }
    });
  }

  /** A file that the sidecar keeps, by its id. @param {string} name @param {string} body */
  async function uploaded(name, body) {
    const response = await fetch(`${world.sidecarUrl}/media?line=${demoLine}&name=${name}`, { method: 'POST', headers: { authorization: `Bearer ${world.token}` }, body });
    assert.ok(response.ok, `upload: ${response.status}`);
    return (await response.json()).mediaId;
  }

  /** Sends a text with files, and compares each message with its look. @param {Record<string, any>} params @param {number} count */
  async function parcel(params, count) {
    const { looks } = drawn('message.send', params);
    assert.equal(looks.length, count);
    sends += 1;
    const { messages } = await world.call('message.send', { line: demoLine, chat: anna, key: `p${sends}`, ...params });
    assert.equal(messages.length, count);
    for (const [place, { messageId }] of messages.entries()) {
      const message = await until(`the phone shows ${messageId}`, async () =>
        (await world.phone(`${anna}/chats/${owner}`)).messages.find((/** @type {any} */ { id }) => id === messageId));
      same(looks[place], message);
      if (looks[place].file) assert.deepEqual([looks[place].file.kind, looks[place].file.name], [message.file.kind, message.file.name]);
    }
  }

  test('files, with a caption and with a text too long for one', async () => {
    const [first, second] = [await uploaded('a.txt', 'first'), await uploaded('b.txt', 'second')];
    const attachments = [{ mediaId: first, title: 'price.txt' }, { mediaId: second, title: 'map.txt' }];
    await parcel({ text: 'Наши *цены*', as: 'document', attachments }, 2);
    await parcel({ text: 'я'.repeat(1025), as: 'document', attachments: attachments.slice(0, 1) }, 2);
    await parcel({ text: ' ', attachments }, 2);
    await parcel({ text: 'Без файлов' }, 1);
  });

  for (const [name, method, params] of others) {
    test(name, async () => {
      const { looks, forms } = drawn(method, params);
      const { message } = await sent(method, params);
      same(forms[0]?.look ?? looks[0], message);
    });
  }
});

/** The look of a preview is what a phone shows. @param {any} look @param {any} message */
function same(look, message) {
  let section = '';
  const rows = look.choices.map((/** @type {any} */ one) => ({ ...one, section: section = one.section || section }));
  const buttons = message.buttons ?? [];
  assert.deepEqual({
    kind: look.kind, header: look.header, body: look.body, footer: look.footer, list: look.listButton ?? '',
    choices: rows, links: look.links, calls: look.call ? [look.call] : [],
    multiple: look.multiple ?? false, place: look.place, contacts: look.contacts, card: look.card,
  }, {
    kind: message.kind, header: message.header, body: message.place || message.contacts ? '' : message.body, footer: message.footer, list: message.listButton ?? '',
    choices: buttons.filter((/** @type {any} */ { id }) => id).map((/** @type {any} */ one) => ({ text: one.text, description: one.description ?? '', section: one.section ?? '' })),
    links: buttons.filter((/** @type {any} */ { url }) => url).map((/** @type {any} */ { text, url }) => ({ text, url })),
    calls: buttons.filter((/** @type {any} */ { phone }) => phone).map((/** @type {any} */ { text, phone }) => ({ text, phone })),
    multiple: message.multiple ?? false, place: message.place, contacts: message.contacts, card: message.preview,
  });
}
