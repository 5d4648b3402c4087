import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, caseOf, mapOutputs, portFor, portLabel, portsOf } from './dist/units.mjs';

const text = (en, ru = en) => ({ en, ru });
const outcome = (id, label, takes = [id], more = {}) => ({ id, label: text(label), takes, ...more });
const tail = [outcome('other', 'Other'), outcome('no_answer', 'None'), outcome('cancelled', 'Cancelled'), outcome('error', 'Error')];
const choices = (param, own) => ({ path: param, param, control: 'choices', label: text('x'), help: text(''), ...(own ? { own } : {}) });
const one = (id, fields, outcomes, on) => ({ id, ...(on === undefined ? {} : { on }), title: text(id), help: text(''), method: 'message.ask', line: true, fields, minted: [], outcomes, sends: true });
const perChoice = (param) => outcome('button', 'Choice {n}', ['button'], { perChoice: param });

const buttons = one('', [choices('buttons')], [perChoice('buttons'), ...tail], true);
const sends = one('', [], [outcome('result', 'Sent', ['result']), outcome('error', 'Error')], false);
const free = one('text', [], [outcome('answered', 'Answered'), ...tail]);
const template = one('template', [choices('choices', true)], [perChoice('choices'), ...tail]);
const switched = { type: 'x', category: '', title: text(''), help: text(''), switch: { param: 'wait', start: true }, cases: [buttons, sends] };
const chosen = { ...switched, switch: undefined, chooser: { param: 'ask', start: 'text' }, cases: [template, free] };

const ids = (held, stored) => portsOf(held, stored).map(({ id }) => id);
const fixed = ['other', 'no_answer', 'cancelled', 'error'];

test('switch and chooser pick the case, and their start counts where nothing is stored', () => {
  assert.equal(caseOf(switched, { wait: true }), buttons);
  assert.equal(caseOf(switched, { wait: false }), sends);
  assert.equal(caseOf(switched, {}), buttons);
  assert.equal(caseOf(chosen, {}), free);
  assert.equal(caseOf(chosen, { ask: 'template' }), template);
  assert.equal(caseOf(chosen, { ask: 'gone' }), template);
});

test('choices have an output each, by their ids; what a message brings has one for all', () => {
  const held = { buttons: [{ id: 'y', text: 'Да', textType: 'str' }, { id: '', text: 'payload.no', textType: 'msg' }, { id: 'o', text: 'Old', type: 'str' }] };
  assert.deepEqual(ids(buttons, held), ['button:y', 'button:b2', 'button:o', ...fixed]);
  assert.deepEqual(portsOf(buttons, held).map((port) => portLabel(port, 'en')), ['Да', 'Choice 2', 'Old', 'Other', 'None', 'Cancelled', 'Error']);
  assert.deepEqual(ids(buttons, { buttons: [], buttonsType: 'list' }), fixed);
  for (const buttonsType of ['msg', 'flow', 'global', 'env', 'jsonata']) {
    const ports = portsOf(buttons, { buttons: 'payload', buttonsType });
    assert.deepEqual(ports.map(({ id }) => id), ['button', ...fixed]);
    assert.equal(portLabel(ports[0], 'ru'), 'Получен ответ');
    assert.equal(portFor(ports, { kind: 'button', answer: { id: 'whatever' } }), 0);
  }
  assert.deepEqual(ids(template, {}), ['button', ...fixed], 'a template of which nothing is known');
  assert.deepEqual(ids(template, { choices: [{ id: 'b1', text: 'Yes' }] }), ['button:b1', ...fixed]);
});

test('every wire follows its output over each change', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((id) => ({ id, text: id }));
  const of = (...list) => ids(buttons, { buttons: list });
  const changes = [
    ['dragged', of(a, b, c), of(c, a, b), { 0: 1, 1: 2, 2: 0, 3: 3, 4: 4, 5: 5, 6: 6 }],
    ['removed', of(a, b), of(b), { 0: -1, 1: 0, 2: 1, 3: 2, 4: 3, 5: 4 }],
    ['switched off', of(a), ids(sends, {}), { 0: -1, 1: -1, 2: -1, 3: -1, 4: 1, 'new-result': 0 }],
    ['switched on', ids(sends, {}), of(a), { 0: -1, 1: 4, 'new-button:a': 0, 'new-other': 1, 'new-no_answer': 2, 'new-cancelled': 3 }],
    ['asked otherwise', of(a), ids(free, {}), { 0: -1, 1: 1, 2: 2, 3: 3, 4: 4, 'new-answered': 0 }],
    ['brought by the message', of(a, b), ids(buttons, { buttons: 'x', buttonsType: 'msg' }), { 0: -1, 1: -1, 2: 1, 3: 2, 4: 3, 5: 4, 'new-button': 0 }],
  ];
  for (const [name, before, after, want] of changes) {
    const map = mapOutputs(before, after);
    assert.deepEqual(map, want, name);
    assert.equal(Object.values(map).filter((place) => place !== -1).length, after.length, name);
  }
});

test('an outcome without an output of its own leaves by other, and never by a wrong choice', () => {
  const now = portsOf(buttons, { buttons: [{ id: 'c', text: '' }, { id: 'a', text: '' }] });
  const place = (kind, id) => portFor(now, { kind, ...(id ? { answer: { id } } : {}) });
  assert.deepEqual([place('button', 'a'), place('button', 'gone'), place('answered', ''), place('other'), place('no_answer'), place('cancelled'), place('error')],
    [1, 2, 2, 2, 3, 4, 5]);
  const words = portsOf(free, {});
  assert.equal(portFor(words, { kind: 'answered', answer: { id: '' } }), 0);
  assert.equal(portFor(words, { kind: 'button', answer: { id: 'a' } }), 1);
});

test('a message goes out at its place alone', () => {
  assert.deepEqual(at(2, 'm'), [null, null, 'm']);
});
