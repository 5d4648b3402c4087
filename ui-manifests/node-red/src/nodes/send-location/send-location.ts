import { model } from '../../generated/send-location.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Sends a place on the map. */
export default (RED: RED): void => operationNode(RED, model);
