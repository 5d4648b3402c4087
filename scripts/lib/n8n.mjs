// @ts-check
// n8n and the Node.js that it needs, in the cache. Large: a person is asked first.
import { existsSync } from 'node:fs';
import { mkdir, readdir, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { installed, npm } from './cached.mjs';
import { cache, n8nDir, node24, node24Dir, node24Package, versions } from './paths.mjs';
import { run } from './run.mjs';
import { agree, Plain, say, since, step } from './say.mjs';

/** What an installed n8n takes, and what must be free while it is installed, GB. */
const size = { installed: 2.9, needed: 4 };

/** How often a long install tells where it is, milliseconds. */
const telling = 15000;

const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];

/** Installs Node.js 24, for n8n and the newest Node-RED, into the cache and returns its path. */
export async function ensureNode24() {
  if (!existsSync(node24)) {
    await step(`install Node.js ${versions.node24} into ${node24Dir}`, () =>
      installed(node24Dir, async (dir) => {
        await writeFile(path.join(dir, 'package.json'), '{"private":true}\n');
        await run(npm, ['install', '--ignore-scripts', ...quiet, `${node24Package}@${versions.node24}`], { cwd: dir, quiet: true });
      }));
  }
  return node24;
}

/**
 * Installs n8n into the cache, after a yes, and returns its folder.
 * Only SQLite's driver needs its install script; it is built against the headers of
 * n8n's own Node.js. linkedom is held back: newer ones do not load.
 */
export async function ensureN8n() {
  if (existsSync(path.join(n8nDir, 'node_modules', 'n8n', 'bin', 'n8n'))) {
    await ensureNode24();
    return n8nDir;
  }
  await mkdir(cache, { recursive: true });
  const { bavail, bsize } = await statfs(cache);
  const full = tooFull(bavail * bsize);
  if (full) throw new Plain(full);
  const what = `n8n ${versions.n8n} (about ${size.installed} GB in ${n8nDir}, some minutes, once)`;
  if (!(await agree(`Install ${what}?`))) {
    throw new Plain(`n8n is needed here and is not installed. Nothing so large is installed unasked: run again with NODELINE_YES=1 to install ${what}, `
      + 'or name another folder for it with NODELINE_CACHE.');
  }
  const node = await ensureNode24();
  await step(`install ${what}`, () => installed(n8nDir, (dir) => fill(dir, node)));
  return n8nDir;
}

/** Why n8n cannot be installed where this many bytes are free; empty where it can. @param {number} free */
export function tooFull(free) {
  const gigabytes = free / 1e9;
  if (gigabytes >= size.needed) return '';
  return `n8n needs ${size.needed} GB free while it is installed, and ${cache} has ${gigabytes.toFixed(1)} GB. `
    + 'Free some, or name a folder on a larger disk with NODELINE_CACHE.';
}

/** @param {string} dir @param {string} node */
async function fill(dir, node) {
  await writeFile(path.join(dir, 'package.json'), `${JSON.stringify({ private: true, overrides: { linkedom: '0.18.14' } })}\n`);
  const env = {
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
    npm_config_nodedir: path.dirname(path.dirname(node)),
  };
  const start = Date.now();
  const timer = setInterval(() => {
    void packagesIn(dir).then((count) => say(`  ${count ? `${count} packages` : 'finding out what it needs'}, ${since(start)}`));
  }, telling);
  try {
    await run(npm, ['install', '--ignore-scripts', '--omit=dev', ...quiet, `n8n@${versions.n8n}`], { cwd: dir, env, quiet: true });
    await run(npm, ['rebuild', 'sqlite3', '--foreground-scripts', ...quiet], { cwd: dir, env, quiet: true });
  } finally {
    clearInterval(timer);
  }
}

/** How many packages a folder has so far. @param {string} dir */
async function packagesIn(dir) {
  const modules = path.join(dir, 'node_modules');
  const list = async (/** @type {string} */ folder) => (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith('.'));
  const names = await list(modules);
  const scopes = await Promise.all(names.filter((name) => name.startsWith('@')).map((scope) => list(path.join(modules, scope))));
  return names.filter((name) => !name.startsWith('@')).length + scopes.flat().length;
}
