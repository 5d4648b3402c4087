// @ts-check
// The status page: its parts, put together once per language.
import { h, single } from './common/dom.js';
import { icon } from './common/icons.js';
import { badge, states } from './common/linking/state.js';
import { linkTexts } from './common/linking/texts.js';
import { clock, keepLang, pickLang, translator } from './common/i18n.js';
import { clearNotice, field, langSwitch, sentence } from './common/ui.js';
import { makeAsks } from './asks.js';
import { makeLines } from './lines.js';
import { CallError, makeCalls, token } from './rpc.js';
import { makeState } from './state.js';
import { texts } from './texts.js';
import { makeWebhooks } from './webhooks.js';

/**
 * What every part of the page is given.
 * @typedef {object} Context
 * @property {import('./common/ui.js').Translate} t
 * @property {ReturnType<typeof clock>} clock
 * @property {() => import('./rpc.js').Calls} calls
 * @property {import('./state.js').State} state
 */

const said = { en: { ...linkTexts.en, ...texts.en }, ru: { ...linkTexts.ru, ...texts.ru } };
let t = translator(said, 'en');
let calls = makeCalls(t, 'en');
let redraw = () => {};
let refused = false;

const state = makeState(() => calls, {
  changed: () => redraw(),
  signedOut() { refused = true; },
});

/** @param {import('./common/i18n.js').Lang} lang */
function build(lang) {
  t = translator(said, lang);
  calls = makeCalls(t, lang);
  document.documentElement.lang = lang;
  document.title = t('title');
  /** @type {Context} */
  const ctx = { t, clock: clock(lang), calls: () => calls, state };
  const lines = makeLines(ctx);
  const asks = makeAsks(ctx);
  const webhooks = makeWebhooks(ctx);
  const signIn = makeSignIn();
  const banner = h('p', { class: 'banner', role: 'note', hidden: true, 'data-test': 'banner' }, icon('info'), h('span', null, t('banner')));
  const lost = h('p', { class: 'strip', role: 'status', hidden: true, 'data-test': 'lost' }, h('span', { class: 'spinner' }), t('lost'));
  const storage = h('p', { class: 'strip', role: 'alert', hidden: true, 'data-test': 'storage' });
  const loading = h('p', { class: 'loading', role: 'status' }, h('span', { class: 'spinner' }), t('loading'));
  const version = h('span', { class: 'muted small-text', 'data-test': 'version' });
  const out = h('button', { type: 'button', class: 'button small', hidden: true, 'data-test': 'sign-out', onclick: () => state.signOut() }, t('signOut'));
  const facts = h('div');
  const inside = h('div', { class: 'inside' }, lines.el, asks.el, webhooks.el, legend(ctx));
  document.getElementById('app')?.replaceChildren(banner, lost, storage,
    h('header', { class: 'top' },
      h('img', { src: 'assets/common/icon.svg', alt: '', width: '36', height: '36' }),
      h('div', { class: 'top-text' }, h('h1', null, t('title'), ' ', version), h('p', { class: 'muted small-text' }, t('subtitle'))),
      out, langSwitch(lang, t('language'), change)),
    h('main', null, loading, facts, signIn.el, inside));

  redraw = () => {
    const { status } = state;
    banner.hidden = !status?.sandbox;
    lost.hidden = state.connected;
    storage.hidden = !status || status.storage === 'ok';
    if (status && status.storage !== 'ok') storage.textContent = t(`storage.${status.storage}`);
    loading.hidden = !state.connected || (status !== null && !(state.signedIn() && state.lines === null));
    if (status) {
      version.textContent = t('version', { version: status.version });
      single(facts, { ...status.counts, since: ctx.clock.since(status.since) }, (c) => counts(c));
    }
    out.hidden = !state.signedIn();
    signIn.el.hidden = state.signedIn() || status === null;
    inside.hidden = state.lines === null;
    signIn.update();
    lines.update();
    asks.update();
    webhooks.update();
  };
  redraw();
}

/** @param {import('./rpc.js').Status['counts'] & {since: string}} c */
function counts(c) {
  /** @param {string} name @param {string | number} value @param {string} test */
  const one = (name, value, test) => h('div', { class: 'count', 'data-test': `count-${test}` }, h('dt', null, name), h('dd', null, value));
  return h('dl', { class: 'counts' },
    one(t('countLines'), c.lines, 'lines'), one(t('countConnected'), c.connected, 'connected'),
    one(t('countWaiting'), c.waiting, 'waiting'), one(t('countQueued'), c.queued, 'queued'),
    one(t('running'), c.since, 'since'));
}

function makeSignIn() {
  const box = h('input', { type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, 'data-test': 'token' });
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true, 'data-test': 'sign-in-error' });
  const go = h('button', { class: 'button primary', 'data-test': 'sign-in' }, t('signIn'));
  const el = h('form', {
    class: 'block sign-in', 'aria-labelledby': 'sign-in-title',
    /** @param {SubmitEvent} e */
    async onsubmit(e) {
      e.preventDefault();
      go.disabled = true;
      refused = false;
      token.set(box.value.trim());
      try {
        await calls.lines();
        box.value = '';
        await state.refresh();
      } catch (err) {
        token.clear();
        say(err instanceof CallError && err.code === 'unauthorized' ? t('tokenRefused') : sentence(err));
        box.select();
      } finally {
        go.disabled = false;
        redraw();
      }
    },
  }, h('h2', { id: 'sign-in-title' }, t('signInTitle')), h('p', { class: 'muted' }, t('signInText')), field(t('token'), box, t('tokenHint')), trouble, h('div', null, go));

  /** @param {string} why */
  function say(why) {
    trouble.textContent = why;
    trouble.hidden = false;
  }
  return {
    el,
    update() {
      if (state.signedIn()) trouble.hidden = true;
      else if (refused && trouble.hidden) say(t('tokenRefused'));
    },
  };
}

/** @param {Context} ctx */
function legend(ctx) {
  return h('details', { class: 'block legend' }, h('summary', null, h('h2', null, t('legend'))),
    h('dl', null, states.map((name) => h('div', null, h('dt', null, badge(ctx, name)), h('dd', null, t(`help.${name}`))))));
}

/** @param {import('./common/i18n.js').Lang} lang */
function change(lang) {
  keepLang(lang);
  clearNotice();
  build(lang);
  const pressed = document.querySelector('.lang [aria-pressed="true"]');
  if (pressed instanceof HTMLElement) pressed.focus();
  void state.refresh();
}

build(pickLang());
state.start();
