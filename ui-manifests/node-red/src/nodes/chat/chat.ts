import { model } from '../../generated/chat.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Shows typing in a chat, marks messages read, or tells of its 24-hour window. */
export default (RED: RED): void => operationNode(RED, model);
