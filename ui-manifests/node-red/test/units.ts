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
