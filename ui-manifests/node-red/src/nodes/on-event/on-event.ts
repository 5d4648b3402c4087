import { model } from '../../generated/on-event.gen.js';
import { triggerNode } from '../../shared/triggers/trigger.js';
import type { RED } from '../../shared/red.js';

/** Starts a flow on any event of the line. */
export default (RED: RED): void => triggerNode(RED, model);
