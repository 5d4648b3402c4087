// @ts-check
// The dialog that links a line: the live QR code, and a code to type on a phone for
// who asks, followed until it ends in "linked as +..." or in what to do about it.
import { h } from './common/dom.js';
import { openDialog, sentence } from './common/ui.js';
import { makeProgress } from './progress.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./rpc.js').LinkNews} LinkNews */

/** How long one call waits for news, milliseconds. */
const WAIT = 25_000;
const ended = ['linked', 'expired', 'failed'];
/** Before asking again after the sidecar did not answer, milliseconds. */
const PAUSE = 1500;

/** @param {Context} ctx @param {{id: string, name: string, state: import('./rpc.js').LineState}} line */
export function openLink(ctx, line) {
  const { t } = ctx;
  const body = h('div', { class: 'dialog-body link-body', 'aria-live': 'polite' });
  const dialog = openDialog({ title: t('linkTitle', { name: line.name }), closeLabel: t('close'), body, name: 'link', onclose: end });
  const progress = makeProgress(ctx, body, { again: () => void follow({ restart: true, ...(last.phoneFor && { phone: last.phoneFor }) }), done: () => dialog.close(), ask });
  let round = new AbortController();
  let open = true;
  /** @type {LinkNews} */
  let last = { seq: 0, state: 'waiting' };

  /** @param {LinkNews} news */
  function show(news) {
    // Until WhatsApp gives codes again, whom one was asked for is still known.
    last = news.state === 'waiting' && last.phoneFor ? { ...news, phoneFor: last.phoneFor } : news;
    progress.show(last);
  }

  /**
   * Asks for a code to type on a phone; a second one comes with a round of its own.
   * @param {string} phone
   */
  async function ask(phone) {
    const restart = last.state !== 'code' || Boolean(last.phoneFor);
    const news = /** @type {LinkNews} */ (await ctx.calls().call('line.link', { line: line.id, phone, ...(restart && { restart }) }));
    if (open) void follow({}, news);
  }

  function end() {
    open = false;
    round.abort();
    progress.stop();
    void ctx.state.refresh();
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
        const news = /** @type {LinkNews} */ (await ctx.calls().call('line.link', { line: line.id, ...(restart ? begin : { since, waitMs: since ? WAIT : 0 }) }, mine.signal));
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

  // A code that is being shown already is joined; else an old round's end would be all there is.
  void follow({ restart: line.state !== 'linking' });
}
