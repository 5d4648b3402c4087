// @ts-check
// Runs test programs and counts what they report.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './paths.mjs';
import { failedOfItsTests, failedOfTheirRaces } from './races.mjs';
import { read, run } from './run.mjs';
import { Plain, say } from './say.mjs';

/** @typedef {{passed: number, failed: number}} Count */

/**
 * Runs Go tests; prints one line per package and the whole output of what failed.
 * Tests that failed of a data race within whatsmeow are shown, and run once more: they
 * count by what they say then.
 * @param {string[]} args after `go test -json`
 * @param {{cwd?: string, tell?: (line: string) => void}} [options] cwd: the repository's root by default
 * @returns {Promise<Count>}
 */
export async function goTests(args, { cwd, tell = say } = {}) {
  const { count, packages } = await goRun(args, { cwd, tell });
  const again = [...packages].filter(([, p]) => p.failed.size > 0);
  if (!again.length || !again.every(([, p]) => p.struck)) return count;
  count.failed = 0;
  const flags = args.filter((arg) => arg.startsWith('-'));
  for (const [name, p] of again) {
    const tests = [...p.failed].map((test) => test.split('/')[0]).filter((test, at, all) => all.indexOf(test) === at);
    tell(`  whatsmeow raced with itself in ${name} (above): ${tests.join(', ')} once more`);
    const { count: then } = await goRun([...flags, '-count=1', `-run=^(${tests.join('|')})$`, name], { cwd, tell });
    count.passed += then.passed;
    count.failed += then.failed;
  }
  return count;
}

/**
 * @typedef {object} Package what became of a package that failed
 * @property {Set<string>} failed its failed tests
 * @property {boolean} struck nothing failed but tests, and they of whatsmeow's own races
 */

/**
 * @param {string[]} args @param {{cwd: string | undefined, tell: (line: string) => void}} options
 * @returns {Promise<{count: Count, packages: Map<string, Package>}>}
 */
async function goRun(args, { cwd, tell }) {
  /** @type {Count} */
  const count = { passed: 0, failed: 0 };
  /** @type {Map<string, string>} */
  const output = new Map();
  /** @type {Map<string, Package>} */
  const packages = new Map();
  /** @type {string[]} */
  const broken = [];
  try {
    await run('go', ['test', '-json', ...args], {
      ...(cwd ? { cwd } : {}),
      onLine(line) {
        if (!line.startsWith('{')) return tell(line);
        const event = JSON.parse(line);
        const name = `${event.Package ?? event.ImportPath} ${event.Test ?? ''}`.trim();
        if (event.Action === 'output' || event.Action === 'build-output') {
          output.set(name, (output.get(name) ?? '') + event.Output);
          return;
        }
        if (event.Test && event.Action === 'pass') count.passed++;
        if (event.Test && event.Action === 'fail') count.failed++;
        if (event.Action === 'fail' || event.Action === 'build-fail') {
          if (!event.Test && event.Action === 'fail') broken.push(event.Package);
          judge(packages, event, output.get(name) ?? '');
          tell(`✗ ${name}\n${output.get(name) ?? ''}`);
        }
        if (!event.Test && event.Action === 'pass') tell(`  ok ${event.Package} (${event.Elapsed.toFixed(1)} s)`);
        if (event.Action === 'pass' || event.Action === 'fail' || event.Action === 'skip') output.delete(name);
      },
    });
  } catch (err) {
    // A package that does not build, or dies, fails without naming a test.
    count.failed = Math.max(count.failed, broken.length, 1);
    if (!broken.length) tell(err instanceof Error ? err.message : String(err));
    if (broken.length < 1 || broken.some((name) => !packages.get(name)?.failed.size)) packages.clear();
  }
  return { count, packages };
}

/**
 * Notes a failure with its package. A test fails with its subtests and says no more.
 * @param {Map<string, Package>} packages
 * @param {{Action: string, Package?: string, ImportPath?: string, Test?: string}} event
 * @param {string} output
 */
function judge(packages, event, output) {
  const name = event.Package ?? event.ImportPath ?? '';
  const p = packages.get(name) ?? { failed: new Set(), struck: true };
  packages.set(name, p);
  if (!event.Test) {
    p.struck &&= event.Action === 'fail' && failedOfItsTests(output);
    return;
  }
  const ofItsParts = [...p.failed].some((test) => test.startsWith(`${event.Test}/`)) && !/_test\.go:\d+:/.test(output) && !output.includes('DATA RACE');
  p.failed.add(event.Test);
  p.struck &&= ofItsParts || failedOfTheirRaces(output);
}

/** Every test file under the folders that have one, by git's word and new ones too. */
export function testFiles(/** @type {string[]} */ dirs) {
  const listed = read('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', ...dirs]) ?? '';
  return listed.split('\n').filter((name) => /\.test\.(mjs|js|cjs)$/.test(name) && existsSync(path.join(root, name))).sort();
}

/**
 * Runs Node's test runner on files, one at a time, and counts by its own summary.
 * @param {string[]} files
 * @param {Record<string, string | undefined>} [env]
 * @param {(line: string) => void} [tell] takes the output by line; by default it goes to the terminal
 * @returns {Promise<Count>}
 */
export async function nodeTests(files, env = {}, tell) {
  if (!files.length) throw new Plain('no test file was found');
  const dir = await mkdtemp(path.join(tmpdir(), 'nodeline-tests-'));
  const summary = path.join(dir, 'summary.tap');
  try {
    let died = '';
    await run(process.execPath, ['--test', '--test-concurrency=1',
      '--test-reporter=spec', '--test-reporter-destination=stdout',
      '--test-reporter=tap', `--test-reporter-destination=${summary}`, ...files],
    // The runner refuses to run inside a test of its own; ours may.
    { env: { ...env, NODE_TEST_CONTEXT: undefined }, ...(tell ? { onLine: tell } : {}) })
      .catch((err) => { died = err.message; });
    const tap = await readFile(summary, 'utf8');
    const number = (/** @type {string} */ key) => Number(new RegExp(`^# ${key} (\\d+)`, 'm').exec(tap)?.[1] ?? 0);
    const failed = number('fail') + number('cancelled');
    return { passed: number('pass'), failed: died ? Math.max(failed, 1) : failed };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
