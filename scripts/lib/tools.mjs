// @ts-check
// Finds the tools that recipes need, and installs the missing ones.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { installed, npm } from './cached.mjs';
import { ensureN8n, ensureNode24 } from './n8n.mjs';
import { cache, n8nPackage, node24, nodeReds, root, staticcheckBinary, versions } from './paths.mjs';
import { read, run, which } from './run.mjs';
import { agree, Plain, say, step } from './say.mjs';

export { ensureN8n, ensureNode24 } from './n8n.mjs';

/** Refuses a Node.js or Go that is too old, with what to do. */
export function checkLanguages() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (older([major, minor], versions.node)) {
    throw new Plain(`Node.js ${versions.node.join('.')} or newer is needed; this is ${process.versions.node}.`);
  }
  const go = read('go', ['env', 'GOVERSION']);
  if (!go) throw new Plain(`Go ${versions.go.join('.')} or newer is needed and there is none on PATH: install it from go.dev.`);
  const [goMajor = 0, goMinor = 0] = go.replace(/^go/, '').split('.').map((part) => Number.parseInt(part, 10));
  if (older([goMajor, goMinor], versions.go)) {
    throw new Plain(`Go ${versions.go.join('.')} or newer is needed; this is ${go}.`);
  }
  return { go };
}

/** @param {number[]} have @param {number[]} need */
function older(have, need) {
  return (have[0] ?? 0) < (need[0] ?? 0) || (have[0] === need[0] && (have[1] ?? 0) < (need[1] ?? 0));
}

/** Installs the packages of the root with its workspaces, and those of the n8n package, when their package-lock.json changed since the last time. */
export async function ensurePackages() {
  await ensureLocked(root, 'install npm packages');
  await ensureLocked(n8nPackage, "install the n8n package's tools");
}

/**
 * Installs what a folder's package-lock.json names.
 * @param {string} dir
 * @param {string} what for people
 */
async function ensureLocked(dir, what) {
  const stamp = path.join(dir, 'node_modules', '.nodeline-stamp');
  const want = createHash('sha256')
    .update(await readFile(path.join(dir, 'package-lock.json')))
    .update(process.version)
    .digest('hex');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === want) return;
  await step(what, () => run(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: dir, quiet: true }));
  await writeFile(stamp, want);
}

/**
 * Installs a Node-RED into the cache, with the Node.js that it runs on.
 * @param {import('./paths.mjs').NodeRed} [host] by default the older, which runs on this Node.js
 */
export async function ensureNodeRed(host = nodeReds[0]) {
  if (!host) throw new Error('there is no Node-RED to install');
  if (host.node === node24) await ensureNode24();
  if (existsSync(path.join(host.dir, 'node_modules', 'node-red', 'red.js'))) return;
  // npm runs on the same Node.js, so that it finds what suits it.
  const env = host.node === process.execPath ? {} : { PATH: `${path.dirname(host.node)}${path.delimiter}${process.env.PATH ?? ''}` };
  await step(`install Node-RED ${host.version} into ${host.dir}`, () =>
    installed(host.dir, async (dir) => {
      await writeFile(path.join(dir, 'package.json'), '{"private":true}\n');
      await run(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=dev', `node-red@${host.version}`],
        { cwd: dir, env, quiet: true });
    }));
}

/** Installs staticcheck into the cache and returns its path. */
export async function ensureStaticcheck() {
  const { go } = checkLanguages();
  const file = staticcheckBinary(go);
  if (!existsSync(file)) {
    await step(`install staticcheck ${versions.staticcheck}`, () =>
      installed(path.dirname(file), (dir) =>
        run('go', ['install', `honnef.co/go/tools/cmd/staticcheck@${versions.staticcheck}`], { env: { GOBIN: dir }, quiet: true })));
  }
  return file;
}

const macBrowsers = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** An installed Chromium or Chrome, or undefined. NODELINE_CHROMIUM names one. */
export function findChromium() {
  const named = process.env.NODELINE_CHROMIUM;
  if (named) return named;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']) {
    const file = which(name);
    if (file) return file;
  }
  return macBrowsers.find((file) => existsSync(file));
}

/** The browser for tests; installs Debian's package after asking where there is none. */
export const ensureChromium = () => ensureSystem({
  name: 'Chromium', pkg: 'chromium', find: findChromium,
  advice: 'Install Chromium or Google Chrome, or name one with NODELINE_CHROMIUM=/path/to/it.',
});

/** Python 3, which runs the webhook example in that language; installs Debian's package after asking where there is none. */
export const ensurePython = () => ensureSystem({
  name: 'Python 3', pkg: 'python3', advice: 'Install it so that python3 is on PATH.',
  // A launcher without a Python behind it (pyenv, the Windows store) is none.
  find: () => (read('python3', ['-c', '']) === undefined ? undefined : which('python3')),
});

/**
 * @typedef {object} SystemTool what tests need of the system and no cache folder can hold
 * @property {string} name for people
 * @property {string} pkg Debian's package
 * @property {string} advice what to do by hand
 * @property {() => string | undefined} find its path
 */

/** @param {SystemTool} tool @returns {Promise<string>} its path */
async function ensureSystem({ name, pkg, advice, find }) {
  const found = find();
  if (found) return found;
  const apt = which('apt-get');
  const missing = `No ${name} was found, and the tests need it`;
  if (!apt) throw new Plain(`${missing}. ${advice}`);
  const asRoot = process.getuid?.() === 0;
  if (!asRoot && !which('sudo')) throw new Plain(`${missing}; installing it needs root. ${advice}`);
  if (!(await agree(`No ${name} was found. Install Debian's package "${pkg}" with apt-get?`))) {
    throw new Plain(`${missing}; no system package is installed unasked. ${advice} Or run again with NODELINE_YES=1.`);
  }
  const apply = (/** @type {string[]} */ args) =>
    run(asRoot ? apt : 'sudo', asRoot ? args : [apt, ...args], { env: { DEBIAN_FRONTEND: 'noninteractive' }, quiet: true });
  await step(`install ${name} with apt-get`, async () => {
    await apply(['update']);
    await apply(['install', '-y', '--no-install-recommends', pkg]);
  });
  const now = find();
  if (!now) throw new Plain(`apt-get installed the package "${pkg}" and there is still no ${name}. ${advice}`);
  return now;
}

/** Whether cgo has a C compiler, which the race detector needs. */
export function hasCompiler() {
  const cc = read('go', ['env', 'CC'])?.split(' ')[0];
  return Boolean(cc && (which(cc) || existsSync(cc)));
}

/** Finds or installs everything; says where things are. n8n is large, and only the stages that start it need it. */
export async function ensureAll({ n8n = true } = {}) {
  const { go } = checkLanguages();
  say(`Node.js ${process.versions.node}, ${go}, cache in ${cache}`);
  await mkdir(cache, { recursive: true });
  await ensurePackages();
  await step('download Go modules', () => run('go', ['mod', 'download'], { quiet: true }));
  await ensureStaticcheck();
  for (const host of nodeReds) await ensureNodeRed(host);
  say(`browser: ${await ensureChromium()}`);
  say(`Python 3: ${await ensurePython()}`);
  say(hasCompiler() ? 'C compiler: found, tests run under the race detector' : 'C compiler: none, tests run without the race detector');
  if (n8n) await ensureN8n();
}
