import type { Ask } from '@nodeline/client';
import type { Node } from 'node-red';
import type { RED } from '../../shared/red.js';

/**
 * Whether a question is of one of some nodes, named by their ids in the editor. A node
 * inside a subflow runs once for each use of it, as "<use>-<id>": from inside the same
 * use that one is meant, from elsewhere each.
 */
export function askedBy(RED: RED, node: Node, nodes: readonly string[]): (ask: Ask) => boolean {
  const { id, _alias: inside } = node as Node & { _alias?: string };
  const use = inside && id.endsWith(`-${inside}`) ? id.slice(0, -inside.length) : '';
  const uses = new Set<string>();
  RED.nodes.eachNode((one) => { if (one.type.startsWith('subflow:')) uses.add(one.id); });
  return ({ reply }) => {
    const asked = reply?.node ?? '';
    return nodes.some((meant) => {
      if (asked === meant) return true;
      if (!asked.endsWith(`-${meant}`)) return false;
      const before = asked.slice(0, -meant.length - 1);
      return use ? `${before}-` === use : isUse(before, uses);
    });
  };
}

/** Whether an id is of a use of a subflow, or of one within others: "<outer>-<inner>". */
function isUse(id: string, uses: ReadonlySet<string>): boolean {
  return uses.has(id) || [...uses].some((inner) => id.endsWith(`-${inner}`) && isUse(id.slice(0, -inner.length - 1), uses));
}
