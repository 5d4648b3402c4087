// Linking without a camera: a phone number is given, WhatsApp gives a code, and it is
// typed on that phone. It stands below the QR code, and stays as codes change.
import type { LineLinkResult } from '@nodeline/client';
import type { Failure } from '../../editor/admin-calls.js';
import type { Translate } from '../../editor/lang.js';
import { clock, explain } from './words.js';

/** The part of a round for who has no camera. */
export class ByPhone {
  readonly #root: JQuery;
  readonly #translate: Translate;
  readonly #ask: (phone: string) => Promise<void>;
  #countdown: ReturnType<typeof setInterval> | undefined;
  #shown = '';

  /** @param ask asks for a code; rejects with what is wrong with the number */
  constructor(root: JQuery, translate: Translate, ask: (phone: string) => Promise<void>) {
    this.#root = root;
    this.#translate = translate;
    this.#ask = ask;
    root.find('#nodeline-phone-ask').on('click', () => void this.#go());
    root.find('#nodeline-phone').on('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      void this.#go();
    });
    root.find('#nodeline-phone-copy').on('click', () => {
      void navigator.clipboard?.writeText(root.find('#nodeline-phone-code').text()).catch(() => undefined);
    });
  }

  /** Shows what the newest answer says of the code to type. */
  show(news: Pick<LineLinkResult, 'state' | 'phoneFor' | 'phoneCode' | 'phoneCodeSecondsLeft' | 'error'>): void {
    this.#root.toggle(news.state !== 'scanned' && news.state !== 'linked');
    this.#root.find('#nodeline-phone-ask').text(this.#translate(news.phoneFor ? 'link.by-phone-again' : 'link.by-phone-ask'));
    // In a round that goes on, what is wrong is with the number.
    this.#complain(news.state === 'code' ? news.error : undefined);
    const asked = news.state === 'code' && Boolean(news.phoneFor) && !news.error;
    const now = asked ? `${news.phoneFor} ${news.phoneCode ?? ''}` : '';
    this.#root.find('#nodeline-phone-shown').toggle(asked);
    if (now !== this.#shown) {
      clearInterval(this.#countdown);
      if (asked) this.#draw(news.phoneFor ?? '', news.phoneCode, news.phoneCodeSecondsLeft ?? 0);
    }
    this.#shown = now;
  }

  stop(): void {
    clearInterval(this.#countdown);
    this.#shown = '';
    this.#complain(undefined);
  }

  async #go(): Promise<void> {
    const button = this.#root.find('#nodeline-phone-ask').prop('disabled', true);
    this.#complain(undefined);
    try {
      await this.#ask(String(this.#root.find('#nodeline-phone').val() ?? '').trim());
    } catch (thrown) {
      this.#complain(thrown as Failure);
      this.#root.find('#nodeline-phone').trigger('select');
    }
    button.prop('disabled', false);
  }

  #draw(phone: string, code: string | undefined, seconds: number): void {
    this.#root.find('.nodeline-phone-how').text(this.#translate(code ? 'link.by-phone-how' : 'link.by-phone-asking', { phone }));
    this.#root.find('.nodeline-phone-row').toggle(code !== undefined);
    // Read out letter by letter; the dash is only to look at.
    this.#root.find('#nodeline-phone-code').text(code ?? '').attr('aria-label', [...(code ?? '').replace('-', '')].join(' '));
    const left = this.#root.find('.nodeline-phone-left').text('');
    if (!code) return;
    const until = Date.now() + seconds * 1000;
    const tick = () => left.text(this.#translate('link.by-phone-left', { time: clock(until - Date.now()) }));
    tick();
    this.#countdown = setInterval(tick, 500);
    this.#root.find('#nodeline-phone-shown')[0]?.scrollIntoView({ block: 'nearest' });
  }

  #complain(failure: Parameters<typeof explain>[0] | undefined): void {
    this.#root.find('#nodeline-phone-problem').text(failure ? explain(failure) : '');
  }
}
