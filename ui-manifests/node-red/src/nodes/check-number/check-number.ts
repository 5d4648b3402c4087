import { model } from '../../generated/check-number.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Asks whether a number is on WhatsApp; a check that could not be made is an error, never "no". */
export default (RED: RED): void => operationNode(RED, model);
