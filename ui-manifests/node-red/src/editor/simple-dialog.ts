import type { Method } from '@nodeline/client';
import { nodes, type NodeId } from '../fields.gen.js';
import { editorLang, type Translate } from './lang.js';
import { LiveRules, standIn } from './live.js';
import { fieldsRoot, showFields } from './rows.js';
import { TypedField } from './typed-field.js';

/** A node whose fields are all typed values. */
export interface EditedNode {
  _: Translate;
  [property: string]: unknown;
}

/** The fields of a node as its dialog draws them, each typed. */
export function typedFields(node: EditedNode, id: NodeId, paths: string[], root: JQuery, changed: () => void): TypedField[] {
  const lang = editorLang();
  return nodes[id].fields.filter(({ path }) => paths.includes(path)).map((field) => {
    const typed = new TypedField({
      name: field.path,
      field,
      lang,
      translate: (key, values) => node._(key, values),
      value: String(node[field.path] ?? ''),
      kind: String(node[`${field.path}Type`] ?? 'str'),
      changed,
    });
    typed.row.appendTo(root);
    return typed;
  });
}

/** A field's value as the rules get it: typed by hand, or a stand-in for what a message brings. */
export function judged({ path, constant }: TypedField): string {
  return constant ?? (path === 'chat' || path === 'phone' ? standIn.chat : standIn.text);
}

/** The dialog of a node with nothing but a line and typed fields. */
export class SimpleDialog {
  readonly #rules: LiveRules;

  /** @param minted what the node fills into a request by itself */
  constructor(node: EditedNode, id: NodeId, method: Method, minted: Record<string, string>) {
    const paths = (nodes[id].variants[0]?.fields ?? []).filter((path) => path !== 'line');
    const fields = typedFields(node, id, paths, $(fieldsRoot), () => this.#rules.changed());
    this.#rules = new LiveRules(editorLang(), () => ({
      method,
      params: { line: standIn.line, ...minted, ...Object.fromEntries(fields.map((field) => [field.path, judged(field)])) },
    }), (issues, warnings) => showFields(fields, issues, warnings));
    this.#rules.changed();
  }

  close(): void {
    this.#rules.close();
  }
}
