// @ts-check
// Checks the types and builds the package: dist/<node>/ with the runtime, the
// editor's half, locales and icons, and resources/ with what the editor loads.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { helpPage } from './help.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const from = (/** @type {string[]} */ ...parts) => path.join(here, ...parts);
// A folder per node; what has no runtime yet is no node yet.
const nodes = (await readdir(from('src', 'nodes'))).filter((name) => existsSync(from('src', 'nodes', name, `${name}.ts`)));
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

/** Settings of all that runs in the editor: pages and modules are read as UTF-8. @type {import('esbuild').BuildOptions} */
const inEditor = { bundle: true, target: 'es2020', minify: true, legalComments: 'none', charset: 'utf8' };

/**
 * Leaves of a model what a node registers by: help and examples are for
 * its dialog, which brings its own copy once.
 * @type {import('esbuild').Plugin}
 */
const lean = {
  name: 'lean',
  setup: (plugin) => plugin.onLoad({ filter: /src.generated.[a-z-]+\.gen\.ts$/ }, async ({ path: file }) => {
    const { model } = await loaded(file);
    const fields = (/** @type {any[]} */ list) => list.map(({ help: _h, example: _e, options: _o, fields: inner, ...kept }) => ({ ...kept, ...(inner && { fields: fields(inner) }) }));
    const cases = model.cases.map((/** @type {any} */ { help: _h, minted: _m, fixed: _f, fields: list, ...kept }) => ({ ...kept, fields: fields(list) }));
    return { contents: `export const model = ${JSON.stringify({ ...model, help: undefined, cases })};`, loader: 'js' };
  }),
};

/** A generated module, run. @param {string} file @returns {Promise<any>} */
async function loaded(file) {
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, write: false, format: 'esm' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')}`);
}

/** The editor's half of a node: template and script in one page. @param {string} name @param {string} style */
async function editor(name, style) {
  const { outputFiles } = await build({ ...inEditor, entryPoints: [from('src', 'nodes', name, 'editor.ts')], write: false, format: 'iife', plugins: [lean] });
  const script = outputFiles[0]?.text.replaceAll('</script', '<\\/script') ?? '';
  const own = from('src', 'nodes', name, `${name}.html`);
  const template = existsSync(own) ? await readFile(own, 'utf8') : (await readFile(from('src', 'editor', 'dialog.html'), 'utf8')).replace('{type}', `nodeline-${name}`);
  await writeFile(from('dist', name, `${name}.html`), `${style}${template}<script type="text/javascript">\n${script}</script>\n`);
}

/** The dialog of every node, which the editor loads when the first one opens. */
async function dialog() {
  await build({ ...inEditor, entryPoints: [from('src', 'editor', 'main.ts')], outfile: from('resources', 'editor.min.js'), format: 'esm' });
}

/** A node's texts with the common ones, and its help. @param {string} name */
async function texts(name) {
  for (const locale of locales) {
    const dir = from('dist', name, 'locales', locale);
    await mkdir(dir, { recursive: true });
    const { palette, ...common } = await json(from('src', 'locales', `common.${locale}.json`));
    const own = from('src', 'nodes', name, 'locales', `${locale}.json`);
    await writeFile(path.join(dir, `${name}.json`), JSON.stringify({ palette, common, ...(existsSync(own) ? await json(own) : {}) }));
    const page = await readFile(from('src', 'nodes', name, 'locales', `${locale}.html`), 'utf8');
    await writeFile(path.join(dir, `${name}.html`), await helpPage(page, help[`nodeline-${name}`], locale));
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

/** @type {Record<string, import('./help.mjs').Help>} */
const help = await json(from('src', 'generated', 'help.gen.json'));
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
const sheets = await Promise.all([['editor', 'style.css'], ['editor', 'preview', 'preview.css'], ['nodes', 'line', 'line.css']].map((sheet) => readFile(from('src', ...sheet), 'utf8')));
const style = `<style>\n${sheets.join('')}</style>\n`;
for (const name of nodes) {
  await runtime(name);
  await mkdir(from('dist', name), { recursive: true });
  await editor(name, name === 'line' ? style : '');
  await texts(name);
}
await dialog();
await units();
for (const name of nodes) {
  await cp(from('src', 'icons', `nodeline-${name}.svg`), from('dist', name, 'icons', `nodeline-${name}.svg`));
}
