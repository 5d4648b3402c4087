// @ts-check
import { generate } from './lib/build.mjs';
import { script, step } from './lib/say.mjs';
import { checkLanguages } from './lib/tools.mjs';

await script(async () => {
  checkLanguages();
  await step('generate from schema', generate);
});
