// What the tests of the generated files share: the nodes, the examples, and the way back
// from a request to the parameters that make it.
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadValidator } from '../../../plugin/js/dist/index.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const require = createRequire(import.meta.url);
const { NodeHelpers } = require('n8n-workflow');
export const { requestOf } = require('../dist/shared/request.js');

/** Every node by its kind: its properties, and operations by key. */
export const nodes = Object.fromEntries(['action', 'activity', 'robot', 'trigger'].map((kind) => [kind, require(`../dist/generated/${kind}.gen.js`)]));

/** Every operation of every node. */
export const all = Object.entries(nodes).flatMap(([kind, { operations }]) => Object.entries(operations).map(([key, spec]) => ({ kind, key, spec })));

const json = async (name) => JSON.parse(await readFile(path.join(root, name), 'utf8'));

export { examples } from '../../../schema/examples/examples.mjs';

/** The requests of the vectors that the rules let through, without those written in shorthand. */
export async function vectors() {
  const names = (await readdir(path.join(root, 'schema', 'vectors'))).filter((name) => name.endsWith('.json'));
  const lists = await Promise.all(names.map((name) => json(path.join('schema', 'vectors', name))));
  return lists.flat().filter(({ layer, ok, params }) => layer === 'guest' && ok && params && !JSON.stringify(params).includes('"$'));
}

export const validator = await loadValidator(await readFile(path.join(root, 'plugin', 'host', 'dist', 'validator.wasm')));

const longest = [['days', 86_400], ['hours', 3600], ['minutes', 60], ['seconds', 1]];

/** Puts a value where a dotted name says. */
function put(target, name, value) {
  const steps = name.split('.');
  const last = steps.pop();
  let at = target;
  for (const step of steps) at = at[step] ??= {};
  at[last] = value;
}

const get = (source, name) => name.split('.').reduce((at, step) => at?.[step], source);

/**
 * The parameters that a person sets to get this request, and what of it no field says.
 * Fields without a value stay unset, and lists of values empty.
 */
export function parametersOf(fields, request) {
  const parameters = {};
  const left = structuredClone(request);
  for (const field of fields) {
    const value = field.path ? get(left, field.path) : left;
    if (value == null || (field.control === 'template' && value.name === undefined)) {
      // What a person takes out of a list that begins with something.
      if (field.many && field.control === 'select' && !field.param.includes('.')) put(parameters, field.param, []);
      continue;
    }
    put(parameters, field.param, written(field, value, parameters));
    if (field.control === 'template') {
      delete value.name;
      delete value.language;
    } else {
      put(left, field.path, undefined);
    }
  }
  return { parameters, left: JSON.parse(JSON.stringify(left)) };
}

function written(field, value, parameters) {
  const item = (inner) => parametersOf(field.fields, inner).parameters;
  switch (field.control) {
    case 'line':
      return { __rl: true, mode: 'id', value };
    case 'chat':
      return { __rl: true, mode: 'phone', value };
    case 'template':
      return { __rl: true, mode: 'id', value: `${value.name}/${value.language}` };
    case 'duration': {
      const [unit, seconds] = longest.find(([, factor]) => value % factor === 0);
      put(parameters, field.unit, unit);
      return value / seconds;
    }
    case 'texts':
      return value.join(field.split === 'lines' ? '\n' : ', ');
    case 'group':
      return { values: field.many ? value.map(item) : item(value) };
    case 'files':
      return { values: value.map((file) => ({ from: file.mediaId === undefined ? 'url' : 'mediaId', ...file })) };
    default:
      return value;
  }
}

/** What is chosen before the fields, by the operation's key. */
export function choicesOf(kind, key) {
  const parts = key.split('.');
  if (kind === 'action') return { resource: parts[0], operation: parts[1] };
  if (kind === 'trigger') return {};
  return { operation: parts[0], ...(parts[1] ? { ask: parts[1] } : {}) };
}

/** The parameters as n8n keeps and gives them: defaults filled in, what is not displayed dropped. */
export function kept(kind, key, parameters) {
  const { properties } = nodes[kind];
  const node = { type: `n8n-nodes-nodeline.${kind}`, typeVersion: 1, parameters: {} };
  return NodeHelpers.getNodeParameters(properties, { authentication: 'token', ...choicesOf(kind, key), ...parameters }, true, false, node, { properties });
}

/** What is displayed for an operation, by name. */
export function displayed(kind, key, parameters = {}) {
  const { properties } = nodes[kind];
  const node = { type: `n8n-nodes-nodeline.${kind}`, typeVersion: 1, parameters: {} };
  const values = { authentication: 'token', ...choicesOf(kind, key), ...parameters };
  return properties.filter((property) => NodeHelpers.displayParameter(values, property, node, { properties }));
}

/** The request that parameters make, as a node makes it. */
export function made(kind, key, parameters, upload) {
  const values = kept(kind, key, parameters);
  return requestOf((name) => values[name] ?? '', nodes[kind].operations[key], upload);
}

/** A request without what the node mints or always says. */
export function asked(spec, request) {
  const left = structuredClone(request);
  for (const name of spec.minted) delete left[name];
  for (const [name, value] of Object.entries(spec.fixed ?? {})) if (left[name] === value) delete left[name];
  return left;
}
