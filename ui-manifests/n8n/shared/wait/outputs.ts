import type { IDataObject } from 'n8n-workflow';
import type { OutcomeSpec } from '../spec';

/** The outcomes of each operation, by its key in the generated specs. */
export type Outcomes = Readonly<Record<string, readonly OutcomeSpec[]>>;

interface Output {
  type: 'main';
  displayName?: string;
}

/**
 * Draws a node's outputs from its parameters. n8n runs it as text, in the editor and in
 * the engine: it may use nothing but its arguments.
 *
 * A choice whose text is an expression is counted, and called by its place: its text is
 * not known before an item comes.
 */
function draw(parameters: IDataObject, outcomes: Outcomes): Output[] {
  const operation = String(parameters.operation);
  const specs = outcomes[operation] || outcomes[operation + '.' + String(parameters.ask)] || [];
  const outputs: Output[] = [];
  for (const spec of specs) {
    const choices = spec.perChoice;
    if (!choices) {
      outputs.push({ type: 'main', displayName: spec.label });
      continue;
    }
    const group = parameters[choices.param] as IDataObject | undefined;
    const list = ((group && group[choices.list]) || []) as IDataObject[];
    let place = 0;
    for (const one of list) {
      const text = String(one[choices.text] === undefined || one[choices.text] === null ? '' : one[choices.text]).trim();
      if (!text) continue;
      place += 1;
      outputs.push({ type: 'main', displayName: text.startsWith('=') ? spec.label.replace('{n}', String(place)) : text });
    }
  }
  return outputs.length ? outputs : [{ type: 'main' }];
}

/** The expression that gives a node its outputs. Two closing braces would end it, so the data is spread over lines. */
export const outputsOf = (outcomes: Outcomes): `={{${string}}}` => `={{(${draw.toString()})($parameter, ${JSON.stringify(outcomes, undefined, 1)})}}`;

/** Which outputs an item may leave by. */
export interface Ways {
  /** How many outputs the node has, its error output left out. */
  count: number;
  /** The output of an outcome's kind and, of a choice, its place as the customer saw it, from 1. */
  to(kind: string, index: number): number;
}

/**
 * Reads the ways of one item.
 * @param raw the choices as they stand in the node, expressions unread, by the parameter's name
 * @param read the same as they are for the item
 */
export function waysOf(specs: readonly OutcomeSpec[], raw: (param: string) => unknown, read: (param: string) => unknown): Ways {
  const first = new Map<string, number>();
  const chosen = new Set<string>();
  let count = 0;
  let slots: number[] = [];
  for (const spec of specs) {
    for (const kind of spec.takes) if (!first.has(kind)) first.set(kind, count);
    if (!spec.perChoice) {
      count += 1;
      continue;
    }
    const { param, list, text } = spec.perChoice;
    for (const kind of spec.takes) chosen.add(kind);
    const drawn = texts(raw(param), list, text);
    const asked = texts(read(param), list, text);
    // The customer does not see a blank choice; the editor draws one whose expression came out blank.
    slots = [];
    for (const [i, drawnText] of drawn.entries()) {
      if (!drawnText) continue;
      if (asked[i]) slots.push(count);
      count += 1;
    }
  }
  return {
    count: Math.max(count, 1),
    // A choice that the node does not draw is an answer all the same.
    to: (kind, index) => (chosen.has(kind) ? slots[index - 1] ?? first.get('other') : first.get(kind)) ?? 0,
  };
}

function texts(group: unknown, list: string, text: string): string[] {
  const items = (group as Record<string, IDataObject[]> | undefined)?.[list] ?? [];
  return items.map((one) => String(one[text] ?? '').trim());
}
