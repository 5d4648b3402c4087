// A case as the client's requests are described.
import type { FieldSpec, RequestSpec } from '@nodeline/client';
import type { Case, Control, Field, Text } from './model.js';

/** Controls that requestOf knows by another name. */
const renamed: Partial<Record<Control, FieldSpec['control']>> = { textarea: 'text', phone: 'text', choices: 'group' };

/** What of a case makes its request. */
export function specOf({ fields, fixed }: Pick<Case, 'fields' | 'fixed'>): RequestSpec<Text> {
  return { fields: specsOf(fields), ...(fixed ? { fixed } : {}) };
}

function specsOf(fields: readonly Field[]): FieldSpec<Text>[] {
  return fields.filter(({ own }) => !own).map((field) => {
    const { path, param, control, label, required, absent, when, many, split } = field;
    const spec: FieldSpec<Text> = { path, param, control: renamed[control] ?? control as FieldSpec['control'], label };
    Object.assign(spec, { required, absent, when, many: many || control === 'choices' || undefined, split });
    if (control === 'duration') spec.unit = `${param}Unit`;
    if (field.fields) spec.fields = specsOf(field.fields);
    if (control === 'choices' && !field.fields?.some((inner) => inner.path === 'id')) {
      spec.fields = [...spec.fields ?? [], { path: 'id', param: 'id', control: 'text', label }];
    }
    return spec;
  });
}
