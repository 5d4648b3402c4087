import { typedDefault } from '../../editor/defaults.js';
import { SimpleDialog } from '../../editor/simple-dialog.js';
import { editorLang } from '../../editor/lang.js';
import { nodes } from '../../fields.gen.js';
import { fieldOf, outputLabel } from '../../shared/labels.js';
import { checkOutputs } from '../../shared/outputs.js';

let dialog: SimpleDialog | undefined;

RED.nodes.registerType('nodeline-check-number', {
  category: 'WhatsApp',
  color: '#a8dfc0',
  icon: 'nodeline-check-number.svg',
  defaults: {
    name: { value: '' },
    line: { value: '', type: 'nodeline-line', required: true },
    phone: typedDefault('phone', fieldOf('check-number', 'phone'), 'phone'),
    phoneType: { value: 'msg' },
  } as never,
  inputs: 1,
  outputs: checkOutputs.length,
  paletteLabel(this: { _(key: string): string }) { return this._('node.title'); },
  label() { return this.name || this._('node.title'); },
  labelStyle() { return this.name ? 'node_label_italic' : ''; },
  outputLabels: (place: number) => outputLabel(nodes['check-number'], checkOutputs[place] ?? 'error', editorLang()),
  oneditprepare() {
    dialog = new SimpleDialog(this as never, 'check-number', 'number.check', {});
  },
  oneditsave: () => dialog?.close(),
  oneditcancel: () => dialog?.close(),
});
