import type { Field } from '../../shared/model.js';
import type { Stored } from '../../shared/stored.js';
import { AreaControl } from './box.js';
import type { FieldControl, Surroundings } from './control.js';
import { DurationControl } from './duration.js';
import { LineControl } from './line.js';
import { ListControl } from './list.js';
import { ManyControl } from './many.js';
import { TemplateControl } from '../templates/picker.js';
import { HeaderFileControl, RepliesControl, VariablesControl } from '../templates/values.js';

/** Draws a field by its control; what is of a template follows the template that is chosen. */
export function drawControl(field: Field, stored: Stored, around: Surroundings): FieldControl {
  const { templates } = around;
  if (templates) {
    if (field.control === 'template') return new TemplateControl(field, stored, around, templates);
    if (field.control === 'group' && field.path.endsWith('variables')) return new VariablesControl(field, stored, around, drawControl, templates);
    if (field.control === 'choices' && field.own) return new RepliesControl(field, stored, around, templates);
    if (field.path === 'template.headerUrl') return new HeaderFileControl(field, stored, around, templates);
  }
  switch (field.control) {
    case 'textarea': return new AreaControl(field, stored, around);
    case 'texts': return field.split === 'lines' ? new AreaControl(field, stored, around) : new LineControl(field, stored, around);
    case 'select': return field.many ? new ManyControl(field, stored, around) : new LineControl(field, stored, around);
    case 'duration': return new DurationControl(field, stored, around);
    case 'choices': case 'group': case 'files': return new ListControl(field, stored, around, drawControl);
    default: return new LineControl(field, stored, around);
  }
}
