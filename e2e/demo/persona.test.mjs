// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { personas } from './persona.mjs';

test('a seed gives the same customers again, another seed others', () => {
  assert.deepEqual(personas(7), personas(7));
  assert.notDeepEqual(personas(7), personas(8));
});

test('every persona can be asked: labels fit, differ, and phones are whole', () => {
  for (let seed = 0; seed < 500; seed++) {
    for (const one of personas(seed)) {
      assert.equal(new Set(one.labels).size, 3);
      for (const label of one.labels) assert.ok([...label].length <= 20 && label, label);
      assert.match(one.phone, /^\+79[12]6\d{7}$/);
      assert.equal(one.typed.replace(/\D/g, '').slice(1), one.phone.slice(2));
      assert.ok(one.chosen >= 0 && one.chosen < 3);
    }
  }
});
