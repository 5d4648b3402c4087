// @ts-check
// The dialog that links a line: the live QR code, followed until it ends in
// "linked as +..." or in what to do about it.
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
  const progress = makeProgress(ctx, body, { again: () => void follow(true), done: () => dialog.close() });
  let round = new AbortController();
  let open = true;

  function end() {
    open = false;
    round.abort();
    progress.stop();
    void ctx.state.refresh();
  }

  /** Follows one round of codes. @param {boolean} restart */
  async function follow(restart) {
    round.abort();
    const mine = new AbortController();
    round = mine;
    progress.show({ seq: 0, state: 'waiting' });
    let since = 0;
    let again = restart;
    while (open && !mine.signal.aborted) {
      try {
        const news = /** @type {LinkNews} */ (await ctx.calls().call('line.link', { line: line.id, ...(again ? { restart: true } : { since, waitMs: since ? WAIT : 0 }) }, mine.signal));
        if (mine.signal.aborted) return;
        if (news.seq !== since) progress.show(news);
        since = news.seq;
        // The answer to a restart may still be how the round before it ended.
        if (!again && ended.includes(news.state)) return;
        again = false;
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
  const fail = (err) => progress.show({ seq: 0, state: 'failed', detail: sentence(err) });

  // A code that is being shown already is joined; else an old round's end would be all there is.
  void follow(line.state !== 'linking');
}
