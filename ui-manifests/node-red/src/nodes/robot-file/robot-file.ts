import { model } from '../../generated/robot-file.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Sends files about an item at its stage. */
export default (RED: RED): void => operationNode(RED, model);
