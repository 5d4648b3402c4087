// @ts-check
// Child processes: run to the end, or read what they print.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { root } from './paths.mjs';
import { Plain } from './say.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] the repository's root by default
 * @property {Record<string, string | undefined>} [env] added to this process's
 * @property {boolean} [quiet] show the output only when the command fails
 * @property {(line: string) => void} [onLine] read standard output by line instead of showing it
 */

/** npm and npx are scripts on Windows, which need a shell. */
const shell = process.platform === 'win32';

/**
 * Runs a command to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<void>} rejects with a Plain error when the command fails
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const piped = options.quiet || options.onLine;
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', piped ? 'pipe' : 'inherit', options.quiet ? 'pipe' : 'inherit'],
      shell,
    });
    let seen = '';
    let rest = '';
    const keep = (/** @type {Buffer} */ data) => { seen += data; };
    child.stderr?.on('data', keep);
    child.stdout?.setEncoding('utf8').on('data', (/** @type {string} */ data) => {
      if (!options.onLine) { seen += data; return; }
      const lines = (rest + data).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(options.onLine);
    });
    child.on('error', (err) => reject(new Plain(`${command} cannot be started: ${err.message}`)));
    child.on('close', (code, signal) => {
      if (rest && options.onLine) options.onLine(rest);
      if (code === 0) return resolve();
      if (seen) process.stderr.write(seen);
      const said = [command, ...args].join(' ');
      reject(new Plain(`${said.length > 200 ? `${said.slice(0, 200)}…` : said} ended with ${signal ?? `code ${code}`}`));
    });
  });
}

/**
 * What a short command prints, or undefined when it is absent or fails.
 * @param {string} command
 * @param {string[]} args
 * @param {{cwd?: string}} [options]
 */
export function read(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: options.cwd ?? root, encoding: 'utf8', shell });
  return done.status === 0 ? done.stdout.trim() : undefined;
}

/** The full path of a program on PATH, or undefined. */
export function which(/** @type {string} */ name) {
  const endings = process.platform === 'win32' ? (process.env.PATHEXT ?? '.EXE').split(';') : [''];
  for (const dir of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const ending of endings) {
      const file = path.join(dir, name + ending);
      try {
        accessSync(file, constants.X_OK);
        if (statSync(file).isFile()) return file;
      } catch {
        continue;
      }
    }
  }
  return undefined;
}
