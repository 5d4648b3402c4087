// @ts-check
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { out, root } from './lib/paths.mjs';
import { read } from './lib/run.mjs';
import { say, script } from './lib/say.mjs';

await script(async () => {
  // Exactly what .gitignore names: nothing that a person wrote.
  const ignored = (read('git', ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z']) ?? '')
    .split('\0').filter(Boolean).map((name) => path.join(root, name));
  for (const name of new Set([...ignored, out])) await rm(name, { recursive: true, force: true });
  say(`clean: ${ignored.length} ignored files and folders removed`);
});
