import type { Method } from '@nodeline/client';
import { nodes, type NodeId } from '../fields.gen.js';
import { fieldOf } from '../shared/labels.js';
import { editorLang, type Translate } from './lang.js';
import { LiveRules, standIn } from './live.js';
import { fieldsRoot, showFields } from './rows.js';
import { SelectField } from './select-field.js';
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

/** The dialog of a node with nothing but a line, typed fields and fields to choose from. */
export class SimpleDialog {
  readonly #rules: LiveRules;

  /** @param minted what the node fills into a request by itself */
  constructor(node: EditedNode, id: NodeId, method: Method, minted: Record<string, string>) {
    const lang = editorLang();
    const root = $(fieldsRoot);
    const changed = () => this.#rules.changed();
    const paths = (nodes[id].variants[0]?.fields ?? []).filter((path) => path !== 'line');
    const chosen = paths.filter((path) => fieldOf(id, path).options);
    const fields = typedFields(node, id, paths.filter((path) => !chosen.includes(path)), root, changed);
    // A flow of before has no value of a field that came later.
    const selects = chosen.map((path) => new SelectField({
      node: id, path, lang, value: String(node[path] ?? fieldOf(id, path).default), root, changed,
    }));
    this.#rules = new LiveRules(lang, () => ({
      method,
      params: {
        line: standIn.line,
        ...minted,
        ...Object.fromEntries(fields.map((field) => [field.path, judged(field)])),
        ...Object.fromEntries(selects.map(({ path, value }) => [path, value])),
      },
    }), (issues, warnings) => showFields(fields, issues, warnings));
    this.#rules.changed();
  }

  close(): void {
    this.#rules.close();
  }
}
