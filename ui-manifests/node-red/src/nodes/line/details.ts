// A line's name and the country of its numbers: kept by the sidecar, so that they are
// saved at once, and not with the flow.
import type { Line } from '@nodeline/client';
import type { Failure } from '../../editor/admin-calls.js';
import type { Translate } from '../../editor/lang.js';
import type { LinkApi } from './link-api.js';
import { explain } from './words.js';

/** The part of the dialog that renames a line. */
export class LineDetails {
  readonly #api: LinkApi;
  readonly #translate: Translate;
  readonly #saved: (line: Line) => void;
  #line: Line | undefined;

  /** @param saved is told the line as it stands then */
  constructor(api: LinkApi, translate: Translate, saved: (line: Line) => void) {
    this.#api = api;
    this.#translate = translate;
    this.#saved = saved;
    $('#nodeline-save').on('click', () => void this.#save());
    $('#nodeline-rename, #nodeline-region').on('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      void this.#save();
    }).on('input', () => $('#nodeline-save').text(translate('dialog.save')));
  }

  /** Shows a line; none has nothing to change. */
  show(line: Line | undefined): void {
    this.#line = line;
    $('#nodeline-details-part').toggle(line !== undefined);
    $('#nodeline-rename').val(line?.name ?? '');
    $('#nodeline-region').val(line?.region ?? '');
    $('#nodeline-save').text(this.#translate('dialog.save'));
    $('#nodeline-details-problem').text('');
  }

  async #save(): Promise<void> {
    if (!this.#line) return;
    $('#nodeline-details-problem').text('');
    try {
      const line = await this.#api.update(this.#line.id, String($('#nodeline-rename').val() ?? ''), String($('#nodeline-region').val() ?? '').trim().toUpperCase());
      this.#saved(line);
      $('#nodeline-save').text(this.#translate('dialog.saved'));
    } catch (thrown) {
      $('#nodeline-details-problem').text(explain(thrown as Failure));
    }
  }
}
