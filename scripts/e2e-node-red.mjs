// @ts-check
// The tests on a real Node-RED, without the others of the stage e2e.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { buildAll } from './lib/build.mjs';
import { chosen } from './lib/chosen.mjs';
import { onNodeReds } from './lib/node-red.mjs';
import { nodeReds } from './lib/paths.mjs';
import { Plain, say, script, since } from './lib/say.mjs';
import { checkLanguages, ensureChromium, ensureNodeRed, ensurePackages } from './lib/tools.mjs';

const usage = `just e2e-node-red [files]   the tests on a real Node-RED; by default every file of e2e/node-red
  --on VERSION   on one Node-RED only (${nodeReds.map(({ version }) => version).join(', ')}); by default on each
  --built        do not build first`;

await script(async () => {
  const start = Date.now();
  const { values, positionals } = parseArgs({ args: process.argv.slice(2), allowPositionals: true, options: {
    on: { type: 'string' },
    built: { type: 'boolean', default: false },
  } });
  const files = chosen('e2e/node-red', positionals, usage);
  const hosts = nodeReds.filter(({ version }) => !values.on || version === values.on);
  if (!hosts.length) throw new Plain(`${usage}\n\nthere is no Node-RED ${values.on} here`);
  checkLanguages();
  await ensurePackages();
  for (const host of hosts) await ensureNodeRed(host);
  await ensureChromium();
  if (!values.built) await buildAll();
  const count = await onNodeReds(files, {}, hosts);
  say(`\ne2e-node-red: ${count.passed} passed, ${count.failed} failed (${since(start)})`);
  if (count.failed) throw new Plain('tests failed');
}, usage);
