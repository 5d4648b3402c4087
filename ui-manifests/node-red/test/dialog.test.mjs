// What a dialog stores, what it is judged by, and what Node-RED checks without it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { caseOf, defaultsOf, judgedRequest, loadValidator, models, ofConstants, outputsOf, portsOf, saveChanges, started, upgraded } from './dist/units.mjs';

const every = Object.values(models);
const buttons = models['nodeline-send-buttons'];
const ask = models['nodeline-ask-text'];
/** A new node, as the editor makes it. */
const fresh = (model, over = {}) => ({
  ...Object.fromEntries(Object.entries(defaultsOf(model)).filter(([, { value }]) => value !== undefined).map(([name, { value }]) => [name, structuredClone(value)])),
  _: (key, values = {}) => `${key} ${JSON.stringify(values)}`,
  ...over,
});
/** A new node set to one of its cases. */
const setTo = (model, one) => fresh(model, {
  ...(model.chooser ? { [model.chooser.param]: one.id } : {}), ...(model.switch ? { [model.switch.param]: one.on } : {}),
});
const wrong = (model, node) => Object.entries(defaultsOf(model)).flatMap(([name, { validate }]) => {
  const said = validate ? validate.call(node, node[name], {}) : true;
  return said === true ? [] : [said];
});

// The editor's language.
globalThis.RED = { i18n: { lang: () => 'en-US' } };

describe('defaults', () => {
  test('a rule has two arguments: else Node-RED takes its sentence for a pass', () => {
    for (const model of every) {
      for (const [name, { validate }] of Object.entries(defaultsOf(model))) if (validate) assert.equal(validate.length, 2, `${model.type} ${name}`);
    }
  });

  test('a new node has every property that its fields store, and as many outputs as it has ports', () => {
    for (const model of every) {
      const node = fresh(model);
      assert.equal(outputsOf(model), portsOf(caseOf(model, node), node).length, model.type);
      for (const { fields } of model.cases) {
        for (const field of fields) for (const name of Object.keys(started(field))) assert.ok(name in node, `${model.type} ${name}`);
      }
    }
    assert.deepEqual(fresh(buttons).buttons.map(({ id, text, textType }) => [id, text, textType]), [['bu1', '', 'str'], ['bu2', '', 'str']]);
    const { chat, chatType, deadline, deadlineUnit, rendering, wait, outputs, reminder } = fresh(buttons);
    assert.deepEqual({ chat, chatType, deadline, deadlineUnit, rendering, wait, outputs, reminder },
      { chat: 'phone', chatType: 'msg', deadline: 1, deadlineUnit: 'days', rendering: 'auto', wait: true, outputs: 6, reminder: undefined });
  });

  test('the one reminder of flows of before is kept when such a flow is loaded', () => {
    for (const name of ['reminder', 'reminderType', 'reminderAfter', 'reminderUnit']) assert.ok(name in defaultsOf(buttons));
  });

  test('what is missing, too long or out of bounds is said by the label of its field', () => {
    const filled = { body: 'Come?', buttons: [{ id: 'b1', text: 'Yes' }] };
    assert.deepEqual(wrong(buttons, fresh(buttons, filled)), []);
    assert.deepEqual(wrong(buttons, fresh(buttons)), ['Message: common.invalid.required {}', 'Buttons: common.invalid.items {"min":"1"}']);
    assert.deepEqual(wrong(buttons, fresh(buttons, { ...filled, header: '👩'.repeat(60) })), [], 'characters are code points');
    assert.deepEqual(wrong(buttons, fresh(buttons, { ...filled, header: '👩'.repeat(61) })), ['Header: common.invalid.long {"length":"61","max":"60"}']);
    assert.deepEqual(wrong(buttons, fresh(buttons, { ...filled, header: 'х'.repeat(61), headerType: 'msg' })), [], 'a message brings it');
    assert.deepEqual(wrong(buttons, fresh(buttons, { ...filled, deadline: 31 })), ['Wait at most: common.invalid.duration {"min":"1","max":"2592000"}']);
    assert.deepEqual(wrong(buttons, fresh(buttons, { ...filled, deadline: 'soon' })), ['Wait at most: common.invalid.number {}']);
    assert.deepEqual(wrong(buttons, fresh(buttons, { ...filled, deadline: 31, wait: false })), [], 'the other case has no deadline');
    assert.deepEqual(wrong(buttons, fresh(buttons, { ...filled, buttons: [{ id: 'b1', text: 'x'.repeat(21) }] })), ['Buttons: common.invalid.long {"length":"21","max":"20"}']);
    assert.deepEqual(wrong(buttons, fresh(buttons, { ...filled, buttons: 'payload.buttons', buttonsType: 'msg' })), []);
    assert.deepEqual(wrong(buttons, fresh(buttons, { ...filled, buttons: '', buttonsType: 'msg' })), ['Buttons: common.invalid.required {}']);
    assert.deepEqual(wrong(buttons, fresh(buttons, { ...filled, reminders: [{ after: 1, afterUnit: 'hours', text: '' }] })), ['Reminders: common.invalid.required {}']);
    assert.deepEqual(wrong(ask, fresh(ask, { body: 'When?', answerPattern: 'x'.repeat(501) })), [], 'a field that is not shown');
    assert.deepEqual(wrong(ask, fresh(ask, { body: 'When?', answerKind: 'pattern', answerPattern: 'x'.repeat(501) })).length, 1);
  });

  test('a flow of before has nothing wrong', () => {
    const before = { chat: 'phone', chatType: 'msg', body: 'Come?', bodyType: 'str', buttons: [{ id: 'yes', text: 'Yes', type: 'str' }], rendering: 'auto', wait: true, deadline: '1', deadlineUnit: 'hours' };
    assert.deepEqual(wrong(buttons, { ...before, _: () => '' }), []);
  });
});

