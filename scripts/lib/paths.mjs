// @ts-check
// Where things are, and the versions of the tools that setup installs.
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '');

/** Folder of installed tools, shared by every clone: NODELINE_CACHE, by default ~/.cache/nodeline. */
export const cache = process.env.NODELINE_CACHE || path.join(homedir(), '.cache', 'nodeline');

/** Pictures, logs and data of runs. Git-ignored. */
export const out = path.join(root, 'out');

const exe = process.platform === 'win32' ? '.exe' : '';

/** The built sidecar. */
export const binary = path.join(root, 'bin', `nodeline${exe}`);

/** The built chaos runner. */
export const chaosBinary = path.join(root, 'bin', `chaos${exe}`);

/** Versions of what is installed into the cache; a new version gets a new folder. */
export const versions = { nodeRed: '4.1.15', staticcheck: 'v0.8.2', node: [20, 19], go: [1, 26] };

/** Node-RED's folder in the cache: its package.json and node_modules. */
export const nodeRedDir = path.join(cache, `node-red-${versions.nodeRed}`);

/** staticcheck in the cache. Keyed by Go's version too: it must read what that Go writes. */
export const staticcheckBinary = (/** @type {string} */ goVersion) =>
  path.join(cache, `staticcheck-${versions.staticcheck}-${goVersion}`, `staticcheck${exe}`);
