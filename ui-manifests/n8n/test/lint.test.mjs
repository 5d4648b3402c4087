// n8n's rules about parameters look at files under nodes/ alone; the generated ones are
// held to them here.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { ESLint } = require('eslint');
const config = require('@n8n/node-cli/eslint').config;
const here = fileURLToPath(new URL('..', import.meta.url));

test('the generated properties keep the rules of nodes', async () => {
  const eslint = new ESLint({ cwd: here, overrideConfigFile: true, overrideConfig: config });
  const reports = [];
  for (const kind of ['action', 'activity', 'robot', 'trigger']) {
    const text = await readFile(new URL(`../generated/${kind}.gen.ts`, import.meta.url), 'utf8');
    const [{ messages }] = await eslint.lintText(text, { filePath: `nodes/Made/${kind}.ts` });
    const lines = text.split('\n');
    for (const { ruleId, message, line } of messages) {
      // What is chosen first stands in the order of need, not of the alphabet.
      const opens = lines.slice(0, line).findLastIndex((one) => /^\t\tname: /.test(one));
      const name = /'(\w+)'/.exec(lines[opens] ?? '')?.[1];
      if (ruleId === 'n8n-nodes-base/node-param-options-type-unsorted-items' && ['resource', 'operation'].includes(name)) continue;
      if (ruleId?.startsWith('import-x/')) continue; // the file stands elsewhere
      reports.push(`${kind}:${line} ${ruleId}: ${message}`);
    }
  }
  assert.deepEqual(reports, []);
});

test('the rules are at work: a name in the wrong case is reported', async () => {
  const eslint = new ESLint({ cwd: here, overrideConfigFile: true, overrideConfig: config });
  const text = "export const p = [{ displayName: 'some name', name: 'x', type: 'string', default: '' }];\n";
  const [{ messages }] = await eslint.lintText(text, { filePath: 'nodes/Made/x.ts' });
  assert.ok(messages.some(({ ruleId }) => ruleId === 'n8n-nodes-base/node-param-display-name-miscased'), JSON.stringify(messages));
});
