import { model } from '../../generated/get-file.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Gives what is known of a file that came, a new link to it, and the file itself as msg.payload. */
export default (RED: RED): void => operationNode(RED, model);
