// @ts-check
// Checks the types and bundles the client for its own tests; the host packages
// bundle the sources themselves.
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

await build({
  absWorkingDir: here,
  entryPoints: { index: 'src/index.ts', ws: 'src/ws-socket.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node18',
  external: ['ws'],
});
