// The settings of a line: choose it, link it, and see that it works. All of it
// before Deploy: only what the form holds is used.
import { needsConsent, type AnyCode, type Line } from '@nodeline/client';
import type { Access, Failure } from '../../editor/admin-calls.js';
import type { Translate } from '../../editor/lang.js';
import { LineDetails } from './details.js';
import { LinkApi } from './link-api.js';
import { LinkRound } from './round.js';
import { usesOf } from './uses.js';
import { explain } from './words.js';

interface EditedLine {
  id: string;
  line: string;
  _: Translate;
}

/** The choice that makes a new line. */
const newLine = '_new_';

/** The settings dialog. */
export class LinkPanel {
  readonly #translate: Translate;
  readonly #api: LinkApi;
  readonly #round: LinkRound;
  readonly #details: LineDetails;
  #lines: Line[] = [];
  /** Whether the lines shown were asked for with that consent. */
  #plain = false;
  #loadTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(node: EditedLine) {
    this.#translate = (key, values) => node._(key, values);
    this.#api = new LinkApi(node.id, () => this.#access());
    this.#round = new LinkRound($('#nodeline-round'), this.#api, this.#translate, {
      linked: (result) => this.#linked(result),
      sandbox: (on) => this.#sandbox(on),
    });
    this.#details = new LineDetails(this.#api, this.#translate, (line) => this.#renamed(line));
    const url = (RED.settings as unknown as { nodelineLineUrl?: string }).nodelineLineUrl ?? '';
    $('#node-config-input-url').attr('placeholder', url);
    $('#nodeline-pick').on('change', () => this.#picked());
    $('#nodeline-link').on('click', () => void this.#link());
    $('#nodeline-pause').on('click', () => void this.#act((line) => (line.paused ? this.#api.resume(line.id) : this.#api.pause(line.id))));
    $('#nodeline-unlink').on('click', () => this.#sure());
    $('#nodeline-unlink-no').on('click', () => $('#nodeline-unlink-sure').hide());
    $('#nodeline-unlink-yes').on('click', () => void this.#act((line) => this.#api.unlink(line.id)));
    $('#nodeline-refresh').on('click', () => void this.#load());
    for (const part of ['access', 'details']) $(`#nodeline-${part}-toggle`).on('click', () => fold(part, $(`#nodeline-${part}`).is(':hidden')));
    $('#node-config-input-url, #node-config-input-token').on('input', () => this.#loadSoon());
    // Node-RED tells every field of a change when it opens the dialog, too.
    $('#node-config-input-plain').on('change', () => { if (this.#access().plain !== this.#plain) void this.#load(); });
    // However the dialog goes away, its polls end with it; one that another covers is only put aside.
    $('#nodeline-panel').on('remove', () => this.close());
    this.#plainShown();
    void this.#load();
  }

  /** Ends every poll and timer. A second call is harmless. */
  close(): void {
    clearTimeout(this.#loadTimer);
    this.#round.hide();
    this.#api.close();
  }

  #access(): Access {
    return {
      url: String($('#node-config-input-url').val() ?? '').trim(),
      token: String($('#node-config-input-token').val() ?? ''),
      plain: $('#node-config-input-plain').prop('checked') === true,
    };
  }

  /** The line that the flow names. */
  get #named(): string {
    return String($('#node-config-input-line').val() ?? '');
  }

  #loadSoon(): void {
    this.#plainShown();
    clearTimeout(this.#loadTimer);
    this.#loadTimer = setTimeout(() => void this.#load(), 500);
  }

  /** The consent to an unencrypted connection is asked for only where it is needed. */
  #plainShown(): void {
    $('#nodeline-plain-row').toggle(needsConsent(this.#access().url));
  }

  async #load(select?: string): Promise<void> {
    this.#api.abort();
    this.#round.hide();
    this.#trouble(undefined);
    this.#plain = this.#access().plain;
    $('#nodeline-panel').addClass('nodeline-busy');
    try {
      const { lines, sandbox } = await this.#api.lines();
      this.#sandbox(sandbox);
      this.#lines = lines;
      this.#drawLines(select);
    } catch (thrown) {
      this.#lines = [];
      this.#trouble(thrown as Failure);
    }
    $('#nodeline-panel').removeClass('nodeline-busy');
  }

  #drawLines(select?: string): void {
    const pick = $('#nodeline-pick').empty();
    for (const line of this.#lines) {
      $('<option>').val(line.id).text(line.phone ? `${line.name} (${line.phone})` : line.name).appendTo(pick);
    }
    $('<option>').val(newLine).text(this.#translate('dialog.new-line')).appendTo(pick);
    const wanted = [select, this.#named].find((id) => this.#lines.some((line) => line.id === id));
    pick.val(wanted ?? this.#lines[0]?.id ?? newLine);
    $('#nodeline-lines').show();
    this.#picked();
  }

  get #line(): Line | undefined {
    return this.#lines.find(({ id }) => id === $('#nodeline-pick').val());
  }

  #picked(): void {
    const line = this.#line;
    this.#round.hide();
    $('#nodeline-unlink-sure').hide();
    $('#nodeline-name-row').toggle(!line);
    const linked = line !== undefined && isLinked(line);
    const used = linked && line.id === this.#named && this.#access().token !== '';
    this.#drawState(line);
    this.#note();
    $('#nodeline-link').text(this.#translate(`dialog.${linkWord(line, used)}`)).toggleClass('nodeline-primary', !used);
    $('#nodeline-pause').toggle(linked).text(this.#translate(line?.paused ? 'dialog.resume' : 'dialog.pause'));
    $('#nodeline-unlink').toggle(linked);
    this.#details.show(line);
  }

  #drawState(line: Line | undefined): void {
    const state = $('#nodeline-state').empty().attr('data-state', line?.state ?? '');
    if (!line) return;
    state.toggleClass('nodeline-bad', ['replaced', 'logged_out', 'banned'].includes(line.state));
    $('<span class="nodeline-chip">').text(this.#translate(`state.${line.state}`)).appendTo(state);
    if (line.paused) $('<span class="nodeline-chip nodeline-paused">').text(this.#translate('state.paused')).appendTo(state);
    if (line.phone) $('<b>').text(line.phone).appendTo(state);
    for (const said of [line.pausedReason, line.detail]) if (said) $('<div class="nodeline-help">').text(said).appendTo(state);
  }

  /** What an import brings is a line without its token, or one of another sidecar. */
  #note(): void {
    const named = this.#lines.find(({ id }) => id === this.#named);
    const locked = named !== undefined && named === this.#line && isLinked(named) && this.#access().token === '';
    const note = this.#named && !named ? this.#translate('dialog.missing', { line: this.#named }) : locked ? this.#translate('dialog.no-token') : '';
    $('#nodeline-note').text(note).toggle(note !== '');
  }

  async #link(): Promise<void> {
    this.#trouble(undefined);
    $('#nodeline-unlink-sure').hide();
    let line = this.#line;
    if (!line) {
      const name = String($('#nodeline-name').val() ?? '').trim();
      const missing = name === '';
      $('#nodeline-name').toggleClass('input-error', missing);
      if (missing) {
        $('#nodeline-name').trigger('focus');
        return;
      }
      try {
        line = await this.#api.create(name);
      } catch (thrown) {
        this.#trouble(thrown as Failure);
        return;
      }
      this.#lines.push(line);
      this.#drawLines(line.id);
    }
    this.#round.begin(line.id, !isLinked(line));
  }

  #linked({ line, token, phone, error }: { line: string; token?: string; phone?: string; error?: Failure }): void {
    if (error) {
      this.#trouble(error);
      return;
    }
    $('#node-config-input-line').val(line).trigger('change');
    if (token) $('#node-config-input-token').val(token).trigger('change');
    const known = this.#lines.find(({ id }) => id === line);
    if (known) {
      if (!$('#node-config-input-name').val()) $('#node-config-input-name').val(known.name).trigger('change');
      known.state = 'connected';
      if (phone) known.phone = phone;
      delete known.detail;
      this.#drawLines(line);
      this.#round.done(phone ?? known.phone ?? '');
    }
  }

  /** The node's name was filled in with the line's; it goes on with it. */
  #renamed(line: Line): void {
    const before = this.#lines.find(({ id }) => id === line.id);
    const name = $('#node-config-input-name');
    if (name.val() === before?.name) name.val(line.name).trigger('change');
    this.#lines = this.#lines.map((one) => (one.id === line.id ? line : one));
    this.#drawLines(line.id);
  }

  #sure(): void {
    const line = this.#line;
    if (!line) return;
    $('#nodeline-unlink-question').text(this.#translate('dialog.unlink-sure', { name: line.phone ?? line.name }));
    $('#nodeline-unlink-uses').text(usesOf(line.id, this.#access().url, this.#translate));
    $('#nodeline-unlink-sure').show();
    $('#nodeline-unlink-no').trigger('focus');
  }

  /** Changes the line, and shows what stands then. */
  async #act(change: (line: Line) => Promise<Line>): Promise<void> {
    const line = this.#line;
    if (!line) return;
    $('#nodeline-unlink-sure').hide();
    try {
      await change(line);
      await this.#load(line.id);
    } catch (thrown) {
      this.#trouble(thrown as Failure);
    }
  }

  #sandbox(on: boolean): void {
    $('#nodeline-sandbox').toggle(on);
  }

  /** Says what is wrong with reaching the sidecar, and opens the place to mend it. */
  #trouble(failure: Failure | undefined): void {
    const box = $('#nodeline-trouble').empty().toggle(failure !== undefined);
    if (!failure) return;
    const forbidden = failure.status === 401 || failure.status === 403;
    $('<b>').text(forbidden ? this.#translate('dialog.read-only') : explain({ ...failure, hint: '' })).appendTo(box);
    if (failure.hint) $('<div>').text(failure.hint).appendTo(box);
    if (this.#lines.length === 0) $('#nodeline-lines').hide();
    if (failure.status === 424 || failure.status === 502 || (failure.code as AnyCode) === 'bad_address') fold('access', true);
  }
}

/** Opens or folds a part of the dialog. */
function fold(part: string, open: boolean): void {
  $(`#nodeline-${part}`).toggle(open);
  $(`#nodeline-${part}-toggle`).attr('aria-expanded', String(open)).find('i').attr('class', open ? 'fa fa-angle-down' : 'fa fa-angle-right');
}

/** What the first button does. */
function linkWord(line: Line | undefined, used: boolean): string {
  if (line && isLinked(line)) return used ? 'renew' : 'use';
  return line?.state === 'banned' ? 'relink-other' : line?.state === 'logged_out' ? 'relink' : 'link';
}

function isLinked({ state }: Line): boolean {
  return state === 'connected' || state === 'connecting' || state === 'reconnecting' || state === 'replaced';
}
