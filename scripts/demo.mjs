// @ts-check
// Builds everything, starts the three parts, prints where they are and what to do, and ends them on Ctrl-C.
import path from 'node:path';
import process from 'node:process';
import { deathNotice } from '../e2e/lib/world.mjs';
import { buildAll } from './lib/build.mjs';
import { demos, russian } from './lib/demos.mjs';
import { root } from './lib/paths.mjs';
import { Plain, say, script, step } from './lib/say.mjs';
import { checkLanguages, ensurePackages } from './lib/tools.mjs';

const usage = `just demo [n8n] [--keep]   builds and starts everything on this machine; Ctrl-C ends it
  n8n      with n8n instead of Node-RED; the first time it is installed into the cache (2.9 GB, asks before)
  --keep   keep flows and data between runs, in out/demo-data or out/demo-n8n-data`;

/** Resolves with the first signal that asks us to end. */
function askedToEnd() {
  return new Promise((resolve) => {
    // Later signals wait for the same end: a second Ctrl-C must not leave parts behind.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve(undefined));
  });
}

await script(async () => {
  const words = process.argv.slice(2);
  const keep = words.includes('--keep');
  const [name = 'node-red', ...more] = words.filter((word) => word !== '--keep');
  const demo = demos[name];
  if (!demo || more.length) throw new Plain(usage);
  checkLanguages();
  await ensurePackages();
  await demo.ensure();
  await buildAll();
  const ended = askedToEnd();
  const { world, welcome } = await demo.make(keep);
  const started = step(`start the sandbox, the sidecar and ${demo.title}`, () => world.start());
  started.catch(() => undefined);
  try {
    if (await Promise.race([started.then(() => 'started'), ended]) === 'started') {
      say(welcome());
      const dead = await Promise.race([world.death, ended]);
      if (dead) throw new Plain(deathNotice(dead));
    }
    say(russian ? '\nОстанавливаю ...' : '\nEnding ...');
  } finally {
    await world.stop();
  }
  say(russian ? `Остановлено. Журналы: ${path.relative(root, world.logs)}/` : `Ended; nothing is left running. Logs: ${path.relative(root, world.logs)}/`);
}, usage);
