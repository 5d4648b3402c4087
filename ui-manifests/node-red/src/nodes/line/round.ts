// One round of linking in the dialog: the code, its countdown, and how it ends.
import type { LineLinkResult, LinkState } from '@nodeline/client';
import type { Failure } from '../../editor/admin-calls.js';
import type { Translate } from '../../editor/lang.js';
import type { LinkApi } from './link-api.js';

/** What a round tells the dialog. */
export interface RoundEvents {
  linked(result: { line: string; token?: string; phone?: string; error?: Failure }): void;
  sandbox(on: boolean): void;
}

/** The pause after a poll that failed, milliseconds; doubled up to eight times it. */
const pauseMs = 1_000;

/** Follows linking by long polls until it ends or the dialog is closed. */
export class LinkRound {
  readonly #root: JQuery;
  readonly #api: LinkApi;
  readonly #translate: Translate;
  readonly #events: RoundEvents;
  /** Grows with each round: an answer of an older one is not heard. */
  #current = 0;
  #line = '';
  #countdown: ReturnType<typeof setInterval> | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(root: JQuery, api: LinkApi, translate: Translate, events: RoundEvents) {
    this.#root = root;
    this.#api = api;
    this.#translate = translate;
    this.#events = events;
    root.find('#nodeline-again').on('click', () => this.begin(this.#line, true));
    root.find('#nodeline-copy').on('click', () => {
      const box = root.find('#nodeline-code-text').trigger('select');
      void navigator.clipboard?.writeText(String(box.val())).catch(() => undefined);
    });
  }

  /** Starts a round for a line; `restart` asks for new codes. */
  begin(line: string, restart: boolean): void {
    this.hide();
    this.#line = line;
    this.#show('waiting');
    void this.#follow(++this.#current, restart);
  }

  /** Forgets the round. */
  hide(): void {
    this.#current++;
    clearInterval(this.#countdown);
    clearTimeout(this.#pause);
    this.#root.hide().closest('.nodeline-panel').removeClass('nodeline-linking');
  }

  /** Shows that the line is linked. */
  done(phone: string): void {
    this.#show('linked');
    this.#root.find('.nodeline-says').text(this.#translate('link.linked', { phone }));
    this.#root.find('.nodeline-detail').text(this.#translate('link.then'));
  }

  close(): void {
    this.hide();
  }

  async #follow(round: number, restart: boolean): Promise<void> {
    let since = 0;
    let fresh = restart;
    for (let failures = 0; round === this.#current && !this.#api.closed;) {
      try {
        const result = await this.#api.link(this.#line, since, fresh);
        if (round !== this.#current) return;
        failures = 0;
        fresh = false;
        since = result.seq;
        this.#events.sandbox(result.sandbox);
        if (this.#handle(result)) return;
      } catch (thrown) {
        if (round !== this.#current) return;
        const failure = thrown as Failure;
        if (failure.status !== 0 && failure.status !== 502) {
          this.hide();
          this.#events.linked({ line: this.#line, error: failure });
          return;
        }
        this.#root.find('.nodeline-detail').text(failure.message);
        await new Promise<void>((resolve) => { this.#pause = setTimeout(resolve, pauseMs * 2 ** Math.min(failures++, 3)); });
      }
    }
  }

  /** Shows one answer; true when the round has ended. */
  #handle(result: LineLinkResult): boolean {
    if (result.state === 'linked') {
      this.#events.linked({
        line: result.line,
        ...(result.token ? { token: result.token } : {}),
        ...(result.phone ? { phone: result.phone } : {}),
      });
      return true;
    }
    this.#show(result.state, result);
    return result.state === 'expired' || result.state === 'failed';
  }

  #show(state: LinkState, result?: LineLinkResult): void {
    clearInterval(this.#countdown);
    this.#root.attr('data-state', state).show().closest('.nodeline-panel').toggleClass('nodeline-linking', state !== 'linked');
    const qr = this.#root.find('#nodeline-qr');
    if (result?.qrImage) qr.attr('src', result.qrImage);
    this.#root.find('#nodeline-code-text').val(result?.qr ?? '');
    this.#root.find('#nodeline-phones').toggle(result?.phonesUrl !== undefined).attr('href', phonesHref(result));
    this.#root.find('#nodeline-code-row').toggle(state === 'code' && result?.sandbox === true);
    this.#root.find('.nodeline-says').text(this.#translate(`link.${state}`));
    this.#root.find('.nodeline-detail').text(result?.error ? `${result.error.message} ${result.error.hint ?? ''}` : result?.detail ?? '');
    this.#root.find('.nodeline-left').text('');
    if (state === 'code' && result?.secondsLeft) this.#count(Date.now() + result.secondsLeft * 1000);
  }

  #count(end: number): void {
    const tick = () => {
      const left = Math.max(0, Math.round((end - Date.now()) / 1000));
      this.#root.find('.nodeline-left').text(this.#translate('link.left', { time: `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}` }));
    };
    tick();
    this.#countdown = setInterval(tick, 1_000);
  }
}

/** Where a simulated phone scans this code. */
function phonesHref(result: LineLinkResult | undefined): string | null {
  const page = result?.phonesUrl ?? '';
  return /^https?:\/\//.test(page) ? `${page}#/code/${encodeURIComponent(result?.qr ?? '')}` : null;
}
