import { model } from '../../generated/send-files.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Sends files, each a message of its own, or text with files. */
export default (RED: RED): void => operationNode(RED, model);
