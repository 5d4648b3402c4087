import { model } from '../../generated/line-control.gen.js';
import { operationNode } from '../../shared/operation.js';
import type { RED } from '../../shared/red.js';

/** Tells how a line stands, pauses it, resumes it or changes its settings. */
export default (RED: RED): void => operationNode(RED, model);
