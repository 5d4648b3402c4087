// @ts-check
import { script, say, since } from './lib/say.mjs';
import { ensureAll } from './lib/tools.mjs';

await script(async () => {
  const start = Date.now();
  await ensureAll();
  say(`setup: done (${since(start)})`);
});
