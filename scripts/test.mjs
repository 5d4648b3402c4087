// @ts-check
// The stages of `just test`, in order. A failing stage ends the run.
import process from 'node:process';
import { buildAll, buildChaos, checkGenerated } from './lib/build.mjs';
import { runChaos } from './lib/chaos.mjs';
import { goTests, nodeTests, testFiles } from './lib/count.mjs';
import { lint } from './lib/lint.mjs';
import { onNodeReds } from './lib/node-red.mjs';
import { binary } from './lib/paths.mjs';
import { raceFlags } from './lib/race.mjs';
import { read, run } from './lib/run.mjs';
import { Plain, say, script, since, step } from './lib/say.mjs';
import { ensureAll, findChromium, hasCompiler } from './lib/tools.mjs';

/** @typedef {import('./lib/count.mjs').Count} Count */

/** Packages whose tests need the built binary or long runs: the stage e2e. The sessions' tests run with the race detector. */
const isE2E = (/** @type {string} */ pkg) => /\/e2e(\/|$)/.test(pkg) && !pkg.endsWith('/e2e/go/line');

/** @returns {Promise<Count>} */
async function go() {
  const packages = (read('go', ['list', './...']) ?? '').split('\n').filter((pkg) => pkg && !isE2E(pkg));
  return goTests([...raceFlags(hasCompiler()), '-timeout=15m', ...packages]);
}

const env = () => ({
  NODELINE_BINARY: binary,
  NODELINE_CHROMIUM: findChromium() ?? '',
});

/** Tests that need a browser say so in their name: *.browser.test.mjs. */
const inBrowser = (/** @type {string} */ name) => /\.browser\.test\.m?js$/.test(name);
const unitFolders = ['scripts', 'plugin', 'ui-manifests', 'schema'];

async function e2e() {
  const packages = (read('go', ['list', './...']) ?? '').split('\n').filter(isE2E);
  const counts = [await goTests(['-count=1', '-timeout=15m', ...packages])];
  const hosted = testFiles(['e2e/node-red']);
  counts.push(await nodeTests(testFiles(['e2e', 'sidecar']).filter((file) => !hosted.includes(file)), env()));
  counts.push(await onNodeReds(hosted, env()));
  await run(process.execPath, ['scripts/demo-check.mjs', '--built']);
  counts.push({ passed: 1, failed: 0 });
  return { passed: sum(counts, 'passed'), failed: sum(counts, 'failed') };
}

/** Seeds that CI runs, each for a few seconds; `just chaos` draws others. */
const chaosSeeds = [11, 12, 13];

/** @returns {Promise<Count>} a run is one test */
async function chaos() {
  await buildChaos();
  const count = { passed: 0, failed: 0 };
  for (const seed of chaosSeeds) {
    const code = await runChaos(['-seconds=12', `-seed=${seed}`, '-clock=false']);
    count[code === 0 ? 'passed' : 'failed']++;
  }
  return count;
}

/** @param {Count[]} counts @param {'passed' | 'failed'} key */
const sum = (counts, key) => counts.reduce((total, count) => total + count[key], 0);

/** @type {Record<string, () => Promise<Count | void>>} */
const stages = {
  lint,
  go,
  node: () => nodeTests(testFiles(unitFolders).filter((name) => !inBrowser(name)), env()),
  vectors: () => nodeTests(testFiles(unitFolders).filter(inBrowser), env()),
  e2e,
  chaos,
};

const usage = `just test [stages]   everything that CI checks; by default all of:
  lint      gofmt, go vet, staticcheck, eslint, tsc
  go        Go tests under the race detector
  node      JavaScript tests that need no browser
  vectors   the validator in a browser
  e2e       the binary and the real hosts, in a real browser
  chaos     three short runs of fixed seeds`;

await script(async () => {
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => !stages[name]);
  if (unknown.length) throw new Plain(`no stage is named ${unknown.join(', ')}; there are: ${Object.keys(stages).join(' ')}`);
  const start = Date.now();
  await ensureAll({ n8n: !named.length || named.includes('e2e') });
  // Before the build, which writes them anew: what is committed is what counts.
  await step('generated files are fresh', checkGenerated);
  await buildAll();
  const total = { passed: 0, failed: 0 };
  for (const name of Object.keys(stages).filter((name) => !named.length || named.includes(name))) {
    const began = Date.now();
    say(`\n== ${name}`);
    const count = await stages[name]?.();
    total.passed += count?.passed ?? 0;
    total.failed += count?.failed ?? 0;
    const counted = count ? `: ${count.passed} passed, ${count.failed} failed` : '';
    if (count?.failed) {
      say(`\n${total.passed} passed, ${total.failed} failed`);
      throw new Plain(`stage ${name} failed${counted} (${since(began)}); run it alone with: just test ${name}`);
    }
    say(`== ${name}${counted} (${since(began)})`);
  }
  say(`\ntest: done (${since(start)})`);
  if (total.passed) say(`${total.passed} passed, ${total.failed} failed`);
}, usage);
