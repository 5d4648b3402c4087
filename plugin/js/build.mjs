// @ts-check
// Checks the types and builds dist/: an ES module, and a script that a page loads
// as window.nodelineValidator. The host packages bundle the sources themselves.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const checked = spawnSync(process.execPath, [tsc, '-p', here], { stdio: 'inherit' });
if (checked.status !== 0) process.exit(checked.status ?? 1);

/** @type {import('esbuild').BuildOptions} */
const common = { absWorkingDir: here, entryPoints: ['src/index.ts'], bundle: true, minify: true, target: 'es2020' };
await build({ ...common, format: 'esm', outfile: 'dist/index.js' });
await build({ ...common, format: 'iife', globalName: 'nodelineValidator', outfile: 'dist/validator.global.js' });
