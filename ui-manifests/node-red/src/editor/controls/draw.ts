import type { Field } from '../../shared/model.js';
import type { Stored } from '../../shared/stored.js';
import { AreaControl } from './box.js';
import type { FieldControl, Surroundings } from './control.js';
import { DurationControl } from './duration.js';
import { LineControl } from './line.js';
import { ListControl } from './list.js';
import { ManyControl } from './many.js';

/** Draws a field by its control. */
export function drawControl(field: Field, stored: Stored, around: Surroundings): FieldControl {
  switch (field.control) {
    case 'textarea': return new AreaControl(field, stored, around);
    case 'texts': return field.split === 'lines' ? new AreaControl(field, stored, around) : new LineControl(field, stored, around);
    case 'select': return field.many ? new ManyControl(field, stored, around) : new LineControl(field, stored, around);
    case 'duration': return new DurationControl(field, stored, around);
    case 'choices': case 'group': case 'files': return new ListControl(field, stored, around, drawControl);
    default: return new LineControl(field, stored, around);
  }
}
