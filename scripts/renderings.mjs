// @ts-check
// Takes the pictures of docs/renderings.md and docs/linking.md anew: the tests of the
// renderings and of the linking page, which keep what is shown.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { buildAll } from './lib/build.mjs';
import { root } from './lib/paths.mjs';
import { Plain, script } from './lib/say.mjs';
import { checkLanguages, ensureChromium, ensurePackages } from './lib/tools.mjs';

const usage = 'the pictures of docs/renderings.md and docs/linking.md, taken anew in a hidden browser';

await script(async () => {
  checkLanguages();
  await ensurePackages();
  await ensureChromium();
  await buildAll();
  const run = spawnSync(process.execPath, ['--test', ...['renderings', 'oauth'].map((name) => path.join(root, 'e2e', 'pages', `${name}.test.mjs`))],
    { stdio: 'inherit', env: { ...process.env, NODELINE_PICTURES: path.join(root, 'docs', 'images') } });
  if (run.status !== 0) throw new Plain('the pages could not be shown');
}, usage);
