// @ts-check
// Style and static checks, in the order of what is quickest to tell.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { n8nPackage, root } from './paths.mjs';
import { read, run } from './run.mjs';
import { Plain, step } from './say.mjs';
import { scorecard } from './scorecard.mjs';
import { ensureStaticcheck } from './tools.mjs';

/** The guest is compiled for WebAssembly only. */
const guest = { pattern: './plugin/guest/...', env: { GOOS: 'wasip1', GOARCH: 'wasm', CGO_ENABLED: '0' } };
const isGuest = (/** @type {string} */ pkg) => /\/plugin\/guest(\/|$)/.test(pkg);

/** Files that git knows or could know, by pattern. */
function files(/** @type {string} */ pattern) {
  return (read('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '--', pattern]) ?? '')
    .split('\n').filter((name) => name && existsSync(path.join(root, name)));
}

async function gofmt() {
  const wrong = read('gofmt', ['-l', ...files('*.go')]);
  if (wrong === undefined) throw new Plain('gofmt cannot read the files');
  if (wrong) throw new Plain(`gofmt would change:\n${wrong}`);
}

async function staticcheck() {
  const tool = await ensureStaticcheck();
  const packages = (read('go', ['list', './...']) ?? '').split('\n').filter((pkg) => pkg && !isGuest(pkg));
  await run(tool, packages);
  // staticcheck does not know go:wasmexport: to it nothing uses the guest.
  await run(tool, ['-checks=inherit,-U1000', guest.pattern], { env: guest.env });
}

/** Every tsconfig.json of ours is a program to check. */
async function tsc() {
  for (const project of files('*tsconfig.json').filter((name) => path.basename(name) === 'tsconfig.json')) {
    await run(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '-p', project]);
  }
}

/** n8n's own rules, as they stand: the first refuses a configuration that was changed, the second also warnings. */
async function n8nRules() {
  await run(process.execPath, [path.join('node_modules', '@n8n', 'node-cli', 'bin', 'n8n-node.mjs'), 'lint'], { cwd: n8nPackage, quiet: true });
  await run(process.execPath, [path.join('node_modules', 'eslint', 'bin', 'eslint.js'), '--max-warnings=0', '.'], { cwd: n8nPackage });
}

/** Runs every check; the first that fails ends it. Needs a build: packages are checked against their dist. */
export async function lint() {
  await step('gofmt', gofmt);
  await step('go vet', async () => {
    await run('go', ['vet', './...']);
    await run('go', ['vet', guest.pattern], { env: guest.env });
  });
  await step('staticcheck', staticcheck);
  // Named: else eslint takes the n8n package's own configuration for what is there.
  await step('eslint', () => run(process.execPath, ['node_modules/eslint/bin/eslint.js', '--config', 'eslint.config.mjs', '--max-warnings=0', '.']));
  await step('n8n-node lint', n8nRules);
  await step('node-red-dev validate', scorecard);
  await step('tsc', tsc);
}
