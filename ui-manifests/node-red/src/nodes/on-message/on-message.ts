import { model } from '../../generated/on-message.gen.js';
import { triggerNode } from '../../shared/triggers/trigger.js';
import type { RED } from '../../shared/red.js';

/** Starts a flow when somebody writes to the line, edits, deletes or reacts. */
export default (RED: RED): void => triggerNode(RED, model);
