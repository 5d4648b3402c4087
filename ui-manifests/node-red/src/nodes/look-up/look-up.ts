import { model } from '../../generated/look-up.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Finds messages, numbers, chats, groups, templates, questions and events. */
export default (RED: RED): void => operationNode(RED, model);
