// Whether a message that was sent has reached the next node.
//
// Node-RED hands a message over one turn later (setImmediate), and a deploy stops
// all its nodes in one turn: a message sent just before is thrown away without a
// word. An outcome is acknowledged only when it was not.
import type { Node } from 'node-red';
import type { RED } from './red.js';

/**
 * Sends, and tells whether it arrived.
 * @param place the output
 * @param closed whether the sending node was stopped; decides where the next nodes cannot be looked up (in subflows)
 */
export async function handOver(RED: RED, node: Node, place: number, send: () => void, closed: () => boolean): Promise<boolean> {
  const ids = (node as unknown as { wires?: string[][] }).wires?.[place] ?? [];
  const next = ids.map((id) => ({ id, node: RED.nodes.getNode(id) as Node | null | undefined }));
  send();
  const atOnce = (RED.settings as unknown as { runtimeSyncDelivery?: boolean }).runtimeSyncDelivery === true;
  if (next.length === 0 || atOnce) return true;
  // Queued behind Node-RED's own, so this runs when the next nodes have had their turn.
  await new Promise((resolve) => setImmediate(resolve));
  const known = next.filter((one) => one.node);
  if (known.length === 0) return !closed();
  return known.some((one) => RED.nodes.getNode(one.id) === one.node);
}
