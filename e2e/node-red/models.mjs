// @ts-check
// The models of the package's nodes, as its dialogs draw them.
import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';

const packageDir = path.join(root, 'ui-manifests', 'node-red');

/** Every model by its type. @returns {Promise<Record<string, any>>} */
export async function readModels() {
  const { outputFiles } = await build({ entryPoints: [path.join(packageDir, 'src', 'generated', 'models.gen.ts')], bundle: true, write: false, format: 'esm' });
  const { models } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')}`);
  return models;
}

/** The types that the package registers, its config node left out. @returns {Promise<string[]>} */
export async function registered() {
  const { 'node-red': { nodes } } = JSON.parse(await readFile(path.join(packageDir, 'package.json'), 'utf8'));
  return Object.keys(nodes).filter((type) => type !== 'nodeline-line');
}
