import { Deploys } from '../deployed.js';
import { Filling } from '../filling.js';
import type { NodeModel } from '../model.js';
import { Operation, partNode } from '../operation.js';
import { portsOf } from '../outputs.js';
import { lineOf, type RED } from '../red.js';
import { Asker } from './asker.js';

/** Registers a node that asks and waits, or only sends where its switch says so. */
export function waitNode(RED: RED, model: NodeModel): void {
  const deploys = new Deploys(RED);
  partNode(RED, model.type, (node, def) => {
    const filling = new Filling(RED, node, def, model);
    const line = lineOf(RED, def);
    if (filling.case.method !== 'message.ask') return new Operation(RED, node, line, filling);
    const ports = portsOf(filling.case, def as unknown as Record<string, unknown>);
    return new Asker(RED, node, line, deploys, { ports, params: async (msg) => withoutBlank(await filling.params(msg)) });
  });
}

/** A reminder whose text turns out blank is none. */
function withoutBlank({ reminders, ...params }: Record<string, unknown>): Record<string, unknown> {
  const said = Array.isArray(reminders) ? (reminders as { text?: unknown }[]).filter(({ text }) => text !== undefined) : [];
  return said.length > 0 ? { ...params, reminders: said } : params;
}
