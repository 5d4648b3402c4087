// @ts-check
// Waiting for what can be observed, with an end.
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again and again until the answer is truthy.
 * @template T
 * @param {string} what for the sentence when time is up
 * @param {() => Promise<T> | T} check an exception counts as "not yet" and is quoted at the end
 * @param {{timeout?: number, every?: number, alive?: () => void}} [options] milliseconds; alive throws when waiting is pointless
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(what, check, { timeout = 15000, every = 40, alive } = {}) {
  const end = Date.now() + timeout;
  for (;;) {
    alive?.();
    let last = '';
    try {
      const value = await check();
      if (value) return /** @type {NonNullable<T>} */ (value);
    } catch (err) {
      last = `; last: ${err instanceof Error ? `${err.message}${err.cause ? ` (${err.cause})` : ''}` : String(err)}`;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${timeout / 1000} s${last}`);
    await pause(every);
  }
}
