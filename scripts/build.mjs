// @ts-check
import { buildAll } from './lib/build.mjs';
import { script } from './lib/say.mjs';
import { checkLanguages, ensurePackages } from './lib/tools.mjs';

await script(async () => {
  checkLanguages();
  await ensurePackages();
  await buildAll();
});
