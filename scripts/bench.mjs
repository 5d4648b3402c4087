// @ts-check
import process from 'node:process';
import { buildBinary, buildValidator } from './lib/build.mjs';
import { run } from './lib/run.mjs';
import { script, step } from './lib/say.mjs';
import { checkLanguages } from './lib/tools.mjs';

const usage = `just bench [options]   the product's path against bare whatsmeow; writes docs/benchmarks.md
  --rounds 7    rounds of each measurement
  --sends 200   sends of one caller in a round
  --taps 60     taps in a round
  --out FILE    where to write; "" only prints
  --check       fail when an aim is missed`;

await script(async () => {
  checkLanguages();
  await step('build validator.wasm', buildValidator);
  await step('build bin/nodeline', buildBinary);
  await run('go', ['run', './e2e/bench', ...process.argv.slice(2)]);
}, usage);
