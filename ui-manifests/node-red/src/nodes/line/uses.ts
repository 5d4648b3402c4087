import { sameAddress } from '@nodeline/client';
import type { Translate } from '../../editor/lang.js';

/** A node as the editor holds it. */
interface EditorNode {
  type: string;
  z?: string;
  url?: string;
  line?: string;
  users?: EditorNode[];
}

/** The editor's ways to name things. */
interface Editor {
  nodes: {
    eachConfig(each: (node: EditorNode) => boolean): void;
    workspace(id: string): { label?: string } | undefined;
    subflow(id: string): { name?: string } | undefined;
  };
  utils: { getNodeLabel(node: EditorNode, fallback?: string): string };
  settings: { nodelineLineUrl?: string };
}

/** How many are named; the rest is counted. */
const namedMax = 5;

/** Which nodes of this editor use a line, in a sentence. */
export function usesOf(line: string, url: string, translate: Translate): string {
  const editor = RED as unknown as Editor;
  const whole = (address: string | undefined) => address || editor.settings.nodelineLineUrl || '';
  const users: EditorNode[] = [];
  editor.nodes.eachConfig((node) => {
    if (node.type === 'nodeline-line' && node.line === line && sameAddress(whole(node.url), whole(url))) users.push(...node.users ?? []);
    return true;
  });
  if (users.length === 0) return translate('dialog.uses-none');
  const named = users.slice(0, namedMax).map((node) => {
    const flow = editor.nodes.workspace(node.z ?? '')?.label ?? editor.nodes.subflow(node.z ?? '')?.name;
    const label = editor.utils.getNodeLabel(node, node.type);
    return flow ? `${label} (${flow})` : label;
  }).join(', ');
  const nodes = users.length > namedMax ? translate('dialog.uses-more', { nodes: named, count: String(users.length - namedMax) }) : named;
  return translate('dialog.uses', { nodes });
}
