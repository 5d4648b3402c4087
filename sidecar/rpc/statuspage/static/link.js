// @ts-check
// The dialog that links a line: the live QR code, followed until it ends in
// "linked as +..." or in what to do about it.
import { h } from './common/dom.js';
import { icon } from './common/icons.js';
import { showPhone } from './common/i18n.js';
import { minutes, openDialog, sentence } from './common/ui.js';
import { explain } from './rpc.js';

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
  let round = new AbortController();
  let timer = 0;
  let open = true;

  function end() {
    open = false;
    round.abort();
    clearInterval(timer);
    void ctx.state.refresh();
  }

  /** Follows one round of codes. @param {boolean} restart */
  async function follow(restart) {
    round.abort();
    const mine = new AbortController();
    round = mine;
    show(body, { seq: 0, state: 'waiting' });
    let since = 0;
    let again = restart;
    while (open && !mine.signal.aborted) {
      try {
        const news = /** @type {LinkNews} */ (await ctx.calls().call('line.link', { line: line.id, ...(again ? { restart: true } : { since, waitMs: since ? WAIT : 0 }) }, mine.signal));
        if (mine.signal.aborted) return;
        if (news.seq !== since) show(body, news);
        since = news.seq;
        // The answer to a restart may still be how the round before it ended.
        if (!again && ended.includes(news.state)) return;
        again = false;
      } catch (err) {
        if (mine.signal.aborted) return;
        if (/** @type {{code?: string}} */ (err).code) { fail(sentence(err)); return; }
        fail(sentence(err));
        await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
        since = 0;
      }
    }
  }

  /** @param {HTMLElement} box @param {LinkNews} news */
  function show(box, news) {
    clearInterval(timer);
    box.dataset.state = news.state;
    box.setAttribute('data-test', 'link-state');
    if (news.state === 'linked') { linked(news); return; }
    const asks = news.state === 'expired' || news.state === 'failed';
    const focused = box.contains(document.activeElement);
    box.replaceChildren(...[
      news.state === 'code' && news.qrImage ? code(news) : h('div', { class: 'qr-place' }, asks ? icon('warn') : h('span', { class: 'spinner' })),
      h('p', { class: asks ? 'trouble' : 'link-now', role: asks ? 'alert' : 'status' }, said(news)),
      foot(asks, news),
    ].filter((x) => x !== null));
    if (focused) /** @type {HTMLElement} */ (box.querySelector('[data-test="new-code"]')).focus();
  }

  /** @param {LinkNews} news */
  function code(news) {
    const left = h('p', { class: 'muted', 'data-test': 'link-left', role: 'timer', 'aria-live': 'off' });
    const until = Date.now() + (news.secondsLeft ?? 0) * 1000;
    const tick = () => { left.textContent = t('linkLeft', { left: minutes((until - Date.now()) / 1000) }); };
    tick();
    timer = setInterval(tick, 500);
    return h('div', { class: 'qr' }, h('img', { src: news.qrImage, alt: t('linkQr'), width: '264', height: '264', 'data-test': 'link-qr' }), left);
  }

  /** @param {LinkNews} news */
  function said(news) {
    if (news.error) return explain(news.error);
    // In a sandbox no camera looks at the screen: the sidecar's words are for real phones.
    if (news.state === 'code' && ctx.state.status?.sandbox) return t('linkHowSandbox');
    const own = { waiting: t('linkConnecting'), code: t('linkHow'), scanned: t('linkScanned'), passkey: t('linkPasskey'), linked: '', expired: t('linkExpired'), failed: t('linkFailed') };
    return news.detail || own[news.state];
  }

  /** A sandbox has no camera: its page of phones is opened with the code. @param {boolean} primary @param {LinkNews} news */
  function foot(primary, news) {
    const text = news.state === 'code' && ctx.state.status?.sandbox ? news.qr : undefined;
    const phones = text && news.phonesUrl && h('a', {
      class: 'button primary', target: '_blank', rel: 'noopener', href: `${news.phonesUrl}#/code/${encodeURIComponent(text)}`, 'data-test': 'scan-here',
    }, t('scanHere'));
    return h('div', { class: 'dialog-foot' }, text && copyButton(ctx, text, t('copyCode'), 'copy-code'), phones,
      h('button', { type: 'button', class: primary ? 'button primary' : 'button', 'data-test': 'new-code', onclick: () => void follow(true) }, icon('qr'), t('newCode')));
  }

  /** @param {string} why */
  function fail(why) {
    show(body, { seq: 0, state: 'failed', detail: why });
  }

  /** @param {LinkNews} news */
  function linked(news) {
    const close = h('button', { type: 'button', class: 'button primary', 'data-test': 'link-done', onclick: () => dialog.close() }, t('done'));
    body.replaceChildren(
      h('div', { class: 'success', role: 'status', 'data-test': 'linked-as' }, h('span', { class: 'success-icon' }, icon('check')),
        h('h3', null, t('linkDone', { phone: showPhone(news.phone ?? '') })), h('p', { class: 'muted' }, t('linkDoneHint'))),
      news.token ? tokenBox(ctx, news.token) : '',
      h('div', { class: 'dialog-foot' }, close));
    close.focus();
  }

  // A code that is being shown already is joined; else an old round's end would be all there is.
  void follow(line.state !== 'linking');
}

/** The line's token, shown once. @param {Context} ctx @param {string} text */
function tokenBox(ctx, text) {
  const { t } = ctx;
  return h('details', { class: 'token' }, h('summary', null, t('lineToken')),
    h('p', { class: 'hint' }, t('lineTokenHint')), h('p', { class: 'token-row' }, h('code', { 'data-test': 'line-token' }, text), copyButton(ctx, text, t('copy'), 'copy-token')));
}

/** @param {Context} ctx @param {string} text @param {string} label @param {string} name */
function copyButton(ctx, text, label, name) {
  const copy = h('button', {
    type: 'button', class: 'button', 'data-test': name,
    onclick: async () => {
      await navigator.clipboard.writeText(text);
      copy.replaceChildren(icon('check'), ctx.t('copied'));
    },
  }, icon('copy'), label);
  return copy;
}
