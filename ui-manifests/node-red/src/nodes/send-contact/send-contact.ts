import { model } from '../../generated/send-contact.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Sends contact cards. */
export default (RED: RED): void => operationNode(RED, model);
