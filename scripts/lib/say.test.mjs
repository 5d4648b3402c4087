// @ts-check
// What a recipe says of itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** Runs a recipe's script. @param {string} name @param {string[]} args */
function recipe(name, ...args) {
  const done = spawnSync(process.execPath, [fileURLToPath(new URL(`../${name}.mjs`, import.meta.url)), ...args], { encoding: 'utf8' });
  return { status: done.status, out: done.stdout.trim(), err: done.stderr.trim() };
}

test('--help tells what a recipe takes, and does nothing else', () => {
  for (const name of ['bench', 'chaos', 'demo', 'demo-check', 'test']) {
    const { status, out, err } = recipe(name, '--help');
    assert.deepEqual({ status, err }, { status: 0, err: '' }, name);
    assert.match(out, new RegExp(`^just ${name} \\[`), name);
    assert.equal(recipe(name, '-h').out, out, name);
  }
});

test('a wrong option gets the same words, not a stack', () => {
  for (const name of ['chaos', 'demo', 'demo-check']) {
    const { status, out, err } = recipe(name, '--nope');
    assert.deepEqual({ status, out }, { status: 1, out: '' }, name);
    assert.equal(err, `✗ ${recipe(name, '--help').out}`, name);
  }
});
