// @ts-check
// Takes the pictures of docs/renderings.md, docs/linking.md and the n8n package's README
// anew: the tests of the renderings, of the linking page and of the ready-made workflows,
// which keep what is shown.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { buildAll } from './lib/build.mjs';
import { root } from './lib/paths.mjs';
import { Plain, script } from './lib/say.mjs';
import { checkLanguages, ensureChromium, ensureN8n, ensurePackages } from './lib/tools.mjs';

const usage = 'the pictures of docs/renderings.md, docs/linking.md and of n8n, taken anew in a hidden browser';

const tests = ['pages/renderings.test.mjs', 'pages/oauth.test.mjs', 'n8n/workflows.browser.test.mjs'];

await script(async () => {
  checkLanguages();
  await ensurePackages();
  await ensureChromium();
  await ensureN8n();
  await buildAll();
  const run = spawnSync(process.execPath, ['--test', '--test-concurrency=1', ...tests.map((name) => path.join(root, 'e2e', name))],
    { stdio: 'inherit', env: { ...process.env, NODELINE_PICTURES: path.join(root, 'docs', 'images') } });
  if (run.status !== 0) throw new Plain('the pages could not be shown');
}, usage);
