// @ts-check
// Whether Go tests run under the race detector, which needs a C compiler.
import process from 'node:process';
import { Plain, say } from './say.mjs';

/**
 * What is not instrumented. SQLite translated from C: its memory is not Go's, so the
 * detector sees none of it and only the time is lost; the driver above it is ours to watch.
 * exsync of whatsmeow's: whoever waits for an event writes the same `true` under a lock for
 * readers, which is a race that does no harm.
 */
export const unseen = ['modernc.org/sqlite/lib', 'modernc.org/libc/...', 'modernc.org/memory', 'go.mau.fi/util/exsync'];

/**
 * The flags for go test. Without a compiler tests run unraced and say so; CI refuses to.
 * @param {boolean} compiler whether there is one
 * @param {string | undefined} [ci] the variable CI
 * @param {(line: string) => void} [tell]
 */
export function raceFlags(compiler, ci = process.env.CI, tell = say) {
  if (compiler) return ['-race', ...unseen.map((pattern) => `-gcflags=${pattern}=-race=false`)];
  if (ci === 'true') throw new Plain('CI needs a C compiler for the race detector: install gcc.');
  tell('  no C compiler: Go tests run WITHOUT the race detector');
  return [];
}
