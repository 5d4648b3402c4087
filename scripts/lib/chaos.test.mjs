// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaosArgs } from './chaos.mjs';
import { Plain } from './say.mjs';

test('options reach the program', () => {
  assert.deepEqual(chaosArgs([]), []);
  assert.deepEqual(chaosArgs(['--seed', '7', '--seconds=0.5', '--no-clock', '--keep']), ['-seed=7', '-seconds=0.5', '-clock=false', '-keep']);
});

test('anything else gets the usage', () => {
  for (const bad of [['--seed'], ['--seed', 'x'], ['--binary', '1'], ['7'], ['--seconds=-1'], ['-seed', '1']]) {
    assert.throws(() => chaosArgs(bad), (err) => err instanceof Plain && err.message.includes('--seconds'), bad.join(' '));
  }
});
