import { model } from '../../generated/stage-changed.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Tells that an item changed its stage: the waits of robots at another stage end. */
export default (RED: RED): void => operationNode(RED, model);
