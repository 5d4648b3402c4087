// One round of linking in the dialog: the codes, their countdowns, and how it ends.
import type { LineLinkResult, LinkState } from '@nodeline/client';
import type { Failure } from '../../editor/admin-calls.js';
import type { Translate } from '../../editor/lang.js';
import { ByPhone } from './by-phone.js';
import type { LinkApi } from './link-api.js';
import { clock, explain } from './words.js';

/** What a round tells the dialog. */
export interface RoundEvents {
  linked(result: { line: string; token?: string; phone?: string; error?: Failure }): void;
  sandbox(on: boolean): void;
}

/** What is shown of a round; before the first answer there is only a state. */
type News = Partial<LineLinkResult> & { state: LinkState };

/** The pause after a poll that failed, milliseconds; doubled up to eight times it. */
const pauseMs = 1_000;

const ended: readonly LinkState[] = ['linked', 'expired', 'failed'];

/** Follows linking by long polls until it ends or the dialog is closed. */
export class LinkRound {
  readonly #root: JQuery;
  readonly #api: LinkApi;
  readonly #translate: Translate;
  readonly #events: RoundEvents;
  readonly #byPhone: ByPhone;
  /** Grows with each round: an answer of an older one is not heard. */
  #current = 0;
  #line = '';
  #last: News = { state: 'waiting' };
  #countdown: ReturnType<typeof setInterval> | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(root: JQuery, api: LinkApi, translate: Translate, events: RoundEvents) {
    this.#root = root;
    this.#api = api;
    this.#translate = translate;
    this.#events = events;
    this.#byPhone = new ByPhone(root.find('#nodeline-by-phone'), translate, (phone) => this.#ask(phone));
    // New codes, and one to type where that was asked for.
    root.find('#nodeline-again').on('click', () => this.#start({ restart: true, ...(this.#last.phoneFor ? { phone: this.#last.phoneFor } : {}) }));
    root.find('#nodeline-copy').on('click', () => {
      const box = root.find('#nodeline-code-text').trigger('select');
      void navigator.clipboard?.writeText(String(box.val())).catch(() => undefined);
    });
  }

  /** Starts a round for a line; `restart` asks for new codes. */
  begin(line: string, restart: boolean): void {
    this.hide();
    this.#line = line;
    this.#root.find('#nodeline-phone').val('');
    this.#start({ restart });
  }

  /** Forgets the round. */
  hide(): void {
    this.#current++;
    this.#last = { state: 'waiting' };
    clearInterval(this.#countdown);
    clearTimeout(this.#pause);
    this.#byPhone.stop();
    this.#root.hide().closest('.nodeline-panel').removeClass('nodeline-linking');
  }

  /** Shows that the line is linked. */
  done(phone: string): void {
    this.#show({ state: 'linked' });
    this.#root.find('.nodeline-says').text(this.#translate('link.linked', { phone }));
    this.#root.find('.nodeline-detail').text(this.#translate('link.then'));
  }

  #start(first: { restart: boolean; phone?: string }): void {
    this.#show({ state: 'waiting' });
    void this.#follow(++this.#current, first, 0);
  }

  /** Asks for a code to type on a phone; a second one comes with a round of its own. @throws {Failure} */
  async #ask(phone: string): Promise<void> {
    const round = this.#current;
    const restart = this.#last.state !== 'code' || Boolean(this.#last.phoneFor);
    const news = await this.#api.link(this.#line, { phone, restart });
    if (round !== this.#current) return;
    this.#show(news);
    void this.#follow(++this.#current, { restart: false }, news.seq);
  }

  async #follow(round: number, first: { restart: boolean; phone?: string }, since: number): Promise<void> {
    let { restart } = first;
    for (let failures = 0; round === this.#current && !this.#api.closed;) {
      try {
        const result = await this.#api.link(this.#line, restart ? first : { since });
        if (round !== this.#current) return;
        failures = 0;
        since = result.seq;
        this.#events.sandbox(result.sandbox);
        // The answer to a restart may still be how the round before it ended.
        const over = !restart && ended.includes(result.state);
        if (over && result.state === 'linked') this.#linked(result);
        else this.#show(result);
        if (over) return;
        restart = false;
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

  #linked({ line, token, phone }: LineLinkResult): void {
    this.#events.linked({ line, ...(token ? { token } : {}), ...(phone ? { phone } : {}) });
  }

  #show(news: News): void {
    // Until WhatsApp gives codes again, whom one was asked for is still known.
    const { phoneFor } = this.#last;
    this.#last = news.state === 'waiting' && phoneFor ? { ...news, phoneFor } : news;
    const { state, secondsLeft, error } = news;
    clearInterval(this.#countdown);
    this.#root.attr('data-state', state).show().closest('.nodeline-panel').toggleClass('nodeline-linking', state !== 'linked');
    if (news.qrImage) this.#root.find('#nodeline-qr').attr('src', news.qrImage);
    this.#root.find('#nodeline-code-text').val(news.qr ?? '');
    this.#root.find('#nodeline-phones').toggle(news.phonesUrl !== undefined).attr('href', phonesHref(news));
    this.#root.find('#nodeline-code-row').toggle(state === 'code' && news.sandbox === true);
    this.#root.find('.nodeline-says').text(this.#translate(`link.${state}`));
    const own = state === 'passkey' ? this.#translate('link.passkey-help') : news.detail ?? '';
    this.#root.find('.nodeline-detail').text(error && state !== 'code' ? explain(error) : own);
    this.#root.find('.nodeline-left').text('');
    if (state === 'code' && secondsLeft) this.#count(Date.now() + secondsLeft * 1000);
    this.#byPhone.show(this.#last as LineLinkResult);
  }

  #count(end: number): void {
    const tick = () => this.#root.find('.nodeline-left').text(this.#translate('link.left', { time: clock(end - Date.now()) }));
    tick();
    this.#countdown = setInterval(tick, 1_000);
  }
}

/** Where a simulated phone scans this code. */
function phonesHref({ phonesUrl, qr }: News): string | null {
  return /^https?:\/\//.test(phonesUrl ?? '') ? `${phonesUrl}#/code/${encodeURIComponent(qr ?? '')}` : null;
}
