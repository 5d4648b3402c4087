import { model } from '../../generated/template.gen.js';
import type { RED } from '../../shared/red.js';
import { waitNode } from '../../shared/waits/wait-node.js';

export default function register(RED: RED): void {
  waitNode(RED, model);
}
