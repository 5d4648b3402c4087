// How far a trigger has come, kept in Node-RED's user folder: a file per node and line.
//
// Not in the sidecar, which knows nothing of flows that are undeployed, copied and undone;
// not in a context, which a person may keep in memory, and which is written with a delay.
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Place } from '@nodeline/client';

/** The folder in the user folder. */
const folder = '.nodeline-cursors';

/** A file name for any id, the same on file systems that fold cases. */
function safe(id: string): string {
  return /^[a-z0-9-]{1,100}$/.test(id) ? id : `x${createHash('sha256').update(id).digest('hex').slice(0, 32)}`;
}

/** What one place takes in the file, bytes. */
const slotBytes = 256;

/** A place as it is written: `turn` grows by one, and stands at both ends of what is whole. */
interface Slot {
  turn: number;
  cursor: number;
  event?: string;
  at: string;
  end: number;
}

/**
 * The place of one node in one line's log. The file has two slots, written in turn, so that
 * whenever the process is killed one of them is whole. Renaming a new file over the old
 * one would do, too, but some file systems then wait for the disk: 6 ms, for every event.
 */
export class CursorFile {
  readonly #folder: string;
  readonly #file: string;
  #turn: number | undefined;

  constructor(userDir: string, node: string, line: string) {
    this.#folder = path.join(userDir, folder);
    this.#file = path.join(this.#folder, `${safe(node)}.${safe(line)}.json`);
  }

  /**
   * The place; undefined where there is none yet.
   * @throws what reading throws, or an Error where it is no place
   */
  read(): Place | undefined {
    const text = this.#text();
    if (text === '') return undefined;
    const newest = slotsOf(text)[0];
    if (!newest) throw new Error(`${this.#file} holds no place`);
    const { turn, cursor, event, at } = newest;
    this.#turn = turn;
    return { cursor, at, ...(event ? { id: event } : {}) };
  }

  /**
   * Keeps a place. Whenever the process is killed, the file holds this one or the one before.
   * @throws what writing throws
   */
  write({ cursor, id, at }: Place): void {
    const turn = (this.#turn ?? slotsOf(this.#text())[0]?.turn ?? 0) + 1;
    const slot: Slot = { turn, cursor, ...(id ? { event: id } : {}), at, end: turn };
    const bytes = Buffer.alloc(slotBytes, ' ');
    bytes.write(JSON.stringify(slot));
    bytes.write('\n', slotBytes - 1);
    const file = this.#open();
    try {
      writeSync(file, bytes, 0, slotBytes, (turn % 2) * slotBytes);
    } finally {
      closeSync(file);
    }
    this.#turn = turn;
  }

  /** What the file holds; nothing where there is none. */
  #text(): string {
    try {
      return readFileSync(this.#file, 'latin1');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }

  /** Opens the file to be written in place, and makes it where there is none. */
  #open(): number {
    try {
      return openSync(this.#file, 'r+');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      return openSync(this.#file, 'w', 0o600);
    }
  }
}

/** The slots that are whole, newest first. */
function slotsOf(text: string): Slot[] {
  return [text.slice(0, slotBytes), text.slice(slotBytes, 2 * slotBytes)].flatMap((part) => {
    try {
      const slot = JSON.parse(part.replaceAll('\0', ' ')) as Slot;
      const whole = Number.isSafeInteger(slot.turn) && slot.turn === slot.end && Number.isSafeInteger(slot.cursor) && !Number.isNaN(Date.parse(slot.at));
      return whole ? [slot] : [];
    } catch {
      return [];
    }
  }).sort((one, other) => other.turn - one.turn);
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
