// @ts-check
// Chaos runs: their options and their process.
import { spawn } from 'node:child_process';
import process from 'node:process';
import { chaosBinary, root } from './paths.mjs';
import { Plain } from './say.mjs';

/** What a recipe may say, and what it means for the program. */
const options = ['seconds', 'seed', 'lines', 'hosts', 'phones'];
const switches = { '--keep': '-keep', '--no-clock': '-clock=false' };

/** What `just chaos --help` prints. */
export const usage = `just chaos [options]   breaks everything at once, seeded; the phones and the hosts judge (docs/chaos.md)
  --seconds 120   how long things break; what is under way then drains, which takes a little longer
  --seed N        the dice; by default drawn anew, and printed
  --lines 4       WhatsApp lines
  --hosts 5       programs with flows; of five, three by websocket, one by webhooks, one that polls
  --phones 12     customers' phones
  --no-clock      no lives with a wrong clock, which need the sidecar built once more
  --keep          keep the logs and the data of a good run too, in out/chaos`;

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
