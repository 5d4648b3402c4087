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

/** The n8n package: no workspace of the root's, with a lockfile and node_modules of its own. */
export const n8nPackage = path.join(root, 'ui-manifests', 'n8n');

const exe = process.platform === 'win32' ? '.exe' : '';

/** The built sidecar. */
export const binary = path.join(root, 'bin', `nodeline${exe}`);

/** The built chaos runner. */
export const chaosBinary = path.join(root, 'bin', `chaos${exe}`);

/** Versions of what is installed into the cache; a new version gets a new folder. n8n and the newer Node-RED run on node24. */
export const versions = {
  nodeRed: '4.1.15', nodeRed5: '5.0.7', n8n: '2.41.1', node24: '24.21.0', nodeRedDev: '0.1.6', staticcheck: 'v0.8.2', node: [20, 19], go: [1, 26],
};

/** The folder of Node.js 24. */
export const node24Dir = path.join(cache, `node-${versions.node24}`);

/** npm's package of that Node.js for this system. */
export const node24Package = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** That Node.js itself. */
export const node24 = path.join(node24Dir, 'node_modules', node24Package, 'bin', `node${exe}`);

/**
 * @typedef {object} NodeRed a Node-RED to run on
 * @property {string} version
 * @property {string} dir its folder in the cache: package.json and node_modules
 * @property {string} node the Node.js that it runs on
 */

/** Both Node-REDs of the tests: the one of most who have it, on this Node.js, and the newest, which needs a newer one. @type {NodeRed[]} */
export const nodeReds = [
  { version: versions.nodeRed, dir: path.join(cache, `node-red-${versions.nodeRed}`), node: process.execPath },
  { version: versions.nodeRed5, dir: path.join(cache, `node-red-${versions.nodeRed5}-node-${versions.node24}`), node: node24 },
];

/** The Node-RED of this run: the one of the version, or of the folder, in NODELINE_NODE_RED; by default the first. */
export function nodeRed() {
  const named = process.env.NODELINE_NODE_RED || versions.nodeRed;
  const found = nodeReds.find(({ version, dir }) => named === version || named === dir);
  if (!found) throw new Error(`NODELINE_NODE_RED names no Node-RED of the tests: ${named}; they are ${nodeReds.map(({ version }) => version).join(' and ')}`);
  return found;
}

/** Node-RED's own checker of packages, in the cache. */
export const nodeRedDevDir = path.join(cache, `node-red-dev-${versions.nodeRedDev}`);

/** The Node-RED package. */
export const nodeRedPackage = path.join(root, 'ui-manifests', 'node-red');

/** n8n's folder in the cache, about 2.9 GB. Keyed by its Node.js too: SQLite's driver is built for it. */
export const n8nDir = path.join(cache, `n8n-${versions.n8n}-node-${versions.node24}`);

/** staticcheck in the cache. Keyed by Go's version too: it must read what that Go writes. */
export const staticcheckBinary = (/** @type {string} */ goVersion) =>
  path.join(cache, `staticcheck-${versions.staticcheck}-${goVersion}`, `staticcheck${exe}`);
