// The part of Node-RED that reads typed fields, as it is, for tests without a running one.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { nodeRed } from '../../../scripts/lib/paths.mjs';

const { util } = createRequire(path.join(nodeRed().dir, 'package.json'))('@node-red/util');

/** What a node is given: Node-RED's own util, and our texts. @param {'en-US' | 'ru'} lang */
export function redOf(lang = 'en-US') {
  const common = JSON.parse(readFileSync(new URL(`../src/locales/common.${lang}.json`, import.meta.url), 'utf8'));
  const say = (key, places = {}) => {
    const text = key.split('.').reduce((at, step) => at?.[step], { common });
    return Object.entries(places).reduce((said, [name, value]) => said.replaceAll(`__${name}__`, value), text ?? key);
  };
  return { util, _: say, settings: { lang } };
}

/** A node with contexts of its own. @param {Record<string, unknown>} [flow] @param {Record<string, unknown>} [global] */
export function nodeOf(flow = {}, global = {}) {
  const of = (values) => ({
    get: (key, store, callback) => (typeof store === 'function' ? store : callback)(undefined, values[key]),
    set: (key, value, store, callback) => {
      if (store === 'missing') throw new Error('no such store');
      values[key] = value;
      callback();
    },
  });
  const warnings = [];
  return { id: 'n1', type: 'nodeline-test', warnings, warn: (text) => warnings.push(text), context: () => ({ flow: of(flow), global: of(global) }) };
}
