import type { Lang } from '@nodeline/client';
import { nodes, type Field, type Node as CatalogNode, type NodeId, type Text } from '../fields.gen.js';
import type { Output } from './outputs.js';

/** A text in a language; {n} is put in where it stands. */
export function say(text: Text, lang: Lang, n?: number): string {
  return n === undefined ? text[lang] : text[lang].replace('{n}', String(n));
}

/** A field of a node in the catalogue. */
export function fieldOf(id: NodeId, path: string): Field {
  const field = nodes[id].fields.find((one) => one.path === path);
  if (!field) throw new Error(`the catalogue's ${id} has no field ${path}`);
  return field;
}

/** A field's label, as people know it. */
export function labelOf(id: NodeId, path: string, lang: Lang): string {
  return say(fieldOf(id, path).label, lang);
}

/** The label of an output: a button's text where it is known, else its place. */
export function outputLabel(node: CatalogNode, output: Output, lang: Lang, button?: { place: number; text: string }): string {
  for (const variant of node.variants) {
    for (const outcome of variant.outcomes) {
      if (button && outcome.perButton) return button.text || say(outcome.label, lang, button.place);
      if (outcome.id === output) return say(outcome.label, lang);
    }
  }
  return output;
}

/** How long a text is for a limit: Unicode code points. */
export function codePoints(text: string): number {
  return [...text].length;
}
