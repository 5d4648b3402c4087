// @ts-check
// The phone page: its parts, put together once per language.
import { h } from './common/dom.js';
import { icon } from './common/icons.js';
import { clock, keepLang, pickLang, showPhone, translator } from './common/i18n.js';
import { clearNotice, langSwitch, notice } from './common/ui.js';
import { makeApi } from './api.js';
import { makeState, readRoute } from './state.js';
import { makeList } from './list.js';
import { makeFrame } from './frame.js';
import { makePanel } from './panel.js';
import { makeTrouble } from './trouble.js';
import { handOver, takeCode } from './handed.js';
import { texts } from './texts.js';

/**
 * What every part of the page is given.
 * @typedef {object} Context
 * @property {import('./common/i18n.js').Lang} lang
 * @property {import('./common/ui.js').Translate} t
 * @property {ReturnType<typeof clock>} clock
 * @property {() => import('./api.js').Api} api
 * @property {import('./state.js').State} state
 * @property {() => string} otherName the name of the open chat's other side
 * @property {(run: () => void) => () => void} onchange runs after what is known changed; returns how to stop
 */

/** @type {Set<() => void>} */
const listeners = new Set();
let api = makeApi((key) => key, 'en');
let t = translator(texts, 'en');
let redraw = () => {};
/** @type {(qr: string) => void} */
let scan = () => {};
let close = () => {};

const state = makeState(() => api, {
  changed() {
    redraw();
    for (const run of listeners) run();
  },
  failed: (err, retry) => notice(t, err, retry),
});

/** @param {import('./common/i18n.js').Lang} lang */
function build(lang) {
  close();
  t = translator(texts, lang);
  api = makeApi(t, lang);
  document.documentElement.lang = lang;
  /** @type {Context} */
  const ctx = {
    lang, t, clock: clock(lang), api: () => api, state,
    otherName() {
      const other = state.otherSide();
      const found = state.phone()?.chats.find((c) => c.with === other)?.name;
      return found || state.nameOf(other) || showPhone(other);
    },
    onchange(run) {
      listeners.add(run);
      return () => listeners.delete(run);
    },
  };
  const list = makeList(ctx);
  const frame = makeFrame(ctx);
  const panel = makePanel(ctx);
  const trouble = makeTrouble(ctx);
  close = frame.close;
  const lost = h('p', { class: 'strip', role: 'status', hidden: true, 'data-test': 'lost' }, h('span', { class: 'spinner' }), t('lost'));
  const loading = h('p', { class: 'loading', role: 'status' }, h('span', { class: 'spinner' }), t('loading'));
  const main = h('main', null, list.el, frame.el, panel.el);
  document.getElementById('app')?.replaceChildren(
    h('p', { class: 'banner', role: 'note', 'data-test': 'banner' }, icon('info'), h('span', null, t('banner'))),
    lost,
    h('header', { class: 'top' }, h('img', { src: 'assets/common/icon.svg', alt: '', width: '28', height: '28' }), h('h1', null, t('title')), trouble.el, langSwitch(lang, t('language'), change)),
    loading, main);

  scan = (qr) => { handOver(ctx, qr).catch((err) => notice(t, err, () => scan(qr))); };
  redraw = () => {
    const phone = state.phone();
    document.body.dataset.place = !phone ? 'list' : state.route.chat ? 'chat' : 'phone';
    document.title = phone ? `${phone.name || phone.phone} · ${t('title')}` : t('title');
    lost.hidden = state.connected;
    loading.hidden = state.phones !== null || !state.connected;
    main.hidden = state.phones === null;
    list.update();
    frame.update();
    panel.update();
    trouble.update();
  };
  redraw();
}

/** @param {import('./common/i18n.js').Lang} lang */
function change(lang) {
  keepLang(lang);
  clearNotice();
  build(lang);
  const pressed = document.querySelector('.lang [aria-pressed="true"]');
  if (pressed instanceof HTMLElement) pressed.focus();
}

/** Goes where the address says. */
function arrive() {
  const code = takeCode();
  state.route = readRoute();
  clearNotice();
  redraw();
  if (code) scan(code);
}

window.addEventListener('hashchange', arrive);

build(pickLang());
arrive();
state.start();