describe('the judged request', () => {
  /** @type {Awaited<ReturnType<typeof loadValidator>>} */ let rules;
  before(async () => { rules = await loadValidator(await readFile(new URL('../resources/validator.wasm', import.meta.url))); });
  const judge = async (one, node) => {
    const judged = await judgedRequest(one, node);
    const { issues } = judged.method ? rules.judge(judged.method, judged.params, 'en') : { issues: [] };
    return { judged, issues };
  };

  test('of a new node the rules say only what has to be filled in', async () => {
    for (const model of every) {
      for (const one of model.cases) {
        const { judged, issues } = await judge(one, setTo(model, one));
        const other = ofConstants(judged, issues).filter(({ rule }) => rule !== 'notblank' && !rule.startsWith('required'));
        assert.deepEqual(other, [], `${model.type} ${one.id} ${one.on}`);
      }
    }
  });

  test('of a node whose every value comes with a message nothing is said', async () => {
    for (const model of every) {
      for (const one of model.cases) {
        const node = setTo(model, one);
        for (const field of one.fields) Object.assign(node, { [field.param]: 'payload', [`${field.param}Type`]: 'msg' });
        const { judged, issues } = await judge(one, node);
        assert.deepEqual(ofConstants(judged, issues), [], `${model.type} ${one.id} ${one.on}`);
      }
    }
  });

  test('an item that is left blank is not in the request, and places are those of the dialog', async () => {
    const node = fresh(buttons, { body: 'Come?', buttons: [{ id: 'a', text: '' }, { id: 'b', text: 'Yes' }, { id: 'c', text: 'x'.repeat(21) }] });
    const { judged, issues } = await judge(buttons.cases[0], node);
    assert.deepEqual(judged.params.buttons.map(({ id }) => id), ['b', 'c']);
    assert.deepEqual(judged.places.get('buttons'), [1, 2]);
    assert.deepEqual(issues.map(({ field }) => field), ['buttons[1].text']);
  });

  test('items of a message are judged by their own places', async () => {
    const node = fresh(buttons, { body: 'Come?', buttons: [{ id: 'a', text: 'payload.a', textType: 'msg' }, { id: 'b', text: 'Yes', textType: 'str' }] });
    const { judged, issues } = await judge(buttons.cases[0], node);
    assert.deepEqual([...judged.unknown].filter((path) => path.startsWith('buttons')), ['buttons[0].text']);
    assert.deepEqual(issues, []);
  });
});

describe('saving', () => {
  test('what nobody changed stays as it was', () => {
    const list = [{ id: 'yes', text: 'Yes', type: 'str' }];
    const node = { deadline: '1', buttons: list };
    const drawn = { deadline: '1', priority: 'normal', buttons: [{ id: 'yes', text: 'Yes', textType: 'str' }] };
    saveChanges(node, drawn, structuredClone(drawn));
    assert.deepEqual(node, { deadline: '1', buttons: list });
    assert.equal(node.buttons, list);
  });

  test('what was changed is put on the node', () => {
    const node = { deadline: '1' };
    saveChanges(node, { deadline: '1', priority: 'normal' }, { deadline: '2', priority: 'broadcast' });
    assert.deepEqual(node, { deadline: '2', priority: 'broadcast' });
  });

  test('the one reminder of before becomes the first of the list', () => {
    const node = { reminder: 'Hello?', reminderType: 'str', reminderAfter: '2', reminderUnit: 'hours' };
    const { reminders } = upgraded(buttons, node);
    assert.deepEqual(reminders, [{ after: '2', afterUnit: 'hours', text: 'Hello?', textType: 'str' }]);
    saveChanges(node, { reminders }, { reminders: [] });
    assert.deepEqual(JSON.parse(JSON.stringify(node)), { reminders: [] });
  });
});
