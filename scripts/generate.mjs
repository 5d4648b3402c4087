// @ts-check
import { generate, notice } from './lib/build.mjs';
import { script, step } from './lib/say.mjs';
import { checkLanguages, ensurePackages } from './lib/tools.mjs';

await script(async () => {
  checkLanguages();
  await step('generate from schema', generate);
  await ensurePackages();
  await step('write NOTICE from the licences of what is linked', notice);
});
