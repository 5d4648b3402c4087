// @ts-check
// Builds what a chaos run needs, runs it, and hands a Ctrl-C on to it.
import process from 'node:process';
import { buildBinary, buildChaos, buildValidator } from './lib/build.mjs';
import { chaosArgs, runChaos, usage } from './lib/chaos.mjs';
import { script, step } from './lib/say.mjs';
import { checkLanguages } from './lib/tools.mjs';

await script(async () => {
  const args = chaosArgs(process.argv.slice(2));
  checkLanguages();
  await step('build validator.wasm', buildValidator);
  await step('build bin/nodeline', buildBinary);
  await step('build bin/chaos', buildChaos);
  process.exitCode = await runChaos(args);
}, usage);
