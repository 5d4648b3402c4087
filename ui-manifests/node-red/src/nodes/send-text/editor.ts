import { typedDefault } from '../../editor/defaults.js';
import { SimpleDialog } from '../../editor/simple-dialog.js';
import { editorLang } from '../../editor/lang.js';
import { nodes } from '../../fields.gen.js';
import { fieldOf, outputLabel } from '../../shared/labels.js';
import { sendOutputs } from '../../shared/outputs.js';

let dialog: SimpleDialog | undefined;

RED.nodes.registerType('nodeline-send-text', {
  category: 'WhatsApp',
  color: '#a8dfc0',
  icon: 'nodeline-send-text.svg',
  defaults: {
    name: { value: '' },
    line: { value: '', type: 'nodeline-line', required: true },
    chat: typedDefault('chat', fieldOf('send-text', 'chat'), 'phone'),
    chatType: { value: 'msg' },
    text: typedDefault('text', fieldOf('send-text', 'text'), ''),
    textType: { value: 'str' },
    priority: { value: fieldOf('send-text', 'priority').default },
  } as never,
  inputs: 1,
  outputs: sendOutputs.length,
  paletteLabel(this: { _(key: string): string }) { return this._('node.title'); },
  label() { return this.name || this._('node.title'); },
  labelStyle() { return this.name ? 'node_label_italic' : ''; },
  outputLabels: (place: number) => outputLabel(nodes['send-text'], sendOutputs[place] ?? 'error', editorLang()),
  oneditprepare() {
    dialog = new SimpleDialog(this as never, 'send-text', 'message.sendText', { key: 'dialog' });
  },
  oneditsave: () => dialog?.close(),
  oneditcancel: () => dialog?.close(),
});
