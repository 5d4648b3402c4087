// The field that names a template: typed as "name/language", or picked from those
// that the sidecar has approved.
import type { Template } from '@nodeline/client';
import type { Field } from '../../shared/model.js';
import { constantKind, type Stored } from '../../shared/stored.js';
import type { Failure } from '../admin-calls.js';
import { FieldControl, type Surroundings } from '../controls/control.js';
import { TypedInput } from '../typed-input.js';
import type { TemplateSession } from './session.js';

/** How long typing rests before the sidecar is asked, milliseconds. */
const restMs = 300;

/** The template of a dialog. */
export class TemplateControl extends FieldControl {
  readonly #session: TemplateSession;
  readonly #input: TypedInput;
  readonly #open: JQuery;
  readonly #panel: JQuery;
  readonly #list: JQuery;
  readonly #search: JQuery;
  readonly #state: JQuery;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Tells the newest search from those before it. */
  #searches = 0;

  constructor(field: Field, stored: Stored, around: Surroundings, session: TemplateSession) {
    super(field, stored, around);
    const { translate } = around;
    this.#session = session;
    this.row.addClass('nodeline-template');
    const line = $('<div class="nodeline-template-line">').appendTo(this.box);
    this.#input = new TypedInput($('<div class="nodeline-template-name">').appendTo(line), {
      id: this.id, kind: this.kind, value: String(stored[field.param] ?? ''), placeholder: this.example,
      constant: { value: 'template', label: translate('common.template.kind'), icon: 'fa fa-file-text-o' },
      changed: () => this.#typed(),
      left: () => this.left(),
    });
    this.#open = $('<button type="button" class="red-ui-button nodeline-template-open" aria-expanded="false">').text(translate('common.template.choose')).appendTo(line)
      .on('click', () => this.#toggle(this.#panel.is(':hidden')));
    this.#panel = $('<div class="nodeline-template-panel">').hide().appendTo(this.box);
    const bar = $('<div class="nodeline-template-bar">').appendTo(this.#panel);
    this.#search = $('<input type="text" class="nodeline-template-search">').attr({ placeholder: translate('common.template.search'), 'aria-label': translate('common.template.search') }).appendTo(bar);
    $('<button type="button" class="red-ui-button nodeline-template-reload">').attr({ title: translate('common.template.reload'), 'aria-label': translate('common.template.reload') })
      .append('<i class="fa fa-refresh">').appendTo(bar).on('click', () => { this.#session.again(); void this.#fill(); });
    this.#list = $('<div class="nodeline-template-list">').appendTo(this.#panel);
    this.#state = $('<div class="nodeline-help nodeline-template-state" aria-live="polite">').appendTo(this.row);
    this.#search.on('input', () => this.#later(() => void this.#fill()));
    this.#panel.on('keydown', (event) => { if (event.key === 'Escape') { event.stopPropagation(); this.#toggle(false); this.#open.trigger('focus'); } });
    this.drawHelp();
    session.listen(() => this.#say());
    // Another line may be of another sidecar. The row leaves the page with its dialog.
    const row = this.row[0];
    $('#node-input-line').on('change', () => { if (row?.isConnected) session.again(); });
    this.#showKind();
    session.choose(this.text ?? '');
    this.#say();
  }

  override get stored(): Record<string, unknown> {
    const { kind, value } = this.#input;
    return { [this.field.param]: kind === constantKind(this.field) ? value.trim() : value, [`${this.field.param}Type`]: kind };
  }

  override get text(): string | undefined {
    return this.#input.kind === constantKind(this.field) ? this.#input.value.trim() : undefined;
  }

  #typed(): void {
    // The input tells of a change while it is being made.
    if (!(this.#input as TypedInput | undefined) || !(this.#state as JQuery | undefined)) return;
    this.#showKind();
    this.edited();
    const chosen = this.text ?? '';
    this.#later(() => this.#session.choose(chosen));
  }

  #showKind(): void {
    const constant = this.text !== undefined;
    this.#open.toggle(constant);
    if (!constant) this.#toggle(false);
  }

  #later(what: () => void): void {
    clearTimeout(this.#timer);
    // The dialog may be closed by then.
    this.#timer = setTimeout(() => { if (this.row[0]?.isConnected) what(); }, restMs);
  }

  #toggle(open: boolean): void {
    this.#panel.toggle(open);
    this.#open.attr('aria-expanded', String(open));
    if (!open) return;
    this.#search.val('').trigger('focus');
    void this.#fill();
  }

  /** Asks for templates and lists them. */
  async #fill(): Promise<void> {
    const { translate } = this.around;
    const mine = ++this.#searches;
    const wanted = String(this.#search.val());
    this.#list.attr('aria-busy', 'true');
    try {
      const { templates, more } = await this.#session.page(wanted);
      if (mine !== this.#searches) return;
      this.#list.empty().append(templates.map((template) => this.#row(template)));
      if (more) this.#note(translate('common.template.more'));
      if (templates.length === 0) this.#note(translate(wanted.trim() ? 'common.template.no-match' : 'common.template.none'));
    } catch (thrown) {
      if (mine !== this.#searches) return;
      this.#list.empty();
      this.#note(sentence(thrown as Failure), 'nodeline-trouble');
      this.#note(translate('common.template.by-hand'));
    } finally {
      if (mine === this.#searches) this.#list.removeAttr('aria-busy');
    }
  }

  #note(text: string, className = 'nodeline-template-note'): void {
    $('<div>').addClass(className).text(text).appendTo(this.#list);
  }

  #row(template: Template): JQuery {
    const { name, language, content } = template;
    const value = `${name}/${language}`;
    return $('<button type="button" class="nodeline-template-row">').attr('data-template', value).attr('aria-pressed', String(value === this.#session.chosen))
      .append($('<span class="nodeline-template-title">').text(name), $('<span class="nodeline-chip">').text(language),
        $('<span class="nodeline-chip nodeline-approved">').text(this.#status(template)), $('<span class="nodeline-template-body">').text(content.body))
      .on('click', () => this.#pick(value));
  }

  #pick(value: string): void {
    this.touched = true;
    this.#input.put(value);
    clearTimeout(this.#timer);
    this.#session.choose(value);
    this.#toggle(false);
    this.#open.trigger('focus');
    this.edited();
  }

  #status({ status }: Template): string {
    return this.around.translate(`common.template.status.${status}`);
  }

  /** Says what is known of the chosen template. */
  #say(): void {
    const { translate } = this.around;
    const { reading } = this.#session;
    const [text, bad] = ((): [string, boolean] => {
      if (this.text === undefined) return ['', false];
      switch (reading.state) {
        case 'none': return ['', false];
        case 'reading': return [translate('common.template.reading'), false];
        case 'gone': return [sentence(reading.failure), true];
        case 'unknown': return [`${sentence(reading.failure)} ${translate('common.template.by-hand')}`, true];
        case 'read': return reading.template.status === 'APPROVED'
          ? [translate('common.template.approved', { version: String(reading.template.version) }), false]
          : [`${this.#status(reading.template)}. ${reading.template.note}`, true];
      }
    })();
    this.#state.text(text).toggle(text !== '').toggleClass('nodeline-caution', bad);
    this.around.changed();
  }
}

const sentence = ({ message, hint }: Failure) => [message, hint].filter(Boolean).join(' ');
