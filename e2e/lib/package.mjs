// @ts-check
// Our packages, packed as they are published and installed as a user would.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';

/** Packs ui-manifests/node-red and installs the archive into a Node-RED user folder. */
export const installPackage = (/** @type {string} */ userDir) =>
  installed(userDir, 'node-red-project', path.join(root, 'ui-manifests', 'node-red'), ['--prefer-offline']);

/**
 * Packs an n8n package and installs the archive where n8n keeps its community nodes.
 * It has no dependencies of its own, so no registry is asked.
 * @param {string} userFolder N8N_USER_FOLDER
 * @param {string} [folder] the package, built
 */
export const installNodes = (userFolder, folder = path.join(root, 'ui-manifests', 'n8n')) =>
  installed(path.join(userFolder, '.n8n', 'nodes'), 'installed-nodes', folder, ['--offline', '--legacy-peer-deps']);

/** @param {string} target @param {string} project @param {string} folder @param {string[]} options npm's */
async function installed(target, project, folder, options) {
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-pack-'));
  try {
    await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', dir], { cwd: folder, quiet: true });
    const archive = (await readdir(dir)).find((name) => name.endsWith('.tgz'));
    if (!archive) throw new Error(`npm pack made no archive of ${path.relative(root, folder)}`);
    await mkdir(target, { recursive: true });
    await writeFile(path.join(target, 'package.json'), `${JSON.stringify({ name: project, private: true })}\n`);
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...options, path.join(dir, archive)], { cwd: target, quiet: true });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
