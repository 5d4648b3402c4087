// The settings of a line: choose it, link it by QR, and see that it works. All of
// it before Deploy: only what the form holds is used.
import { needsConsent, type AnyCode, type Line } from '@nodeline/client';
import type { Access, Failure } from '../../editor/admin-calls.js';
import { LinkApi } from './link-api.js';
import { LinkRound } from './round.js';

interface EditedLine {
  id: string;
  line: string;
  _(key: string, values?: Record<string, string>): string;
}

/** The choice that makes a new line. */
const newLine = '_new_';

/** The settings dialog. */
export class LinkPanel {
  readonly #node: EditedLine;
  readonly #api: LinkApi;
  readonly #round: LinkRound;
  #lines: Line[] = [];
  /** Whether the lines shown were asked for with that consent. */
  #plain = false;
  #loadTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(node: EditedLine) {
    this.#node = node;
    this.#api = new LinkApi(node.id, () => this.#access());
    this.#round = new LinkRound($('#nodeline-round'), this.#api, (key, values) => node._(key, values), {
      linked: (result) => this.#linked(result),
      sandbox: (on) => this.#sandbox(on),
    });
    const url = (RED.settings as unknown as { nodelineLineUrl?: string }).nodelineLineUrl ?? '';
    $('#node-config-input-url').attr('placeholder', url);
    $('#nodeline-pick').on('change', () => this.#picked());
    $('#nodeline-link').on('click', () => void this.#link());
    $('#nodeline-unlink').on('click', () => $('#nodeline-unlink-sure').show());
    $('#nodeline-unlink-no').on('click', () => $('#nodeline-unlink-sure').hide());
    $('#nodeline-unlink-yes').on('click', () => void this.#unlink());
    $('#nodeline-refresh').on('click', () => void this.#load());
    $('#nodeline-access-toggle').on('click', () => this.#openAccess($('#nodeline-access').is(':hidden')));
    $('#node-config-input-url, #node-config-input-token').on('input', () => this.#loadSoon());
    // Node-RED tells every field of a change when it opens the dialog, too.
    $('#node-config-input-plain').on('change', () => { if (this.#access().plain !== this.#plain) void this.#load(); });
    this.#plainShown();
    void this.#load();
  }

  /** Ends every poll and timer. A second call is harmless. */
  close(): void {
    clearTimeout(this.#loadTimer);
    this.#round.close();
    this.#api.close();
  }

  #access(): Access {
    return {
      url: String($('#node-config-input-url').val() ?? '').trim(),
      token: String($('#node-config-input-token').val() ?? ''),
      plain: $('#node-config-input-plain').prop('checked') === true,
    };
  }

  #loadSoon(): void {
    this.#plainShown();
    clearTimeout(this.#loadTimer);
    this.#loadTimer = setTimeout(() => void this.#load(), 500);
  }

  /** The consent to an unencrypted connection is asked for only where there is one. */
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
    $('<option>').val(newLine).text(this.#node._('dialog.new-line')).appendTo(pick);
    const wanted = [select, String($('#node-config-input-line').val() ?? '')].find((id) => this.#lines.some((line) => line.id === id));
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
    const used = line !== undefined && linked && line.id === $('#node-config-input-line').val() && $('#node-config-input-token').val() !== '';
    const state = $('#nodeline-state').empty().attr('data-state', line?.state ?? '');
    if (line) {
      $('<span class="nodeline-chip">').text(this.#node._(`state.${line.state}`)).appendTo(state);
      if (line.phone) $('<b>').text(line.phone).appendTo(state);
      if (line.detail) $('<div class="nodeline-help">').text(line.detail).appendTo(state);
    }
    $('#nodeline-link').text(this.#node._(linked ? (used ? 'dialog.renew' : 'dialog.use') : 'dialog.link')).toggleClass('nodeline-primary', !used);
    $('#nodeline-unlink').toggle(linked);
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

  async #unlink(): Promise<void> {
    const line = this.#line;
    if (!line) return;
    $('#nodeline-unlink-sure').hide();
    try {
      await this.#api.unlink(line.id);
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
    $('<b>').text(forbidden ? this.#node._('dialog.read-only') : failure.message).appendTo(box);
    if (failure.hint) $('<div>').text(failure.hint).appendTo(box);
    for (const issue of failure.issues ?? []) $('<div>').text(issue.message).appendTo(box);
    if (this.#lines.length === 0) $('#nodeline-lines').hide();
    if (failure.status === 424 || failure.status === 502 || (failure.code as AnyCode) === 'bad_address') this.#openAccess(true);
  }

  #openAccess(open: boolean): void {
    $('#nodeline-access').toggle(open);
    $('#nodeline-access-toggle i').attr('class', open ? 'fa fa-angle-down' : 'fa fa-angle-right');
    $('#nodeline-access-toggle').attr('aria-expanded', String(open));
  }
}

function isLinked({ state }: Line): boolean {
  return state === 'connected' || state === 'connecting' || state === 'reconnecting' || state === 'replaced';
}
