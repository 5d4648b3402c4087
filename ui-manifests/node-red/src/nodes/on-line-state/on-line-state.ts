import { model } from '../../generated/on-line-state.gen.js';
import { triggerNode } from '../../shared/triggers/trigger.js';
import type { RED } from '../../shared/red.js';

/** Starts a flow when the line's state changes. */
export default (RED: RED): void => triggerNode(RED, model);
