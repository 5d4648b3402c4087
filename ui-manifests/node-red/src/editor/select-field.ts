import type { Lang } from '@nodeline/client';
import type { NodeId } from '../fields.gen.js';
import { fieldOf, labelOf, say } from '../shared/labels.js';
import { row } from './rows.js';

/** A field with a few values to choose from; Node-RED stores it by its id. */
export class SelectField {
  readonly path: string;
  readonly #select: JQuery;

  /**
   * @param caution the value whose help is shown as a warning
   */
  constructor(options: { node: NodeId; path: string; lang: Lang; value: string; caution?: string; root: JQuery; changed: () => void }) {
    const { path, lang, root } = options;
    this.path = path;
    const field = fieldOf(options.node, path);
    const id = `node-input-${path}`;
    const { row: whole, box } = row(path, labelOf(options.node, path, lang), id);
    const select = $('<select>').attr('id', id).appendTo(box);
    for (const option of field.options ?? []) $('<option>').val(option.value).text(say(option.label, lang)).appendTo(select);
    const note = $('<div class="nodeline-help">').appendTo(whole);
    const explain = () => {
      const option = field.options?.find(({ value }) => value === select.val());
      note.text(option ? say(option.help, lang) : '').toggleClass('nodeline-caution', select.val() === options.caution);
    };
    select.val(options.value).on('change', () => { explain(); options.changed(); });
    explain();
    whole.appendTo(root);
    this.#select = select;
  }

  get value(): string {
    return String(this.#select.val());
  }
}
