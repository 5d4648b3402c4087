// @ts-check
// Builds the products, in the order in which they need each other.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { binary, chaosBinary, n8nPackage, root } from './paths.mjs';
import { read, run } from './run.mjs';
import { step } from './say.mjs';

/** Writes what is made from schema/. */
export const generate = () => run('go', ['run', './schema/generate'], { quiet: true });

/** Makes it again without writing, and fails where a file differs. */
export const checkGenerated = () => run('go', ['run', './schema/generate', '-check']);

/** Writes NOTICE and THIRD_PARTY_LICENSES.txt; refuses a licence that is not allowed. */
export const notice = () => run('go', ['run', './internal/repo/notice'], { quiet: true });

/** The validator that the sidecar embeds and that the JavaScript packages carry. */
export const validatorFile = path.join(root, 'plugin', 'host', 'dist', 'validator.wasm');

/** Builds validator.wasm: a module without symbols or paths, whose running time is bounded. */
export async function buildValidator() {
  // Not beside it: the sidecar embeds that folder.
  const guest = path.join(root, 'out', 'guest.wasm');
  await mkdir(path.dirname(validatorFile), { recursive: true });
  await run('go', ['build', '-buildmode=c-shared', '-trimpath', '-ldflags=-s -w', '-o', guest, './plugin/guest'],
    { env: { GOOS: 'wasip1', GOARCH: 'wasm', CGO_ENABLED: '0' }, quiet: true });
  await run('go', ['run', './plugin/fuel/meter', guest, validatorFile], { quiet: true });
}

/** The JavaScript packages, each after those that it uses. */
const packages = ['plugin/js', 'ui-manifests/client', 'ui-manifests/node-red'];

/** Builds the JavaScript packages. */
export async function buildPackages() {
  for (const dir of packages.filter((dir) => existsSync(path.join(root, dir, 'package.json')))) {
    await run('npm', ['run', '--silent', 'build', '-w', dir], { quiet: true });
  }
  await run('npm', ['run', '--silent', 'build'], { cwd: n8nPackage, quiet: true });
}

/** Builds bin/nodeline, stamped with the commit. */
export async function buildBinary() {
  const commit = read('git', ['describe', '--always', '--dirty', '--tags']) ?? 'unknown';
  await run('go', ['build', '-ldflags', `-X main.commit=${commit}`, '-o', binary, './sidecar/cmd/nodeline'], { quiet: true });
}

/** Builds bin/chaos, which breaks bin/nodeline. */
export const buildChaos = () => run('go', ['build', '-o', chaosBinary, './e2e/chaos'], { quiet: true });

/** Builds everything. */
export async function buildAll() {
  await step('generate from schema', generate);
  await step('build validator.wasm', buildValidator);
  await step('build the JavaScript packages', buildPackages);
  await step('build bin/nodeline', buildBinary);
}
