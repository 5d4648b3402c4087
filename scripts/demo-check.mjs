// @ts-check
// Builds what the demo needs and runs e2e/demo/demo-check.mjs on it.
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildAll } from './lib/build.mjs';
import { out, root } from './lib/paths.mjs';
import { Plain, say, script, since } from './lib/say.mjs';
import { checkLanguages, ensureChromium, ensureNodeRed, ensurePackages } from './lib/tools.mjs';

/** The README's pictures: from the run's own name to the one in docs/images. */
const pictures = { flow: 'flow', phone: 'phone', 'phone-numbered': 'phone-numbered', settings: 'settings' };

/** A seed whose labels make a plain example. */
const pictureSeed = 10;

const usage = `just demo-check [options]   the demo's whole path by itself, in a hidden browser
  --seed N     the names and labels that it types; by default drawn anew, and printed
  --pictures   keep its pictures in docs/images, for the README
  --built      do not build first`;

await script(async () => {
  const start = Date.now();
  const { values } = parseArgs({ options: {
    seed: { type: 'string' },
    pictures: { type: 'boolean', default: false },
    built: { type: 'boolean', default: false },
  } });
  checkLanguages();
  await ensurePackages();
  await ensureNodeRed();
  await ensureChromium();
  if (!values.built) await buildAll();
  // Imported late: before the packages are there it would not load.
  const { DemoCheck } = await import('../e2e/demo/demo-check.mjs');
  const { exampleFlow } = await import('../e2e/lib/flow.mjs');
  const seed = values.seed === undefined ? (values.pictures ? pictureSeed : Date.now() % 1e9) : Number(values.seed);
  if (!Number.isInteger(seed)) throw new Plain('--seed wants a whole number');
  const folder = path.join(out, 'demo-check');
  const check = new DemoCheck({ seed, pictures: folder, say }, await exampleFlow());
  try {
    await check.run();
  } catch (err) {
    throw new Plain(`demo: failed at: ${err instanceof Error ? err.message : String(err)}\n`
      + `Pictures and logs are in ${path.relative(root, folder)}/; the same run again: just demo-check --seed ${seed}`);
  }
  if (values.pictures) {
    const images = path.join(root, 'docs', 'images');
    await mkdir(images, { recursive: true });
    for (const [from, to] of Object.entries(pictures)) await copyFile(path.join(folder, `${from}.png`), path.join(images, `${to}.png`));
  }
  say(`demo: ok ${check.summary()} (seed ${seed}, ${since(start)})`);
}, usage);
