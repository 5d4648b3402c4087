import { model } from '../../generated/on-receipt.gen.js';
import { triggerNode } from '../../shared/triggers/trigger.js';
import type { RED } from '../../shared/red.js';

/** Starts a flow when one of the line's messages goes further, or does not. */
export default (RED: RED): void => triggerNode(RED, model);
