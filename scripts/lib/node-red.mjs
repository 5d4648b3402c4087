// @ts-check
// The tests on a real Node-RED, on each that we support.
import path from 'node:path';
import { nodeTests } from './count.mjs';
import { nodeReds } from './paths.mjs';
import { say } from './say.mjs';

/**
 * Tests that look at every dialog in every state: minutes of a browser, and the same on each Node-RED.
 * What people do with flows is tried on all.
 */
const onFirst = ['dialog', 'line', 'preview', 'template'].map((name) => `${name}.browser.test.mjs`);

/**
 * Runs test files on one Node-RED after the other, the long ones on the first only.
 * @param {string[]} files
 * @param {Record<string, string | undefined>} [env]
 * @param {import('./paths.mjs').NodeRed[]} [hosts]
 * @returns {Promise<import('./count.mjs').Count>} of all runs together
 */
export async function onNodeReds(files, env = {}, hosts = nodeReds) {
  const total = { passed: 0, failed: 0 };
  for (const [i, { version }] of hosts.entries()) {
    const here = i ? files.filter((file) => !onFirst.includes(path.basename(file))) : files;
    if (!here.length) continue;
    say(`\n-- Node-RED ${version}`);
    const { passed, failed } = await nodeTests(here, { ...env, NODELINE_NODE_RED: version });
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}
