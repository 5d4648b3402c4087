import { model } from '../../generated/cancel-waits.gen.js';
import { Filling } from '../../shared/filling.js';
import { partNode } from '../../shared/operation.js';
import { lineOf, type RED } from '../../shared/red.js';
import { Canceller } from './canceller.js';

/** Ends open questions as cancelled: one, or every one that a choice names. */
export default function register(RED: RED): void {
  partNode(RED, model.type, (node, def) => new Canceller(RED, node, lineOf(RED, def), new Filling(RED, node, def, model)));
}
