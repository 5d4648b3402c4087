// @ts-check
// The scrolled part of an open chat. It stays at its end as messages come in, or
// where somebody reads.
import { h } from './common/dom.js';
import { icon } from './common/icons.js';

/** Nearer than this to the end, pixels: new messages scroll into view. */
const NEAR = 80;

/** @param {import('./common/ui.js').Translate} t @param {() => void} drawMore draws earlier messages too */
export function makePane(t, drawMore) {
  let atEnd = true;
  const log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': t('chats'), tabindex: '0' });
  const empty = h('p', { class: 'empty', hidden: true }, t('noMessages'));
  const earlier = h('button', { type: 'button', class: 'button small earlier', hidden: true, 'data-test': 'earlier', onclick: showEarlier }, t('earlier'));
  const below = h('button', { type: 'button', class: 'below', hidden: true, 'data-test': 'below', onclick: () => toEnd('smooth') }, icon('down'), t('newBelow'));
  const el = h('div', { class: 'scroll wall', onscroll: () => { atEnd = nearEnd(); if (atEnd) below.hidden = true; } }, earlier, log, empty);

  const nearEnd = () => el.scrollHeight - el.scrollTop - el.clientHeight < NEAR;
  /** @param {ScrollBehavior} behavior */
  const toEnd = (behavior) => el.scrollTo({ top: el.scrollHeight, behavior });
  // The typing box grows and the keyboard opens: the last message stays in sight.
  const resized = new ResizeObserver(() => { if (atEnd) toEnd('instant'); });

  /** Earlier messages come in above; what was read stays where it was. */
  function showEarlier() {
    const fromEnd = el.scrollHeight - el.scrollTop;
    drawMore();
    el.scrollTop = el.scrollHeight - fromEnd;
    if (earlier.hidden) log.focus();
  }

  function showFirst() {
    const line = log.querySelector('.unread');
    if (line instanceof HTMLElement) el.scrollTop = line.offsetTop - log.offsetTop;
    else toEnd('instant');
    atEnd = nearEnd();
  }

  return {
    el,
    below,
    toEnd: () => toEnd('instant'),

    /**
     * Draws the log anew.
     * @param {{empty: boolean, more: boolean, own: boolean}} has no messages; more than are drawn; an own one last
     * @param {(log: HTMLElement) => void} draw
     */
    update(has, draw) {
      empty.hidden = !has.empty;
      earlier.hidden = !has.more;
      const stick = atEnd;
      const before = log.childElementCount;
      draw(log);
      if (log.childElementCount <= before) return;
      if (before === 0) showFirst();
      else if (stick || has.own) toEnd('instant');
      else below.hidden = false;
    },

    /** Shows a message, however far up. @param {string} id */
    jump(id) {
      const find = () => log.querySelector(`[data-id="${CSS.escape(id)}"]`);
      while (!find() && !earlier.hidden) showEarlier();
      const target = find();
      if (!target) return;
      target.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
      target.classList.remove('flash');
      requestAnimationFrame(() => target.classList.add('flash'));
    },

    entered: () => resized.observe(el),
    left: () => resized.disconnect(),
  };
}
