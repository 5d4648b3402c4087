import { model } from '../../generated/change-message.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Reacts to a message, forwards, edits or deletes it, or takes it back before it goes. */
export default (RED: RED): void => operationNode(RED, model);
