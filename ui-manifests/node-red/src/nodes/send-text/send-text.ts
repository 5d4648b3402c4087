import { model } from '../../generated/send-text.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Sends one text message; the message goes on by `result` or `error`. */
export default (RED: RED): void => operationNode(RED, model);
