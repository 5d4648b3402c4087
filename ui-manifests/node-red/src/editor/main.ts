// resources/editor.min.js: the dialog of every node, loaded once, when the first one opens.
import { models } from '../generated/models.gen.js';
import { lineApi, OperationDialog, type EditedNode } from './dialog.js';
import type { DialogModule } from './page.js';
import { previewFor } from './preview/preview.js';
import { TemplateSession } from './templates/session.js';

/** Draws the dialog of a node. */
export const open: DialogModule['open'] = (node, type, root) => {
  const model = models[type];
  if (!model) throw new Error(`no model of ${type}`);
  const edited = node as EditedNode;
  const api = lineApi();
  const templates = new TemplateSession(api);
  const preview = previewFor(model, {
    translate: (key, values) => edited._(key, values),
    template: (name, language) => templates.find(name, language),
  });
  return new OperationDialog(edited, model, { root, api, templates, parts: preview ? [preview] : [] });
};
