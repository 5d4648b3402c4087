// @ts-check
// The dialog that links a line: the live QR code, and a code to type on a phone for
// who asks, followed until it ends in "linked as +..." or in what to do about it.
import { h } from './common/dom.js';
import { openDialog } from './common/ui.js';
import { makeProgress } from './common/linking/progress.js';
import { makeRound } from './common/linking/round.js';

/** @typedef {import('./app.js').Context} Context */

/** @param {Context} ctx @param {{id: string, name: string, state: import('./rpc.js').LineState}} line */
export function openLink(ctx, line) {
  const { t } = ctx;
  const body = h('div', { class: 'dialog-body link-body', 'aria-live': 'polite' });
  const round = makeRound((params, signal) => ctx.calls().call('line.link', { line: line.id, ...params }, signal), (news) => progress.show(news));
  const dialog = openDialog({ title: t('linkTitle', { name: line.name }), closeLabel: t('close'), body, name: 'link', onclose: end });
  const progress = makeProgress({ t, sandbox: () => Boolean(ctx.state.status?.sandbox) }, body, { again: round.again, done: () => dialog.close(), ask: round.ask });

  function end() {
    round.stop();
    progress.stop();
    void ctx.state.refresh();
  }

  // A code that is being shown already is joined; else an old round's end would be all there is.
  void round.follow({ restart: line.state !== 'linking' });
}
