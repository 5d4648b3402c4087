// @ts-check
// What the linking of a line has come to: the codes, a sentence, what can be done.
import { h } from '../dom.js';
import { icon } from '../icons.js';
import { showPhone } from '../i18n.js';
import { minutes } from '../ui.js';
import { makeByPhone } from './byphone.js';
import { copyButton } from './copy.js';
import { explain } from './failure.js';

/** @typedef {import('./round.js').LinkContext} Context */
/** @typedef {import('./round.js').LinkNews} LinkNews */

/**
 * @param {Context} ctx @param {HTMLElement} body is filled with it
 * @param {{again: () => void, done: () => void, ask: (phone: string) => Promise<void>}} on what is clicked: a new code; done; a code to type
 */
export function makeProgress(ctx, body, on) {
  const { t } = ctx;
  let timer = 0;
  // Somebody may be typing a number while QR codes change: these stay in their place.
  const now = h('div', { class: 'progress' });
  const foot = h('div', { class: 'dialog-foot' });
  const byPhone = makeByPhone(ctx, on.ask);
  body.replaceChildren(now, foot, byPhone.el);

  /** @param {LinkNews} news */
  function show(news) {
    clearInterval(timer);
    byPhone.show(news);
    body.dataset.state = news.state;
    body.setAttribute('data-test', 'link-state');
    if (news.state === 'linked') {
      const close = h('button', { type: 'button', class: 'button primary', 'data-test': 'link-done', onclick: on.done }, t('done'));
      now.replaceChildren(...success(ctx, news));
      foot.replaceChildren(close);
      close.focus();
      return;
    }
    const focused = foot.contains(document.activeElement);
    const code = news.state === 'code' && news.qrImage ? picture(t, news) : null;
    if (code) timer = setInterval(code.tick, 500);
    const again = h('button', { type: 'button', class: over(news) ? 'button primary' : 'button', 'data-test': 'new-code', onclick: on.again }, icon('qr'), t('newCode'));
    now.replaceChildren(
      code?.el ?? h('div', { class: 'qr-place' }, over(news) ? icon('warn') : h('span', { class: 'spinner' })),
      h('p', { class: over(news) ? 'trouble' : 'link-now', role: over(news) ? 'alert' : 'status' }, said(ctx, news)));
    foot.replaceChildren(...handOver(ctx, news), again);
    if (focused) again.focus();
  }

  return {
    show,
    stop() {
      clearInterval(timer);
      byPhone.stop();
    },
  };
}

/** Whether no code of this round will link any more. @param {LinkNews} news */
const over = (news) => news.state === 'expired' || news.state === 'failed' || news.state === 'passkey';

/** The code, and how long it is good for. @param {Context['t']} t @param {LinkNews} news */
function picture(t, news) {
  const left = h('p', { class: 'muted', 'data-test': 'link-left', role: 'timer', 'aria-live': 'off' });
  const until = Date.now() + (news.secondsLeft ?? 0) * 1000;
  const tick = () => { left.textContent = t('linkLeft', { left: minutes((until - Date.now()) / 1000) }); };
  tick();
  return { tick, el: h('div', { class: 'qr' }, h('img', { src: news.qrImage, alt: t('linkQr'), width: '264', height: '264', 'data-test': 'link-qr' }), left) };
}

/** @param {Context} ctx @param {LinkNews} news */
function said({ t, sandbox }, news) {
  // In a round that goes on, what is wrong is with the number: it is said there.
  if (news.error && news.state !== 'code') return explain(news.error);
  // In a sandbox no camera looks at the screen: the sidecar's words are for real phones.
  if (news.state === 'code') return t(sandbox() ? 'linkHowSandbox' : 'linkHow');
  const own = { waiting: t('linkConnecting'), code: '', scanned: t('linkScanned'), passkey: t('linkPasskey'), linked: '', expired: t('linkExpired'), failed: t('linkFailed') };
  return news.detail || own[news.state];
}

/** A sandbox has no camera: its page of phones is opened with the code. @param {Context} ctx @param {LinkNews} news */
function handOver(ctx, news) {
  const { t } = ctx;
  if (news.state !== 'code' || !ctx.sandbox() || !news.qr) return [];
  return [copyButton(ctx, news.qr, t('copyCode'), 'copy-code'), ...(news.phonesUrl ? [h('a', {
    class: 'button primary', target: '_blank', rel: 'noopener', href: `${news.phonesUrl}#/code/${encodeURIComponent(news.qr)}`, 'data-test': 'scan-here',
  }, t('scanHere'))] : [])];
}

/** @param {Context} ctx @param {LinkNews} news */
function success(ctx, news) {
  const { t } = ctx;
  const linked = h('div', { class: 'success', role: 'status', 'data-test': 'linked-as' }, h('span', { class: 'success-icon' }, icon('check')),
    h('h3', null, t('linkDone', { phone: showPhone(news.phone ?? '') })), h('p', { class: 'muted' }, t('linkDoneHint')));
  return news.token ? [linked, tokenBox(ctx, news.token)] : [linked];
}

/** The line's token, shown once. @param {Context} ctx @param {string} text */
function tokenBox(ctx, text) {
  const { t } = ctx;
  return h('details', { class: 'token' }, h('summary', null, t('lineToken')),
    h('p', { class: 'hint' }, t('lineTokenHint')), h('p', { class: 'token-row' }, h('code', { 'data-test': 'line-token' }, text), copyButton(ctx, text, t('copy'), 'copy-token')));
}
