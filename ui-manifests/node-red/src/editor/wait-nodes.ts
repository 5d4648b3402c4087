// The nodes of the flows that wait for an answer, to pick from.
import type { Lang } from '@nodeline/client';
import { models } from '../generated/models.gen.js';
import { caseOf } from '../shared/outputs.js';
import type { Stored } from '../shared/stored.js';

interface OnCanvas extends Stored {
  id: string;
  type: string;
  z: string;
  name?: string;
}

/** Every node that waits, those of the open tab first. */
export function waitNodes(lang: Lang): { value: string; label: string; help: string }[] {
  const open = (RED as unknown as { workspaces: { active(): string } }).workspaces.active();
  const nodes = (RED.nodes.filterNodes({}) as unknown as OnCanvas[]).filter((node) => {
    const model = models[node.type];
    return model !== undefined && caseOf(model, node).method === 'message.ask';
  });
  const place = ({ z }: OnCanvas) => (z === open ? 0 : 1);
  return nodes.sort((one, other) => place(one) - place(other)).map(({ id, type, name, z }) => {
    const tab = (RED.nodes as unknown as { workspace(id: string): { label?: string } | undefined }).workspace(z)?.label ?? '';
    const title = name || models[type]?.title[lang] || type;
    return { value: id, label: z === open || tab === '' ? title : `${title} (${tab})`, help: '' };
  });
}
