// @ts-check
// Test files that a person names.
import path from 'node:path';
import { testFiles } from './count.mjs';
import { root } from './paths.mjs';
import { Plain } from './say.mjs';

/**
 * The test files of a folder that these words name, by path or by the name before the first dot; all of them for no word.
 * @param {string} folder
 * @param {string[]} words
 * @param {string} usage for the sentence that a word names nothing
 */
export function chosen(folder, words, usage) {
  const all = testFiles([folder]);
  if (!words.length) return all;
  return words.flatMap((word) => {
    const found = all.filter((file) => file === path.relative(root, path.resolve(word)) || path.basename(file).split('.')[0] === word);
    if (!found.length) throw new Plain(`${usage}\n\nthere is no ${word}; there are:\n  ${all.join('\n  ')}`);
    return found;
  });
}
