// @ts-check
// The tests on a real Node-RED, on each that we support.
import { nodeTests } from './count.mjs';
import { nodeReds } from './paths.mjs';
import { say } from './say.mjs';

/**
 * Runs test files on one Node-RED after the other.
 * @param {string[]} files
 * @param {Record<string, string | undefined>} [env]
 * @param {import('./paths.mjs').NodeRed[]} [hosts]
 * @returns {Promise<import('./count.mjs').Count>} of all runs together
 */
export async function onNodeReds(files, env = {}, hosts = nodeReds) {
  const total = { passed: 0, failed: 0 };
  for (const { version } of hosts) {
    say(`\n-- Node-RED ${version}`);
    const { passed, failed } = await nodeTests(files, { ...env, NODELINE_NODE_RED: version });
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}
