// @ts-check
// The QR codes that wait to be scanned, one of which can be picked.
import { h, keyed } from './common/dom.js';
import { icon } from './common/icons.js';
import { minutes } from './common/ui.js';

/** @typedef {import('./api.js').Code} Code */

/** @type {Record<string, number | undefined>} */
const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** @param {import('./common/ui.js').Translate} t @param {(ref: string) => void} pick */
export function makeCodes(t, pick) {
  const el = h('div', { class: 'codes', role: 'radiogroup', 'aria-label': t('codes') });
  /** @type {Code[]} */
  let shown = [];

  /** @param {string} ref */
  const find = (ref) => /** @type {HTMLElement | null} */ (el.querySelector(`[data-ref="${CSS.escape(ref)}"]`));

  /** @param {KeyboardEvent} e @param {string} ref */
  function move(e, ref) {
    const step = steps[e.key];
    if (!step) return;
    e.preventDefault();
    const next = shown[(shown.findIndex((c) => c.ref === ref) + step + shown.length) % shown.length];
    if (next) pick(next.ref);
  }

  /** @param {{ref: string, client: string, here: boolean, tab: boolean}} code */
  const build = ({ ref, client, here, tab }) => h('button', {
    type: 'button', class: 'code', role: 'radio', 'aria-checked': String(here), tabindex: tab ? '0' : '-1', 'data-test': 'waiting-code', 'data-ref': ref, 'data-focus': 'code',
    onclick: () => pick(ref),
    /** @param {KeyboardEvent} e */
    onkeydown: (e) => move(e, ref),
  },
  h('span', { class: 'code-art' }, icon('qr')),
  h('span', { class: 'device-text' }, h('strong', { class: 'clip' }, client || t('codeUnnamed')), h('span', { class: 'muted small-text left' })),
  h('span', { class: 'radio', 'aria-hidden': 'true' }));

  return {
    el,
    /** @param {string} ref */
    focus: (ref) => find(ref)?.focus(),

    /** @param {Code[]} codes @param {string} picked a ref, '' for none @param {number} now milliseconds */
    show(codes, picked, now) {
      shown = codes;
      const tabStop = picked || codes[0]?.ref;
      keyed(el, codes.map((c) => ({ ref: c.ref, client: c.client, ready: c.ready, here: c.ref === picked, tab: c.ref === tabStop })), (c) => c.ref, build);
      for (const code of codes) {
        const left = find(code.ref)?.querySelector('.left');
        const valid = t('codeLeft', { left: minutes((Date.parse(code.expiresAt) - now) / 1000) });
        if (left) left.textContent = code.ready ? valid : `${valid}, ${t('codeNeedsText')}`;
      }
    },
  };
}
