// @ts-check
// One process of the demo in a process group of its own: started, watched, ended whole.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** How long a part may take to end by itself, milliseconds. */
const patience = 8000;

/** Parts that run: ended hard if this process leaves without stopping them. */
const running = new Set();
process.on('exit', () => running.forEach((part) => part.signal('SIGKILL')));

export class Part {
  /**
   * Starts a program; its output goes to a log file.
   * @param {string} name for people
   * @param {string} command
   * @param {string[]} args
   * @param {{log: string, cwd?: string, env?: Record<string, string | undefined>}} options
   */
  constructor(name, command, args, options) {
    this.name = name;
    this.log = options.log;
    const file = openSync(options.log, 'w');
    this.child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', file, file],
      // A group of its own: Ctrl-C reaches only us, and we end the group in order.
      detached: true,
    });
    closeSync(file);
    running.add(this);
    /** @type {string | undefined} how it ended, once it has */
    this.ended = undefined;
    /** @type {boolean} */
    this.stopping = false;
    this.exit = new Promise((resolve) => {
      const end = (/** @type {string} */ how) => {
        this.ended = how;
        running.delete(this);
        resolve(undefined);
      };
      this.child.on('error', (err) => end(err.message));
      this.child.on('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }

  /** Sends a signal to the whole group; harmless when it is gone. */
  signal(/** @type {NodeJS.Signals} */ signal) {
    if (!this.child.pid) return;
    try {
      if (process.platform === 'win32') this.child.kill(signal);
      else process.kill(-this.child.pid, signal);
    } catch (err) {
      if (/** @type {NodeJS.ErrnoException} */ (err).code !== 'ESRCH') throw err;
    }
  }

  /** Ends the part: asks first, and does not ask forever. A second call waits for the same end. */
  async stop() {
    this.stopping = true;
    if (this.ended === undefined) {
      this.signal('SIGTERM');
      const timer = setTimeout(() => this.signal('SIGKILL'), patience);
      await this.exit;
      clearTimeout(timer);
    }
    // What the program itself left in its group.
    this.signal('SIGKILL');
  }

  /** Ends it as a power cut would. */
  async kill() {
    this.stopping = true;
    this.signal('SIGKILL');
    await this.exit;
  }

  /** The end of its log. */
  tail(lines = 20) {
    return readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }
}
