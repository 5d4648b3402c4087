// @ts-check
// Node-RED's own score card of our package, as its library shows it to people.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { installed, npm } from './cached.mjs';
import { nodeRedDevDir, nodeRedPackage, nodeReds, versions } from './paths.mjs';
import { run } from './run.mjs';
import { Plain, step } from './say.mjs';
import { ensureNodeRed } from './tools.mjs';

/** What it checks, by its names. N01 and P08 look into a public list that is not asked here: package.test.mjs holds the names. */
const checks = ['P01', 'P03', 'P04', 'P05', 'P06', 'P07', 'N02', 'D01', 'D02', 'D03'];

const checker = path.join(nodeRedDevDir, 'node_modules', 'node-red-dev', 'bin', 'run');

/** Installs node-red-dev into the cache. */
async function ensureNodeRedDev() {
  if (existsSync(checker)) return;
  await step(`install node-red-dev ${versions.nodeRedDev} into ${nodeRedDevDir}`, () =>
    installed(nodeRedDevDir, async (dir) => {
      await writeFile(path.join(dir, 'package.json'), '{"private":true}\n');
      await run(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `node-red-dev@${versions.nodeRedDev}`],
        { cwd: dir, quiet: true });
    }));
}

/** Runs the checker on a package and refuses what its card does not say yes to. It ends with 0 whatever it finds. */
export async function scorecard(folder = nodeRedPackage) {
  await ensureNodeRedDev();
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-scorecard-'));
  const file = path.join(dir, 'card.json');
  try {
    const registry = path.join(dir, 'registry.json');
    await writeFile(registry, JSON.stringify(await registryOf(nodeReds)));
    await run(process.execPath, ['--require', fileURLToPath(new URL('./scorecard-offline.cjs', import.meta.url)), checker, 'validate', '--path', folder, '--output', file],
      { quiet: true, env: { NODELINE_REGISTRY: registry } });
    const wrong = judge(JSON.parse(await readFile(file, 'utf8')), JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')));
    if (wrong.length) throw new Plain(`node-red-dev does not pass:\n  ${wrong.join('\n  ')}`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** What a registry says of Node-RED, where the last of these is its latest. @param {import('./paths.mjs').NodeRed[]} hosts */
async function registryOf(hosts) {
  /** @type {Record<string, string>} */ const tags = {};
  /** @type {Record<string, unknown>} */ const versions = {};
  for (const host of hosts) {
    await ensureNodeRed(host);
    const { version, engines } = JSON.parse(await readFile(path.join(host.dir, 'node_modules', 'node-red', 'package.json'), 'utf8'));
    tags[host === hosts.at(-1) ? 'latest' : `v${version.split('.')[0]}-maintenance`] = version;
    versions[version] = { engines };
  }
  return { 'dist-tags': tags, versions };
}

/**
 * What a card says no to, or does not say at all.
 * @param {Record<string, any>} card
 * @param {any} pkg package.json
 * @returns {string[]}
 */
export function judge(card, pkg) {
  const wrong = checks.filter((name) => card[name]?.test !== true).map((name) => `${name}: ${JSON.stringify(card[name] ?? 'was not checked')}`);
  // It passes over a node whose page it cannot read.
  const nodes = Object.keys(pkg['node-red'].nodes).filter((type) => type !== 'nodeline-line');
  const unseen = nodes.filter((type) => !card['N02']?.nodes?.includes(type));
  if (unseen.length) wrong.push(`N02: no word of ${unseen.join(', ')}`);
  if (card['P06']?.versions?.length !== nodeReds.length) wrong.push(`P06: not for each Node-RED that we test on: ${card['P06']?.versions}`);
  return wrong;
}
