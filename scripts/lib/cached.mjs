// @ts-check
// Folders of the cache: filled whole or not at all.
import { mkdir, rename, rm } from 'node:fs/promises';
import process from 'node:process';

/** npm's own program beside this Node.js. */
export const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

/**
 * Fills a folder of the cache beside its place and then moves it there, so that
 * an install that was cut short is never taken for a whole one.
 * @param {string} dir
 * @param {(dir: string) => Promise<void>} fill
 */
export async function installed(dir, fill) {
  const partial = `${dir}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  try {
    await fill(partial);
    await rm(dir, { recursive: true, force: true });
    await rename(partial, dir);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
