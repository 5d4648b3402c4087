import { defaultsOf, outputsOf } from '../../editor/defaults.js';
import { dialogOf, labelOf, labelStyle, onlyLine, outputLabelOf, paletteLabelOf } from '../../editor/page.js';
import { model } from '../../generated/ask-text.gen.js';

const dialog = dialogOf(model);

RED.nodes.registerType('nodeline-ask-text', {
  category: 'WhatsApp activities',
  color: '#a8dfc0',
  icon: 'nodeline-ask-text.svg',
  defaults: defaultsOf(model) as never,
  inputs: 1,
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
