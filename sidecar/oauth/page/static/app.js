// @ts-check
// The linking page: it goes from one step to the next, and back to the flow editor.
//
//   start ─▶ sign in ─▶ choose a line ─▶ link it ─▶ back, with a code
//      └────── (on this machine) ──┘  └─ linked already ─┘
import { h } from './common/dom.js';
import { icon } from './common/icons.js';
import { keepLang, pickLang, translator } from './common/i18n.js';
import { linkTexts } from './common/linking/texts.js';
import { langSwitch, sentence } from './common/ui.js';
import { CallError, makeApi, session } from './api.js';
import { chooseStep } from './choose.js';
import { linkStep } from './link.js';
import { signInStep } from './signin.js';
import { texts } from './texts.js';

/** @typedef {import('./api.js').Line} Line */
/** @typedef {{el: HTMLElement, brief?: boolean, stop?: () => void, focus?: () => void}} Step brief: it needs the room */
/**
 * What every step is given.
 * @typedef {object} Context
 * @property {import('./common/ui.js').Translate} t
 * @property {import('./api.js').Call} call
 * @property {string} host who asks
 * @property {() => boolean} sandbox
 * @property {() => void} choose
 * @property {(line: Line, fresh: boolean) => void} link
 * @property {(line: string) => Promise<void>} use goes back to the editor with a line
 * @property {(err: unknown) => void} stuck an error that ends this window's work
 */

const said = { en: { ...linkTexts.en, ...texts.en }, ru: { ...linkTexts.ru, ...texts.ru } };
/** @type {Step | undefined} */
let step;
/** How to build the step again, in another language. @type {() => void} */
let again = () => {};
/** @type {import('./api.js').Started | undefined} */
let asked;
let t = translator(said, 'en');
let call = makeApi(t, 'en');

/** @param {import('./common/i18n.js').Lang} lang */
function build(lang) {
  t = translator(said, lang);
  call = makeApi(t, lang);
  document.documentElement.lang = lang;
  document.title = t('title');
  const banner = asked?.sandbox && h('p', { class: 'banner', role: 'note', 'data-test': 'banner' }, icon('info'), h('span', null, t('banner')));
  const main = h('main', null);
  document.getElementById('app')?.replaceChildren(...(banner ? [banner] : []),
    h('header', { class: 'top' },
      h('img', { src: 'assets/common/icon.svg', alt: '', width: '32', height: '32' }),
      h('h1', null, t('title')), langSwitch(lang, t('language'), change)),
    main);
  again();
}

/** Shows a step in place of the one before. @param {() => Step} make */
function go(make) {
  step?.stop?.();
  again = () => {
    step?.stop?.();
    step = make();
    const main = document.querySelector('main');
    main?.replaceChildren(...(asked ? [whoAsks(asked.host, step.brief)] : []), step.el, ...(asked && session.secret ? [foot()] : []));
    step.focus?.();
  };
  step = undefined;
  again();
  window.scrollTo(0, 0);
}

/** @param {string} host @param {boolean} [brief] */
function whoAsks(host, brief) {
  return h('section', { class: 'who', 'aria-labelledby': 'who-title' },
    h('h2', { id: 'who-title' }, h('strong', { class: 'host', 'data-test': 'host' }, host), ' ', t('asks')),
    !brief && h('p', { class: 'muted' }, t('asksHint')));
}

function foot() {
  return h('p', { class: 'foot' }, h('button', { type: 'button', class: 'button', 'data-test': 'cancel', onclick: cancel }, t('cancel')));
}

async function cancel() {
  try {
    leave((await call('cancel', {})).redirect);
  } catch (err) {
    stuck(err);
  }
}

/** Goes back to the editor. @param {string} redirect */
function leave(redirect) {
  session.secret = '';
  const host = asked?.host ?? '';
  go(() => ({ el: h('p', { class: 'loading', role: 'status', 'data-test': 'leaving' }, h('span', { class: 'spinner' }), t('leaving', { host })) }));
  location.replace(redirect);
}

/** Says what ended this window's work. @param {unknown} err */
function stuck(err) {
  const over = err instanceof CallError && err.code === 'request';
  if (over || (err instanceof CallError && err.code === 'session_gone')) session.secret = '';
  go(() => {
    const retry = h('button', { type: 'button', class: 'button primary', 'data-test': 'start-again', onclick: () => location.reload() }, t('startAgain'));
    return {
      el: h('section', { class: 'block' }, h('p', { class: 'trouble', role: 'alert', 'data-test': 'stuck' }, sentence(err)), ...(over ? [] : [h('div', null, retry)])),
      focus: () => { if (!over) retry.focus(); },
    };
  });
}

/** @returns {Context} */
function context() {
  return {
    t, call, stuck, host: asked?.host ?? '', sandbox: () => Boolean(asked?.sandbox), choose,
    link(line, fresh) {
      let begun = fresh;
      go(() => {
        const made = linkStep(context(), line, begun);
        begun = true; // said again in another language, it is the same round
        return made;
      });
    },
    async use(line) {
      leave((await call('grant', { line })).redirect);
    },
  };
}

function choose() {
  go(() => chooseStep(context()));
}

/** @param {import('./common/i18n.js').Lang} lang */
function change(lang) {
  keepLang(lang);
  build(lang);
  const pressed = document.querySelector('.lang [aria-pressed="true"]');
  if (pressed instanceof HTMLElement) pressed.focus();
}

async function start() {
  go(() => ({ el: h('p', { class: 'loading', role: 'status' }, h('span', { class: 'spinner' }), t('loading')) }));
  try {
    asked = /** @type {import('./api.js').Started} */ (await call('session', { query: location.search.slice(1) }));
  } catch (err) {
    stuck(err);
    return;
  }
  session.secret = asked.session;
  build(pickLang());
  if (asked.signIn) go(() => signInStep(context()));
  else choose();
}

window.addEventListener('pagehide', () => session.leave());
// Come back to by the browser's arrow, the page is as it was left, and its session is not.
window.addEventListener('pageshow', (e) => { if (e.persisted) location.reload(); });
build(pickLang());
void start();
