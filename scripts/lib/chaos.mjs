// @ts-check
// Chaos runs: their options and their process.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { chaosBinary, root } from './paths.mjs';
import { Plain } from './say.mjs';

/** What a recipe may say, and what it means for the program. */
const options = ['seconds', 'seed', 'lines', 'hosts', 'phones'];
const switches = { '--keep': '-keep', '--no-clock': '-clock=false' };

const usage = `just chaos [--seconds 120] [--seed N] [--lines 4] [--hosts 5] [--phones 12] [--no-clock] [--keep]
  --no-clock: no lives with a wrong clock, which need the sidecar built once more
  --keep: keep the logs and the data of a good run too, in out/chaos`;

/**
 * The program's arguments for a recipe's; --name value and --name=value are alike.
 * @param {string[]} given
 * @returns {string[]}
 */
export function chaosArgs(given) {
  const args = [];
  for (let i = 0; i < given.length; i++) {
    const word = given[i] ?? '';
    if (word in switches) {
      args.push(switches[/** @type {keyof typeof switches} */ (word)]);
      continue;
    }
    const [name = '', inline] = word.split('=', 2);
    const value = inline ?? given[++i];
    if (!name.startsWith('--') || !options.includes(name.slice(2)) || !/^\d+(\.\d+)?$/.test(value ?? '')) throw new Plain(usage);
    args.push(`-${name.slice(2)}=${value}`);
  }
  return args;
}

/**
 * Runs the built program to its end. It tidies up by itself when it is asked to end.
 * @param {string[]} args
 * @returns {Promise<number>} its exit code
 */
export function runChaos(args) {
  return new Promise((resolve, reject) => {
    // A group of its own: a Ctrl-C at the terminal comes to us, and once from us to it.
    const child = spawn(chaosBinary, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: process.platform !== 'win32' });
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
    const pass = () => { child.kill('SIGTERM'); };
    for (const signal of signals) process.on(signal, pass);
    child.on('error', (err) => reject(new Plain(`${chaosBinary} cannot be started: ${err.message}`)));
    child.on('close', (code) => {
      for (const signal of signals) process.off(signal, pass);
      resolve(code ?? 1);
    });
  });
}
