// @ts-check
// The parts of a preview that no phone is needed for: WhatsApp's marks, and what only a message brings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnOf, nameOf, placeholder, plainText, rich } from './dist/units.mjs';

const known = { lang: 'en', template: () => undefined };
const strong = (/** @type {any[]} */ ...of) => ({ tag: 'strong', of });

/** @type {[string, any[]][]} */
const marks = [
  ['plain', ['plain']],
  ['*bold*, _it_, ~no~', [strong('bold'), ', ', { tag: 'em', of: ['it'] }, ', ', { tag: 's', of: ['no'] }]],
  ['*a _b_*', [strong('a ', { tag: 'em', of: ['b'] })]],
  ['2*3*4', ['2*3*4']],
  ['* a*', ['* a*']],
  ['*a *', ['*a *']],
  ['*a\nb*', ['*a\nb*']],
  ['**a**', ['**a**']],
  ['snake_case_name', ['snake_case_name']],
  ['`a *b*`', [{ tag: 'code', of: ['a *b*'] }]],
  ['```x *y*``` z', [{ tag: 'block', of: ['x *y*'] }, ' z']],
  ['```x', ['```x']],
  ['``````', ['``````']],
  ['*жирный*.', [strong('жирный'), '.']],
  ['see https://a.example/x_y_z, ok', ['see ', { tag: 'link', of: ['https://a.example/x_y_z'] }, ', ok']],
  ['<b>&amp;', ['<b>&amp;']],
];

for (const [text, pieces] of marks) {
  test(`marks of ${JSON.stringify(text)}`, () => assert.deepEqual(rich(text), pieces));
}

test('a value that a message brings is a piece of its own, also inside marks', () => {
  assert.deepEqual(rich(`Hi ${placeholder(0)}, *${placeholder(1)}*`), ['Hi ', { unknown: 0 }, ', ', strong({ unknown: 1 })]);
  assert.equal(plainText(`*${placeholder(1)}* https://x.example/${placeholder(0)}`, ['msg.id', 'msg.name']), '{msg.name} https://x.example/{msg.id}');
});

test('choices that a message brings are one choice', () => {
  const { forms } = drawnOf('message.sendButtons', { body: 'Ok?', buttons: placeholder(0) }, known);
  assert.deepEqual(forms.map((/** @type {any} */ { form, rung }) => [form, rung]), [['numbered', 0], ['native', -1]]);
  assert.equal(forms[0].look.body, `Ok?\n\n1. ${placeholder(0)}`);
});

test('numbered text surely shows: nothing after it is tried', () => {
  const { forms } = drawnOf('message.sendButtons', { body: 'Ok?', buttons: [{ text: 'a' }, { text: 'b' }], renderings: ['numbered', 'poll'] }, known);
  assert.deepEqual(forms.map((/** @type {any} */ { form, rung }) => [form, rung]), [['numbered', 0], ['poll', -1], ['native', -1]]);
});

test('a rendering that a message brings is shown as automatic', () => {
  const drawn = drawnOf('message.sendButtons', { body: 'Ok?', buttons: [{ text: 'a' }, { text: 'b' }], rendering: placeholder(0) }, known);
  assert.equal(drawn.reason, 'auto');
});

/** @type {[string, any, any[]][]} */
const files = [
  ['a caption goes with the first file', { text: 'Prices', attachments: [{ url: 'https://x.example/a%20b.pdf?x=1' }, { url: 'https://x.example/p.png' }] },
    [['file', 'Prices', 'document', 'a b.pdf'], ['file', '', 'image', 'p.png']]],
  ['sound takes none', { text: 'Listen', attachments: [{ url: 'https://x.example/a.ogg' }] }, [['text', 'Listen', undefined, undefined], ['file', '', 'voice', 'a.ogg']]],
  ['as a document everything takes one', { as: 'document', text: 'Listen', attachments: [{ url: 'https://x.example/a.ogg', title: 'Song' }] }, [['file', 'Listen', 'document', 'Song']]],
  ['too long for a caption', { text: 'я'.repeat(1025), attachments: [{ url: 'https://x.example/a.png' }] }, [['text', 'я'.repeat(1025), undefined, undefined], ['file', '', 'image', 'a.png']]],
  ['of the message: called by where it comes from', { attachments: [{ mediaId: 'dialog', data: placeholder(0) }] }, [['file', '', 'document', placeholder(0)]]],
  ['blank is no caption', { text: ' ', attachments: [{ mediaId: 'med_1' }] }, [['file', '', 'document', '']]],
];

for (const [name, params, shown] of files) {
  test(`files: ${name}`, () => {
    const { looks } = drawnOf('message.send', params, known);
    assert.deepEqual(looks.map((/** @type {any} */ { kind, body, file }) => [kind, body, file?.kind, file?.name]), shown);
  });
}

test('a template with a file above has its choices in the caption; a variable without a value stands as it is', () => {
  const content = { header: { image: 'https://x.example/map.png' }, body: 'Hi {{who}}, {{day}} it is.', footer: 'Clinic', buttons: [{ text: 'Yes' }] };
  const use = { name: 'visit', language: 'en', headerUrl: 'https://x.example/other.png', variables: [{ name: 'who', value: 'Ann' }] };
  const { looks, reason } = drawnOf('message.sendTemplate', { template: use }, { lang: 'en', template: () => ({ content }) });
  assert.equal(reason, 'caption');
  assert.deepEqual([looks[0].kind, looks[0].file.name, looks[0].body], ['file', 'other.png', 'Hi Ann, {{day}} it is.\n\n1. Yes\n\n_Clinic_']);
});

test('an unknown value is called by where it comes from, also in an item that stands elsewhere in the dialog', () => {
  const shown = {
    case: { fields: [{ path: 'body', param: 'message' }, { path: 'buttons', param: 'buttons', fields: [{ path: 'text', param: 'text' }] }] },
    stored: { message: 'a & b', messageType: 'jsonata', buttons: [{ text: '' }, { text: 'CITY', textType: 'env' }, { text: 'label', textType: 'msg' }] },
    places: new Map([['buttons', [1, 2]]]),
  };
  assert.deepEqual(['body', 'buttons[0].text', 'buttons[1].text'].map((path) => nameOf(/** @type {any} */ (shown), path)), ['a & b', '${CITY}', 'msg.label']);
});
