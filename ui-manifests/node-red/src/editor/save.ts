// What a dialog puts on its node. Only what a person changed: a flow of before that was
// only looked at stays as it is, and Done then changes nothing.
import { oldReminder } from '../shared/stored.js';

/**
 * @param drawn what the dialog's inputs held when they were first drawn, by property
 * @param held what they hold now; values are new objects, never those of the node
 */
export function saveChanges(node: Record<string, unknown>, drawn: Readonly<Record<string, unknown>>, held: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(held)) {
    if (same(value, drawn[name])) continue;
    node[name] = value;
    // The list takes the place of the one reminder of before.
    if (name === 'reminders') for (const old of oldReminder) if (node[old] !== undefined) node[old] = undefined;
  }
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
