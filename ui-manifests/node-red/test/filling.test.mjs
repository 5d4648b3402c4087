// How a node's settings and a message become a request.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Filling } from './dist/units.mjs';
import { nodeOf, redOf } from './red.mjs';

const text = (en, ru = en) => ({ en, ru });
const field = (param, control, rest = {}) => ({ path: param, param, control, label: text(`The ${param}`, `Поле ${param}`), help: text(''), ...rest });

const from = (...values) => ({ from: values });
const fields = [
  field('chat', 'chat', { required: true, start: 'phone', startType: 'msg' }),
  field('body', 'textarea'),
  field('count', 'number'),
  field('loud', 'boolean', { absent: false }),
  field('priority', 'select', { absent: 'normal' }),
  field('kinds', 'select', { many: true }),
  field('mentions', 'texts', { split: 'commas' }),
  field('after', 'duration', { path: 'afterSeconds' }),
  field('quote', 'message'),
  field('template', 'template'),
  field('pattern', 'text', { path: 'answer.pattern', when: { priority: ['high'] } }),
  field('buttons', 'choices', { fields: [field('text', 'text')] }),
  field('reminders', 'group', { many: true, fields: [field('wait', 'duration', { path: 'afterSeconds' }), field('text', 'textarea')] }),
  field('files', 'files', { path: 'attachments', fields: [
    field('from', 'select', { own: true }), field('url', 'text', { when: from('url') }), field('mediaId', 'text', { when: from('mediaId') }),
    field('data', 'text', { own: true, when: from('message') }), field('title', 'text'), field('mime', 'text', { own: true, when: from('message') }),
  ] }),
  field('saveTo', 'text', { own: true, start: 'nodeline', startType: 'msg' }),
];
const one = { id: '', title: text(''), help: text(''), method: 'message.ask', line: true, fields, minted: [], outcomes: [], sends: true };
const model = { type: 'nodeline-test', category: 'WhatsApp actions', title: text(''), help: text(''), cases: [one] };

const filling = (def, { lang, flow, global } = {}) => new Filling(redOf(lang), nodeOf(flow, global), { chat: '', chatType: 'str', ...def }, model);
const made = (def, msg = {}, rest = {}, upload = undefined) => filling(def, rest).params({ _msgid: 'm', ...msg }, upload);

describe('constants', () => {
  test('each control gives its part of the request, and what says nothing is left out', async () => {
    assert.deepEqual(await made({
      chat: '+79990000001', body: 'Hi', count: '3', loud: true, priority: 'high', kinds: ['a', 'b'], mentions: '+1, +2', after: '2', afterUnit: 'hours',
      quote: 'ABC', template: 'visit/en', pattern: '\\d',
    }), {
      chat: '+79990000001', body: 'Hi', count: 3, loud: true, priority: 'high', kinds: ['a', 'b'], mentions: ['+1', '+2'], afterSeconds: 7200,
      quote: { messageId: 'ABC' }, template: { name: 'visit', language: 'en' }, answer: { pattern: '\\d' },
    });
    assert.deepEqual(await made({ body: ' ', count: '', loud: false, priority: 'normal', kinds: [], mentions: '', after: '', buttons: [], reminders: [], files: [] }), {});
  });

  test('a field that is not shown is neither sent nor read', async () => {
    assert.deepEqual(await made({ priority: 'normal', pattern: '$error("never read")', patternType: 'jsonata' }), {});
  });

  test('a field that was never saved begins as in a new node', async () => {
    assert.deepEqual(await new Filling(redOf(), nodeOf(), {}, model).params({ phone: '+7900' }), { chat: '+7900' });
  });
});

