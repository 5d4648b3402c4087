// resources/editor.min.js: the dialog of every node, loaded once, when the first one opens.
import { models } from '../generated/models.gen.js';
import { OperationDialog, type EditedNode } from './dialog.js';
import type { DialogModule } from './page.js';

/** Draws the dialog of a node. */
export const open: DialogModule['open'] = (node, type, root) => {
  const model = models[type];
  if (!model) throw new Error(`no model of ${type}`);
  return new OperationDialog(node as EditedNode, model, { root });
};
