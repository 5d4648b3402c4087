import { defaultsOf, outputsOf } from '../../editor/defaults.js';
import { dialogOf, labelOf, labelStyle, onlyLine, outputLabelOf, paletteLabelOf } from '../../editor/page.js';
import { model } from '../../generated/on-message.gen.js';

const dialog = dialogOf(model);

RED.nodes.registerType('nodeline-on-message', {
  category: 'WhatsApp triggers',
  color: '#9fd3e6',
  icon: 'nodeline-on-message.svg',
  defaults: defaultsOf(model) as never,
  inputs: 0,
  outputs: outputsOf(model),
  outputLabels: outputLabelOf(model),
  paletteLabel: paletteLabelOf(model),
  label: labelOf(model),
  labelStyle,
  onadd: onlyLine,
  oneditprepare: dialog.oneditprepare,
  oneditsave: dialog.oneditsave,
  oneditcancel: dialog.oneditcancel,
  oneditdelete: dialog.oneditdelete,
});
