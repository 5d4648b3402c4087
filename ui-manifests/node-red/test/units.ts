// What the unit tests reach into.
export * from '../src/shared/outputs.js';
export * from '../src/shared/snapshot.js';
export * from '../src/shared/key.js';
export * from '../src/nodes/line/access.js';
export * from '../src/nodes/line/instance.js';
export { codePoints } from '../src/shared/labels.js';
export * from '../src/shared/filling.js';
export { drawnOf } from '../src/editor/preview/forms.js';
export { nameOf } from '../src/editor/preview/preview.js';
export { placeholder, plainText, rich } from '../src/editor/preview/rich.js';
export { models } from '../src/generated/models.gen.js';
export { defaultsOf, outputsOf } from '../src/editor/defaults.js';
export { judgedRequest, ofConstants } from '../src/editor/judged.js';
export { saveChanges } from '../src/editor/save.js';
export { started, upgraded } from '../src/shared/stored.js';
export { loadValidator } from '@nodeline/validator';
export { operationNode } from '../src/shared/operation.js';
