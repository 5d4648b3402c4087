// @ts-check
import process from 'node:process';
import { buildBinary, buildValidator } from './lib/build.mjs';
import { run } from './lib/run.mjs';
import { script, step } from './lib/say.mjs';
import { checkLanguages } from './lib/tools.mjs';

await script(async () => {
  checkLanguages();
  await step('build validator.wasm', buildValidator);
  await step('build bin/nodeline', buildBinary);
  await run('go', ['run', './e2e/bench', ...process.argv.slice(2)]);
});
