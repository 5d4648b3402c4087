// @ts-check
// The tests on a real n8n, without the others of the stage e2e.
import path from 'node:path';
import process from 'node:process';
import { buildAll } from './lib/build.mjs';
import { nodeTests, testFiles } from './lib/count.mjs';
import { root } from './lib/paths.mjs';
import { Plain, say, script, since } from './lib/say.mjs';
import { checkLanguages, ensureChromium, ensureN8n, ensurePackages } from './lib/tools.mjs';

const usage = `just e2e-n8n [files]   the tests on a real n8n; by default every file of e2e/n8n
  --built   do not build first`;

await script(async () => {
  const start = Date.now();
  const words = process.argv.slice(2);
  const all = testFiles(['e2e/n8n']);
  const named = words.filter((word) => word !== '--built').map((word) => {
    const found = all.filter((file) => file === path.relative(root, path.resolve(word)) || path.basename(file).split('.')[0] === word);
    if (!found.length) throw new Plain(`${usage}\n\nthere is no ${word}; there are:\n  ${all.join('\n  ')}`);
    return found;
  });
  checkLanguages();
  await ensurePackages();
  await ensureN8n();
  await ensureChromium();
  if (!words.includes('--built')) await buildAll();
  const count = await nodeTests(named.length ? named.flat() : all);
  say(`\ne2e-n8n: ${count.passed} passed, ${count.failed} failed (${since(start)})`);
  if (count.failed) throw new Plain('tests failed');
}, usage);
