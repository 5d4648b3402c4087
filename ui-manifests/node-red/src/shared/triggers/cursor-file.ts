// How far a trigger has come, kept in Node-RED's user folder: a file per node and line.
//
// Not in the sidecar, which knows nothing of flows that are undeployed, copied and undone;
// not in a context, which a person may keep in memory, and which is written with a delay.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Place } from '@nodeline/client';

/** The folder in the user folder. */
const folder = '.nodeline-cursors';

/** A file name for any id, the same on file systems that fold cases. */
function safe(id: string): string {
  return /^[a-z0-9-]{1,100}$/.test(id) ? id : `x${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}

/** The place of one node in one line's log. */
export class CursorFile {
  readonly #folder: string;
  readonly #file: string;
  readonly #about: { node: string; line: string };

  constructor(userDir: string, node: string, line: string) {
    this.#folder = path.join(userDir, folder);
    this.#file = path.join(this.#folder, `${safe(node)}.${safe(line)}.json`);
    this.#about = { node, line };
  }

  /**
   * The place; undefined where there is none yet.
   * @throws what reading throws, or an Error where it is no place
   */
  read(): Place | undefined {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const { cursor, event, at } = JSON.parse(text) as { cursor: number; event?: string; at: string };
    if (!Number.isSafeInteger(cursor) || Number.isNaN(Date.parse(at))) throw new Error(`${this.#file} holds no place`);
    return { cursor, at, ...(event ? { id: event } : {}) };
  }

  /**
   * Keeps a place. Whenever the process is killed, the file holds this one or the one before.
   * @throws what writing throws
   */
  write({ cursor, id, at }: Place): void {
    const text = JSON.stringify({ ...this.#about, cursor, ...(id ? { event: id } : {}), at });
    const next = `${this.#file}.next`;
    try {
      writeFileSync(next, text, { mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(next, text, { mode: 0o600 });
    }
    renameSync(next, this.#file);
  }
}

/**
 * Forgets where a node stood, in every line.
 * @throws what removing throws
 */
export function forgetNode(userDir: string, node: string): void {
  let names: string[];
  try {
    names = readdirSync(path.join(userDir, folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  for (const name of names.filter((one) => one.startsWith(`${safe(node)}.`))) rmSync(path.join(userDir, folder, name), { force: true });
}
