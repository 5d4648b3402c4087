import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, buttonOutputs, mapOutputs, placeOf } from './dist/units.mjs';

const outputs = (...ids) => buttonOutputs({ wait: true, buttons: ids.map((id) => ({ id })) });
const tail = ['other', 'no_answer', 'cancelled', 'error'];

test('outputs of a waiting node: its buttons, then the fixed ones', () => {
  assert.deepEqual(outputs('a', 'b'), ['button:a', 'button:b', ...tail]);
  assert.deepEqual(buttonOutputs({ wait: false, buttons: [{ id: 'a' }] }), ['sent', 'error']);
});

test('every wire follows its output', () => {
  const cases = [
    ['nothing changed', outputs('a', 'b'), outputs('a', 'b'), { 0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5 }],
    ['dragged', outputs('a', 'b', 'c'), outputs('c', 'a', 'b'), { 0: 1, 1: 2, 2: 0, 3: 3, 4: 4, 5: 5, 6: 6 }],
    ['removed', outputs('a', 'b', 'c'), outputs('a', 'c'), { 0: 0, 1: -1, 2: 1, 3: 2, 4: 3, 5: 4, 6: 5 }],
    ['added', outputs('a'), outputs('a', 'n'), { 0: 0, 1: 2, 2: 3, 3: 4, 4: 5, 'new-button:n': 1 }],
    ['replaced', outputs('a'), outputs('n'), { 0: -1, 1: 1, 2: 2, 3: 3, 4: 4, 'new-button:n': 0 }],
    ['no longer waits', outputs('a'), ['sent', 'error'], { 0: -1, 1: -1, 2: -1, 3: -1, 4: 1, 'new-sent': 0 }],
    ['waits again', ['sent', 'error'], outputs('a'), { 0: -1, 1: 4, 'new-button:a': 0, 'new-other': 1, 'new-no_answer': 2, 'new-cancelled': 3 }],
  ];
  for (const [name, before, after, want] of cases) {
    const map = mapOutputs(before, after);
    assert.deepEqual(map, want, name);
    // The editor counts outputs by this map.
    assert.equal(Object.values(map).filter((place) => place !== -1).length, after.length, name);
  }
});

test('an outcome finds its place as the buttons are now', () => {
  const now = outputs('c', 'a');
  assert.equal(placeOf(now, { kind: 'button', answer: { id: 'a' } }), 1);
  assert.equal(placeOf(now, { kind: 'button', answer: { id: 'gone' } }), 2);
  assert.equal(placeOf(now, { kind: 'other' }), 2);
  assert.equal(placeOf(now, { kind: 'no_answer' }), 3);
  assert.equal(placeOf(now, { kind: 'cancelled' }), 4);
  assert.equal(placeOf(now, { kind: 'error' }), 5);
});

test('a message goes out at its place alone', () => {
  assert.deepEqual(at(2, 'm'), [null, null, 'm']);
});