describe('values from elsewhere', () => {
  test('msg, flow, global, env and JSONata', async () => {
    process.env['NODELINE_TEST_PRIORITY'] = 'high';
    assert.deepEqual(await made({
      chat: 'payload.phone', chatType: 'msg', body: 'greeting', bodyType: 'flow', count: 'limit', countType: 'global',
      priority: 'NODELINE_TEST_PRIORITY', priorityType: 'env', mentions: 'payload.people.phone', mentionsType: 'jsonata', after: 'payload.wait', afterType: 'msg', afterUnit: 'minutes',
    }, { payload: { phone: 79990000001, people: [{ phone: '+1' }, { phone: '+2' }], wait: '5' } }, { flow: { greeting: 'Hello' }, global: { limit: 7 } }),
    { chat: '79990000001', body: 'Hello', count: 7, priority: 'high', mentions: ['+1', '+2'], afterSeconds: 300 });
  });

  test('what cannot be a text is refused by its label, in the language of the runtime', async () => {
    const def = { body: 'payload', bodyType: 'msg' };
    await assert.rejects(made(def, { payload: { a: 1 } }), (error) => error.code === 'invalid_request' && /"The body"/.test(error.message) && error.field === 'The body');
    await assert.rejects(made(def, { payload: { a: 1 } }, { lang: 'ru' }), /«Поле body»/);
    await assert.rejects(made({ count: 'payload', countType: 'msg' }, { payload: [] }), /"The count"/);
  });

  test('an expression that fails is told by its label', async () => {
    await assert.rejects(made({ body: '$error("broken")', bodyType: 'jsonata' }), /"The body".*broken/);
  });

  test('an event names the message that it brought', async () => {
    assert.deepEqual(await made({ quote: 'event', quoteType: 'msg' }, { event: { message: { id: 'ABC', from: { phone: '+7900' } } } }),
      { quote: { message: { id: 'ABC', from: { phone: '+7900' } } } });
  });
});

describe('lists', () => {
  test('choices keep their ids, a blank one is left out, and each text may come from elsewhere', async () => {
    assert.deepEqual(await made({ buttons: [
      { id: 'k1', text: 'Yes' }, { id: 'k2', text: ' ' }, { id: 'k3', text: 'payload.no', textType: 'msg' },
    ] }, { payload: { no: 'No' } }), { buttons: [{ text: 'Yes', id: 'k1' }, { text: 'No', id: 'k3' }] });
  });

  test('a list of a message: objects as in the request, or texts alone', async () => {
    assert.deepEqual(await made({ buttons: 'payload', buttonsType: 'msg' }, { payload: ['Yes', { text: 'No', id: 'no' }] }), { buttons: [{ text: 'Yes' }, { text: 'No', id: 'no' }] });
    assert.deepEqual(await made({ reminders: 'payload', remindersType: 'msg' }, { payload: '[{"afterSeconds":60,"text":"Well?"}]' }), { reminders: [{ afterSeconds: 60, text: 'Well?' }] });
    assert.deepEqual(await made({ buttons: 'payload', buttonsType: 'msg' }), {});
  });

  test('an item counts its durations in a unit of its own, and is told by its place', async () => {
    assert.deepEqual(await made({ reminders: [{ wait: '2', waitUnit: 'days', text: 'Well?' }] }), { reminders: [{ afterSeconds: 172_800, text: 'Well?' }] });
    await assert.rejects(made({ buttons: [{ id: 'a', text: 'A' }, { id: 'b', text: 'payload', textType: 'msg' }] }, { payload: {} }), /"The buttons 2: The text"/);
  });
});

