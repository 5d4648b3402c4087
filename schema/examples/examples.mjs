// The examples as JavaScript tests read them.
import { readFile } from 'node:fs/promises';

/**
 * Every example, with what {"$from"} stands for.
 * @returns {Promise<{method: string, request: Record<string, any>, result: any}[]>}
 */
export async function examples() {
  /** @type {Record<string, any>} */
  const results = {};
  /** @param {any} value @returns {any} */
  const resolved = (value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(resolved);
    if (value.$from) {
      const [method, where] = value.$from.split(' ');
      return where.split('.').reduce((/** @type {any} */ at, /** @type {string} */ step) => at[step], results[method]);
    }
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner)]));
  };
  const all = JSON.parse(await readFile(new URL('examples.json', import.meta.url), 'utf8'));
  return all.map((/** @type {{method: string, request: object, result: any}} */ { method, request, result }) => {
    results[method] = result;
    return { method, request: resolved(request), result };
  });
}
