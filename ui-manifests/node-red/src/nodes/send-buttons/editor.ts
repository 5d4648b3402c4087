import { buttonsDefault, typedDefault } from '../../editor/defaults.js';
import { unitSeconds } from '../../editor/duration-field.js';
import { editorLang } from '../../editor/lang.js';
import { textOf } from '../../editor/reminder-field.js';
import { nodes } from '../../fields.gen.js';
import { fieldOf, outputLabel } from '../../shared/labels.js';
import { buttonOutputs } from '../../shared/outputs.js';
import { ButtonsDialog, type ButtonsNode } from './dialog.js';

const field = (path: string) => fieldOf('send-buttons', path);
let dialog: ButtonsDialog | undefined;

RED.nodes.registerType('nodeline-send-buttons', {
  category: 'WhatsApp',
  color: '#a8dfc0',
  icon: 'nodeline-send-buttons.svg',
  defaults: {
    name: { value: '' },
    line: { value: '', type: 'nodeline-line', required: true },
    chat: typedDefault('chat', field('chat'), 'phone'),
    chatType: { value: 'msg' },
    header: typedDefault('header', field('header'), ''),
    headerType: { value: 'str' },
    body: typedDefault('body', field('body'), ''),
    bodyType: { value: 'str' },
    footer: typedDefault('footer', field('footer'), ''),
    footerType: { value: 'str' },
    buttons: buttonsDefault(field('buttons'), [{ id: 'b1', text: '', type: 'str' }, { id: 'b2', text: '', type: 'str' }]),
    rendering: { value: field('rendering').default },
    priority: { value: field('priority').default },
    wait: { value: nodes['send-buttons'].switch?.default ?? true },
    deadline: { value: '1', validate: deadlineRule },
    deadlineUnit: { value: 'days' },
    reminder: typedDefault('reminder', textOf(field('reminders')), ''),
    reminderType: { value: 'str' },
    reminderAfter: { value: '1', validate: reminderRule },
    reminderUnit: { value: 'hours' },
    outputs: { value: 6 },
  } as never,
  inputs: 1,
  outputs: 6,
  paletteLabel(this: { _(key: string): string }) { return this._('node.title'); },
  label() { return this.name || this._('node.title'); },
  labelStyle() { return this.name ? 'node_label_italic' : ''; },
  outputLabels(this: unknown, place: number) {
    const { buttons, wait } = this as ButtonsNode;
    const output = buttonOutputs({ wait, buttons })[place] ?? 'error';
    const button = wait ? buttons[place] : undefined;
    return outputLabel(nodes['send-buttons'], output, editorLang(),
      button && { place: place + 1, text: button.type === 'str' ? button.text : '' });
  },
  oneditprepare() {
    dialog = new ButtonsDialog(this as never);
  },
  oneditsave() {
    dialog?.save(this as never);
    dialog?.close();
  },
  oneditcancel: () => dialog?.close(),
});

function deadlineRule(this: ButtonsNode, value: unknown): true | string {
  if (!this.wait) return true;
  const seconds = Number(value) * (unitSeconds[this.deadlineUnit] ?? NaN);
  const { min = 1, max = Infinity } = field('deadlineSeconds');
  return (seconds >= min && seconds <= max) || this._('invalid.deadline');
}

function reminderRule(this: ButtonsNode, value: unknown): true | string {
  if (!this.wait || !this.reminder || (this.reminderType === 'str' && this.reminder.trim() === '')) return true;
  const after = Number(value) * (unitSeconds[this.reminderUnit ?? 'hours'] ?? NaN);
  const deadline = Number(this.deadline) * (unitSeconds[this.deadlineUnit] ?? NaN);
  return (after >= 1 && after < deadline) || this._('invalid.reminder');
}
