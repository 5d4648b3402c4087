// What is to be known of deploys: whether one is under way, and whether a node is still part
// of the flows.
import type { RED } from './red.js';

/** Follows the deploys of this Node-RED. */
export class Deploys {
  #under = false;
  #waiting: (() => void)[] = [];

  constructor(RED: RED) {
    RED.events.on('flows:stopping', () => { this.#under = true; });
    RED.events.on('flows:started', () => {
      this.#under = false;
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** Whether nodes are being stopped and started: what is sent then may find nobody. */
  get underWay(): boolean {
    return this.#under;
  }

  /** Done when no deploy is under way, or the signal says so. */
  async over(signal: AbortSignal): Promise<void> {
    while (this.#under && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}

/**
 * Whether a node is in the flows as they are deployed now, also where it is disabled: what
 * stops it is a deploy then, and not its removal. A node in a subflow is called by the
 * subflow's instance and itself, joined.
 */
export function isDeployed(RED: RED, id: string): boolean {
  const ids = new Set<string>();
  RED.nodes.eachNode((node) => { ids.add(node.id); });
  const known = (name: string): boolean => {
    if (ids.has(name)) return true;
    for (let dash = name.indexOf('-'); dash > 0; dash = name.indexOf('-', dash + 1)) {
      if (ids.has(name.slice(0, dash)) && known(name.slice(dash + 1))) return true;
    }
    return false;
  };
  return known(id);
}
