// @ts-check
// Our Node-RED package, packed as it is published and installed as a user would.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/run.mjs';

/** Packs ui-manifests/node-red and installs the archive into a Node-RED user folder. */
export async function installPackage(/** @type {string} */ userDir) {
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-pack-'));
  try {
    await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', dir],
      { cwd: path.join(root, 'ui-manifests', 'node-red'), quiet: true });
    const archive = (await readdir(dir)).find((name) => name.endsWith('.tgz'));
    if (!archive) throw new Error('npm pack made no archive of ui-manifests/node-red');
    await writeFile(path.join(userDir, 'package.json'), '{"name":"node-red-project","private":true}\n');
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', path.join(dir, archive)],
      { cwd: userDir, quiet: true });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
