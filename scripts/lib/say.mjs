// @ts-check
// What the scripts tell the person at the terminal.
import process from 'node:process';
import { createInterface } from 'node:readline/promises';

/** A failure that the person can act on: shown as a sentence, without a stack. */
export class Plain extends Error {}

/** Seconds since a Date.now(), for people. */
export const since = (/** @type {number} */ start) => `${((Date.now() - start) / 1000).toFixed(1)} s`;

// A terminal that was closed must not stop what still has to be tidied up.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

/** One line about what happens now. */
export function say(/** @type {string} */ text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Names a piece of work, does it, and says how long it took.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const start = Date.now();
  say(`· ${name} ...`);
  const result = await work();
  say(`✓ ${name} (${since(start)})`);
  return result;
}

/** True where nobody needs to be asked: CI=true or NODELINE_YES=1. */
export const consented = () => process.env.CI === 'true' || process.env.NODELINE_YES === '1';

/**
 * Asks yes or no. Without a terminal the answer is no.
 * @param {string} question
 */
export async function agree(question) {
  if (consented()) return true;
  if (!process.stdin.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^(y|yes|д|да)$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

/** Whether a command line asks for help. */
const asksForHelp = (/** @type {string[]} */ words) => words.some((word) => word === '--help' || word === '-h');

/** parseArgs found an option that is not one of ours, or one without its value. */
const badOption = (/** @type {unknown} */ err) => err instanceof Error && 'code' in err && String(err.code).startsWith('ERR_PARSE_ARGS');

/**
 * Runs a script's main function: a Plain error is a sentence, any other a stack; both exit 1.
 * @param {() => Promise<void>} main
 * @param {string} [usage] what --help prints, and what a wrong option gets
 */
export async function script(main, usage) {
  if (usage && asksForHelp(process.argv.slice(2))) return say(usage);
  try {
    await main();
  } catch (caught) {
    const err = usage && badOption(caught) ? new Plain(usage) : caught;
    process.stderr.write(`\n✗ ${err instanceof Plain ? err.message : err instanceof Error ? err.stack : String(err)}\n`);
    process.exitCode = 1;
  }
}
