// @ts-check
// What the tests read: the vectors and the built validator.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../..', import.meta.url));
export const dist = path.join(root, 'plugin', 'js', 'dist');

/** The bytes of validator.wasm. */
export const wasm = () => readFile(path.join(root, 'plugin', 'host', 'dist', 'validator.wasm'));

/** @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
const go = (command, args, env) => promisify(execFile)('go', [command, ...args], { cwd: root, env: { ...process.env, ...env } });

/**
 * The guest that fails on command: its method says how.
 * @param {boolean} [metered] whether its running time is bounded
 */
export async function brokenGuest(metered = true) {
  const dir = await mkdtemp(path.join(tmpdir(), 'guest-'));
  try {
    const file = path.join(dir, 'broken.wasm');
    await go('build', ['-buildmode=c-shared', '-o', file, './plugin/host/testdata/broken'],
      { GOOS: 'wasip1', GOARCH: 'wasm', CGO_ENABLED: '0' });
    if (metered) await go('run', ['./plugin/fuel/meter', file, file]);
    return await readFile(file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * The validator with another bound.
 * @param {number} limit units of fuel for one call
 */
export async function validatorWith(limit) {
  const dir = await mkdtemp(path.join(tmpdir(), 'guest-'));
  try {
    const file = path.join(dir, 'validator.wasm');
    await go('build', ['-buildmode=c-shared', '-o', file, './plugin/guest'], { GOOS: 'wasip1', GOARCH: 'wasm', CGO_ENABLED: '0' });
    await go('run', ['./plugin/fuel/meter', '-limit', String(limit), file, file]);
    return await readFile(file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * @typedef {{field: string, rule: string, limit?: number, actual?: number, message?: string}} Want
 * @typedef {{name: string, layer: string, method: string, lang?: 'en' | 'ru', params?: unknown, raw?: string,
 *   rawBase64?: string, ok: boolean, issues?: Want[], warnings?: Want[]}} Case
 */

/** Every vector. @returns {Promise<Case[]>} */
export async function vectors() {
  const dir = path.join(root, 'schema', 'vectors');
  const names = (await readdir(dir)).filter((name) => name.endsWith('.json')).sort();
  const lists = await Promise.all(names.map(async (name) => JSON.parse(await readFile(path.join(dir, name), 'utf8'))));
  return lists.flat();
}

/** A vector's params as bytes, with $repeat and $nest written out. @param {Case} one */
export function inputOf({ params, raw, rawBase64 }) {
  if (rawBase64 !== undefined) return new Uint8Array(Buffer.from(rawBase64, 'base64'));
  return new TextEncoder().encode(raw ?? JSON.stringify(params, (_, value) => expand(value)));
}

/** @param {any} value */
function expand(value) {
  if (Array.isArray(value?.$repeat)) return value.$repeat[0].repeat(value.$repeat[1]);
  if (value?.$nest === undefined) return value;
  /** @type {unknown[]} */
  let list = [];
  for (let level = 1; level < value.$nest; level++) list = [list];
  return list;
}

/**
 * Where a verdict parts from what a vector wants; empty when it holds.
 * @param {Case} want @param {{ok: boolean, issues: any[], warnings: any[]}} got
 */
export function differences(want, got) {
  const wrong = [];
  if (got.ok !== want.ok) wrong.push(`ok is ${got.ok}, want ${want.ok}`);
  for (const kind of /** @type {const} */ (['issues', 'warnings'])) {
    const wanted = want[kind] ?? [];
    const same = got[kind].length === wanted.length && wanted.every((one, i) => holds(one, got[kind][i]));
    if (!same) wrong.push(`${kind} are ${JSON.stringify(got[kind])}, want ${JSON.stringify(wanted)}`);
  }
  return wrong;
}

/** @param {Want} want @param {any} got */
const holds = (want, got) => got.field === want.field && got.rule === want.rule && (got.limit ?? 0) === (want.limit ?? 0)
  && (got.actual ?? 0) === (want.actual ?? 0) && (want.message === undefined || got.message === want.message);
