// @ts-check
// The tests on a real n8n, without the others of the stage e2e.
import process from 'node:process';
import { buildAll } from './lib/build.mjs';
import { chosen } from './lib/chosen.mjs';
import { nodeTests } from './lib/count.mjs';
import { Plain, say, script, since } from './lib/say.mjs';
import { checkLanguages, ensureChromium, ensureN8n, ensurePackages } from './lib/tools.mjs';

const usage = `just e2e-n8n [files]   the tests on a real n8n; by default every file of e2e/n8n
  --built   do not build first`;

await script(async () => {
  const start = Date.now();
  const words = process.argv.slice(2);
  const files = chosen('e2e/n8n', words.filter((word) => word !== '--built'), usage);
  checkLanguages();
  await ensurePackages();
  await ensureN8n();
  await ensureChromium();
  if (!words.includes('--built')) await buildAll();
  const count = await nodeTests(files);
  say(`\ne2e-n8n: ${count.passed} passed, ${count.failed} failed (${since(start)})`);
  if (count.failed) throw new Plain('tests failed');
}, usage);
