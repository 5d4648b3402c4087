// @ts-check
// A round of codes, followed until it ends: linked, or what to do about it.
import { sentence } from '../ui.js';

/** @typedef {import('./failure.js').Failure} Failure */
/** @typedef {'waiting' | 'code' | 'scanned' | 'passkey' | 'linked' | 'expired' | 'failed'} LinkState */
/** @typedef {{seq: number, state: LinkState, qr?: string, qrImage?: string, phonesUrl?: string, secondsLeft?: number, phoneFor?: string, phoneCode?: string, phoneCodeSecondsLeft?: number, phone?: string, token?: string, detail?: string, error?: Failure}} LinkNews */
/** @typedef {{t: import('../ui.js').Translate, sandbox: () => boolean}} LinkContext sandbox: no camera looks at the screen */

/** How long one call waits for news, milliseconds. */
const WAIT = 25_000;
const ended = ['linked', 'expired', 'failed'];
/** Before asking again after the sidecar did not answer, milliseconds. */
const PAUSE = 1500;

/**
 * @param {(params: object, signal?: AbortSignal) => Promise<any>} call line.link of the one line; its errors have a code, "" where nothing answered
 * @param {(news: LinkNews) => void} shown is told of every change
 */
export function makeRound(call, shown) {
  let round = new AbortController();
  let open = true;
  /** @type {LinkNews} */
  let last = { seq: 0, state: 'waiting' };

  /** @param {LinkNews} news */
  function show(news) {
    // Until WhatsApp gives codes again, whom one was asked for is still known.
    last = news.state === 'waiting' && last.phoneFor ? { ...news, phoneFor: last.phoneFor } : news;
    shown(last);
  }

  /**
   * Follows one round of codes.
   * @param {{restart?: boolean, phone?: string}} begin what to ask for first
   * @param {LinkNews} [known] where it stands, if that is known
   */
  async function follow(begin, known = { seq: 0, state: 'waiting' }) {
    round.abort();
    const mine = new AbortController();
    round = mine;
    show(known);
    let since = known.seq;
    let { restart = false } = begin;
    while (open && !mine.signal.aborted) {
      try {
        const news = /** @type {LinkNews} */ (await call(restart ? begin : { since, waitMs: since ? WAIT : 0 }, mine.signal));
        if (mine.signal.aborted) return;
        if (news.seq !== since) show(news);
        since = news.seq;
        // The answer to a restart may still be how the round before it ended.
        if (!restart && ended.includes(news.state)) return;
        restart = false;
      } catch (err) {
        if (mine.signal.aborted) return;
        fail(err);
        if (/** @type {{code?: string}} */ (err).code) return;
        await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
        since = 0;
      }
    }
  }

  /** @param {unknown} err */
  const fail = (err) => show({ seq: 0, state: 'failed', detail: sentence(err) });

  return {
    follow,
    /** New codes, and one to type where that was asked for. */
    again: () => void follow({ restart: true, ...(last.phoneFor && { phone: last.phoneFor }) }),
    /**
     * Asks for a code to type on a phone; a second one comes with a round of its own.
     * @param {string} phone
     */
    async ask(phone) {
      const restart = last.state !== 'code' || Boolean(last.phoneFor);
      const news = /** @type {LinkNews} */ (await call({ phone, ...(restart && { restart }) }));
      if (open) void follow({}, news);
    },
    stop() {
      open = false;
      round.abort();
    },
  };
}
