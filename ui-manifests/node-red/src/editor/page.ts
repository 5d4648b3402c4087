// The small half of a node's editor, in the page that Node-RED loads of every node:
// what it registers, and the way to the dialog, which is loaded once when it is needed.
import type { NodeModel } from '../shared/model.js';
import { caseOf, portLabel, portsOf } from '../shared/outputs.js';
import type { Stored } from '../shared/stored.js';
import { editorLang, type Translate } from './lang.js';
import { previewed } from './preview/methods.js';
import { fieldsRoot } from './rows.js';

/** What resources/editor.min.js exports: an open dialog of a node. */
export interface DialogModule {
  open(node: object, type: string, root: JQuery): { save(): void; close(): void };
}

/** Relative to the editor's page, so that httpAdminRoot is kept. */
const address = 'resources/@nodeline/node-red-whatsapp/editor.min.js';

/** The label of one of a node's outputs. */
export function outputLabelOf(model: NodeModel) {
  return function (this: unknown, place: number): string {
    const node = this as Stored;
    const port = portsOf(caseOf(model, node), node)[place];
    return port ? portLabel(port, editorLang()) : '';
  };
}

/** The title of a node in the palette. */
export function paletteLabelOf({ title }: NodeModel) {
  return () => title[editorLang()];
}

/** What a node is called on the canvas. */
export function labelOf({ title, chooser, cases }: NodeModel) {
  return function (this: unknown): string {
    const node = this as Stored;
    const chosen = chooser && cases.find(({ id }) => id === node[chooser.param]);
    return String(node['name'] || (chosen ?? { title }).title[editorLang()]);
  };
}

/** A node that is dropped from the palette takes the line, where there is only one to take. */
export function onlyLine(this: unknown): void {
  const node = this as { id: string; z: string; line?: string };
  if (node.line || RED.nodes.node(node.id)) return;
  const lines: string[] = [];
  RED.nodes.eachConfig((config) => {
    const { id, type, z, d } = config as unknown as { id: string; type: string; z?: string; d?: boolean };
    if (type === 'nodeline-line' && !d && (!z || z === node.z)) lines.push(id);
    return true;
  });
  if (lines.length === 1 && lines[0]) node.line = lines[0];
}

/** Slants the name that a person gave. */
export function labelStyle(this: unknown): string {
  return (this as { name?: string }).name ? 'node_label_italic' : '';
}

/** What Node-RED calls when a node's dialog opens and closes. */
export function dialogOf({ type, cases }: NodeModel) {
  const roomy = cases.some(({ method }) => previewed(method));
  let dialog: ReturnType<DialogModule['open']> | undefined;
  /** Counts openings: a dialog that was closed meanwhile is not drawn. */
  let opening = 0;
  const open = async (node: { _: Translate }, tries: number): Promise<void> => {
    const mine = ++opening;
    const root = $(fieldsRoot).empty().append('<i class="fa fa-spinner fa-pulse nodeline-loading">');
    try {
      // A failed load stays with its address.
      const module = await import(tries > 0 ? `${new URL(address, document.baseURI).href}?${tries}` : new URL(address, document.baseURI).href) as DialogModule;
      if (mine === opening) dialog = module.open(node, type, root);
    } catch (error) {
      console.error('nodeline: the dialog cannot be loaded', error);
      if (mine === opening) sayUnloaded(root, node, () => void open(node, tries + 1));
    }
  };
  const close = () => {
    opening++;
    dialog?.close();
    dialog = undefined;
  };
  return {
    oneditprepare(this: unknown) {
      close();
      // Now, not with the dialog: the editor measures its tray before that is loaded.
      $(fieldsRoot).parent().toggleClass('nodeline-roomy', roomy);
      void open(this as { _: Translate }, 0);
    },
    oneditsave() { dialog?.save(); close(); },
    oneditcancel: close,
    oneditdelete: close,
  };
}

function sayUnloaded(root: JQuery, { _: translate }: { _: Translate }, again: () => void): void {
  root.empty();
  const box = $('<div class="nodeline-trouble" role="alert">').appendTo(root);
  $('<b>').text(translate('common.unloaded')).appendTo(box);
  $('<div>').text(translate('common.unloaded-kept')).appendTo(box);
  $('<button type="button" class="red-ui-button">').text(translate('common.again')).on('click', again).appendTo(box);
}
