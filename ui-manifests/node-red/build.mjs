// @ts-check
// Checks the types and builds the package: dist/<node>/ with the runtime, the
// editor's half, locales and icons, and resources/ with what the editor loads.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const from = (/** @type {string[]} */ ...parts) => path.join(here, ...parts);
const nodes = ['line', 'check-number', 'send-text', 'send-buttons'];
const locales = ['en-US', 'ru'];
const wasm = from('..', '..', 'plugin', 'host', 'dist', 'validator.wasm');

/** @param {string} file */
const json = async (file) => JSON.parse(await readFile(file, 'utf8'));

function checkTypes() {
  const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const done = spawnSync(process.execPath, [tsc, '-p', here], { stdio: 'inherit' });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

/** The runtime of a node: one CommonJS file with everything in it. @param {string} name */
async function runtime(name) {
  await build({
    entryPoints: [from('src', 'nodes', name, `${name}.ts`)],
    outfile: from('dist', name, `${name}.js`),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node18',
    // Optional speed-ups of ws, which it does without.
    external: ['bufferutil', 'utf-8-validate'],
    footer: { js: 'module.exports = module.exports.default;' },
  });
}

/** The editor's half of a node: template and script in one page. @param {string} name @param {string} style */
async function editor(name, style) {
  const { outputFiles } = await build({
    entryPoints: [from('src', 'nodes', name, 'editor.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
  });
  const script = outputFiles[0]?.text.replaceAll('</script', '<\\/script') ?? '';
  const template = await readFile(from('src', 'nodes', name, `${name}.html`), 'utf8');
  await writeFile(from('dist', name, `${name}.html`), `${style}${template}<script type="text/javascript">\n${script}</script>\n`);
}

/** A node's texts with the common ones, and its help. @param {string} name */
async function texts(name) {
  for (const locale of locales) {
    const dir = from('dist', name, 'locales', locale);
    await mkdir(dir, { recursive: true });
    const common = await json(from('src', 'locales', `common.${locale}.json`));
    const own = await json(from('src', 'nodes', name, 'locales', `${locale}.json`));
    await writeFile(path.join(dir, `${name}.json`), JSON.stringify({ common, ...own }));
    await copyFile(from('src', 'nodes', name, 'locales', `${locale}.html`), path.join(dir, `${name}.html`));
  }
}

/** The parts that the unit tests reach into; not part of the package. */
async function units() {
  await build({
    entryPoints: [from('test', 'units.ts')],
    outfile: from('test', 'dist', 'units.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node18',
  });
}

checkTypes();
if (!existsSync(wasm)) {
  process.stderr.write('plugin/host/dist/validator.wasm is not built: run just build\n');
  process.exit(1);
}
await rm(from('dist'), { recursive: true, force: true });
await rm(from('resources'), { recursive: true, force: true });
await mkdir(from('resources'), { recursive: true });
await copyFile(wasm, from('resources', 'validator.wasm'));
// The line is a part of every flow of ours, so its page brings the common style.
const sheets = await Promise.all([['style.css'], ['preview', 'preview.css']].map((sheet) => readFile(from('src', 'editor', ...sheet), 'utf8')));
const style = `<style>\n${sheets.join('')}</style>\n`;
for (const name of nodes) {
  await runtime(name);
  await mkdir(from('dist', name), { recursive: true });
  await editor(name, name === 'line' ? style : '');
  await texts(name);
}
await units();
for (const name of nodes) {
  await cp(from('src', 'icons', `nodeline-${name}.svg`), from('dist', name, 'icons', `nodeline-${name}.svg`));
}
