import { model } from '../../generated/robot-message.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Sends one text message about an item at its stage. */
export default (RED: RED): void => operationNode(RED, model);