describe('files', () => {
  const uploads = () => {
    const taken = [];
    return { taken, upload: async (file, title) => { taken.push({ ...file, title }); return `med_${taken.length}`; } };
  };

  test('by link, by id and of the message, which is uploaded', async () => {
    const { taken, upload } = uploads();
    const bytes = Buffer.from('%PDF');
    assert.deepEqual(await made({ files: [
      { from: 'url', url: 'https://a/b.pdf', mediaId: 'med_old' }, { from: 'mediaId', url: 'https://old', mediaId: 'med_x', title: 'X' },
      { from: 'message', data: 'payload', dataType: 'msg', mime: 'application/pdf', title: 'Bill.pdf' },
    ] }, { payload: bytes }, {}, upload), { attachments: [{ url: 'https://a/b.pdf' }, { mediaId: 'med_x', title: 'X' }, { mediaId: 'med_1', title: 'Bill.pdf' }] });
    assert.deepEqual(taken, [{ data: bytes, mime: 'application/pdf', title: 'Bill.pdf' }]);
  });

  test('a list of a message: bytes, links, ids and objects with one of them', async () => {
    const { taken, upload } = uploads();
    const kept = JSON.parse(JSON.stringify(Buffer.from('kept')));
    const { attachments } = await made({ files: 'files', filesType: 'msg' }, { files: [
      Buffer.from('a'), 'https://a/b', 'med_x', { url: 'https://c', title: 'C' }, { mediaId: 'med_y', name: 'Y' }, { data: Buffer.from('b'), filename: 'b.txt', mimetype: 'text/plain' }, kept,
    ] }, {}, upload);
    assert.deepEqual(attachments, [
      { mediaId: 'med_1' }, { url: 'https://a/b' }, { mediaId: 'med_x' }, { url: 'https://c', title: 'C' }, { mediaId: 'med_y', title: 'Y' }, { title: 'b.txt', mediaId: 'med_2' }, { mediaId: 'med_3' },
    ]);
    assert.deepEqual(taken.map(({ data, mime }) => [String(data), mime]), [['a', undefined], ['b', 'text/plain'], ['kept', undefined]]);
  });

  test('a content that holds several files gives them all', async () => {
    const { upload } = uploads();
    const { attachments } = await made({ files: [{ from: 'message', data: 'payload', dataType: 'msg' }] }, { payload: [Buffer.from('a'), 'https://a/b'] }, {}, upload);
    assert.deepEqual(attachments, [{ mediaId: 'med_1' }, { url: 'https://a/b' }]);
  });
});

describe('flows of before', () => {
  test('the kind of a choice\'s text was called type, and the one reminder had four fields', async () => {
    assert.deepEqual(await made({
      buttons: [{ id: 'yes', text: 'payload.yes', type: 'msg' }, { id: 'no', text: 'No', type: 'str' }],
      reminder: 'Well?', reminderType: 'str', reminderAfter: '2', reminderUnit: 'hours',
    }, { payload: { yes: 'Yes' } }), { buttons: [{ text: 'Yes', id: 'yes' }, { text: 'No', id: 'no' }], reminders: [{ afterSeconds: 7200, text: 'Well?' }] });
    assert.deepEqual(await made({ reminder: ' ', reminderAfter: '2' }), {});
    assert.deepEqual(await made({ reminder: 'Old', reminders: [] }), {}, 'what was saved since is what counts');
  });
});

test('chooser and switch choose the case, also in a node that never saved them', () => {
  const chosen = (of, def) => new Filling(redOf(), nodeOf(), def, of).case;
  const cases = [{ ...one, id: 'a' }, { ...one, id: 'b' }];
  const chooser = { ...model, cases, chooser: { param: 'operation', start: 'b' } };
  assert.equal(chosen(chooser, { operation: 'a' }).id, 'a');
  assert.equal(chosen(chooser, {}).id, 'b');
  assert.throws(() => chosen(chooser, { operation: 'c' }), /nodeline-test.*c/);
  const turned = { ...model, cases: [{ ...one, on: true }, { ...one, on: false }], switch: { param: 'wait', start: true } };
  assert.equal(chosen(turned, {}).on, true);
  assert.equal(chosen(turned, { wait: false }).on, false);
});

test('a field of the node itself is read beside the request', async () => {
  const node = filling({ saveTo: 'payload.result', saveToType: 'msg' });
  assert.deepEqual(node.stored('saveTo'), { value: 'payload.result', type: 'msg' });
  assert.deepEqual(await node.params({}), {});
  assert.equal(await node.own('saveTo', { payload: { result: 7 } }), 7);
  assert.equal(await node.own('saveTo', {}), undefined);
});
