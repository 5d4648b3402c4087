// @ts-check
// Fills in every field of an open dialog, by the widgets that a person uses, and says
// what the node should hold then. Runs in the page.

/**
 * @typedef {{path: string, param: string, control: string, many?: boolean, own?: boolean, split?: string, min?: number, example?: string, options?: {value: string}[], fields?: Field[]}} Field
 */

/**
 * Fills in the fields of one form.
 * @param {Field[]} fields
 * @returns {Promise<Record<string, unknown>>} what the node should hold, by property
 */
export async function fillForm(fields) {
  const $ = /** @type {any} */ (globalThis).$;
  const constants = /** @type {Record<string, string>} */ ({ number: 'num', duration: 'num', boolean: 'bool', select: 'choice', template: 'template' });
  const lists = ['choices', 'group', 'files'];

  /** @param {any} row @param {Field} field */
  const typedInput = (row, field) => row.find(`input.red-ui-typedInput[id$="${field.param}"], input.red-ui-typedInput[id$="${field.param}-kind"]`).first();
  /** @param {Field} field */
  const textOf = (field) => (field.control === 'phone' || field.control === 'chat' ? '+79000000011' : field.example || `Text of ${field.param}`);

  /** @param {any} row @param {Field} field @param {Record<string, unknown>} held */
  const fillList = async (row, field, held) => {
    const button = row.find('.red-ui-editableList-addButton').first();
    // What is of a template is drawn by the template that is picked.
    if (button.length === 0) return;
    if (row.find('.nodeline-item').length === 0) {
      button.trigger('click');
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
    if (row.find('.nodeline-item').length === 0) throw new Error(`nothing is added to ${field.param}`);
    const items = [];
    for (const element of row.find('.nodeline-item').toArray()) {
      const id = $(element).attr('data-nodeline-choice');
      const inner = (field.fields ?? []).filter(({ path }) => !(field.control === 'choices' && path === 'id'));
      const item = await fillAll($(element), inner);
      if (field.control === 'choices') {
        // No two answers read the same.
        const place = items.length + 1;
        const text = typedInput($(element).find('[data-nodeline-field="text"]'), { path: 'text', param: 'text', control: 'text' });
        text.typedInput('value', `Answer ${place}`);
        item['text'] = `Answer ${place}`;
      }
      items.push(id ? { id, ...item } : item);
    }
    held[field.param] = items;
    held[`${field.param}Type`] = 'list';
  };

  /** @param {any} row @param {Field} field @param {Record<string, unknown>} held */
  const fillLine = (row, field, held) => {
    const input = typedInput(row, field);
    const place = field.param === 'saveTo';
    const kind = place ? 'flow' : constants[field.control] ?? 'str';
    const last = field.options?.[field.options.length - 1]?.value ?? '';
    const value = place ? 'told' : field.control === 'boolean' ? 'true' : field.control === 'select' ? last : kind === 'num' ? String((field.min ?? 1) + 1) : textOf(field);
    input.typedInput('type', kind);
    input.typedInput('value', value);
    held[field.param] = field.control === 'boolean' ? true : value;
    held[`${field.param}Type`] = kind;
    if (field.control !== 'duration') return;
    row.find('select').last().val('minutes').trigger('change');
    held[`${field.param}Unit`] = 'minutes';
  };

  /** @param {any} root @param {Field[]} all */
  const fillAll = async (root, all) => {
    /** @type {Record<string, unknown>} */ const held = {};
    for (const field of all) {
      // A template's own replies are read of it.
      if (field.control === 'choices' && field.own) continue;
      const row = root.find(`[data-nodeline-field="${field.path || field.param}"]`).first();
      if (row.length === 0) throw new Error(`no row of ${field.param}`);
      const area = row.children('.nodeline-box').find('textarea').first();
      if (lists.includes(field.control)) await fillList(row, field, held);
      else if (area.length > 0) {
        typedInput(row, field).typedInput('type', 'str');
        area.val(textOf(field)).trigger('input').trigger('blur');
        held[field.param] = textOf(field);
        held[`${field.param}Type`] = 'str';
      } else if (field.control === 'select' && field.many) {
        for (const tick of row.find('input[type="checkbox"]').toArray()) if (!tick.checked) tick.click();
        const values = row.find('input[type="checkbox"]').toArray().map((/** @type {any} */ tick) => tick.value);
        held[field.param] = values;
        held[`${field.param}Type`] = 'choice';
      } else fillLine(row, field, held);
    }
    return held;
  };

  return fillAll($('#nodeline-fields'), fields);
}
