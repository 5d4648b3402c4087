// @ts-check
// Dialogs, notices and the language switch that both pages use.
import { h } from './dom.js';
import { icon } from './icons.js';

/** @typedef {(key: string, vars?: Record<string, string | number>) => string} Translate */

let lastId = 0;

/** An id for labels. @param {string} name */
export function freshId(name) {
  lastId += 1;
  return `${name}-${lastId}`;
}

/**
 * Opens a dialog: a sheet on a small screen. Escape, the cross and a click
 * outside close it; the focus goes back to where it was.
 * @param {{title: string, closeLabel: string, body: HTMLElement, name: string, onclose?: () => void}} options
 */
export function openDialog({ title, closeLabel, body, name, onclose }) {
  const id = freshId('dialog');
  const before = document.activeElement;
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': id, 'data-test': `dialog-${name}` },
    h('div', { class: 'dialog-box' },
      h('header', { class: 'dialog-head' },
        h('h2', { id }, title),
        h('button', { type: 'button', class: 'icon-button', 'aria-label': closeLabel, title: closeLabel, 'data-test': 'dialog-close', onclick: () => dialog.close() }, icon('close'))),
      body));
  // The box fills the dialog, so a click on the dialog itself is one on the backdrop.
  dialog.addEventListener('pointerdown', (e) => { if (e.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
    if (onclose) onclose();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Asks before something that cannot be taken back. `act` runs while the dialog
 * says so; its error is shown in the dialog, which then stays open.
 * @param {{t: Translate, title: string, text: string, yes: string, no?: string, name: string, act: () => Promise<unknown>}} options
 */
export function confirmDialog({ t, title, text, yes, no, name, act }) {
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true });
  const go = h('button', {
    type: 'button', class: 'button danger', 'data-test': `${name}-yes`,
    onclick: async () => {
      go.disabled = true;
      try {
        await act();
        dialog.close();
      } catch (err) {
        trouble.textContent = sentence(err);
        trouble.hidden = false;
        go.disabled = false;
      }
    },
  }, yes);
  const stay = h('button', { type: 'button', class: 'button', 'data-test': `${name}-no`, onclick: () => dialog.close() }, no ?? t('cancel'));
  const body = h('div', { class: 'dialog-body' }, h('p', null, text), trouble, h('div', { class: 'dialog-foot' }, stay, go));
  const dialog = openDialog({ title, closeLabel: t('close'), body, name });
  stay.focus();
}

/** What an error says to people. @param {unknown} err */
export function sentence(err) {
  return err instanceof Error ? err.message : String(err);
}

/**
 * Shows an error at the foot of the page until it is dismissed, retried or replaced.
 * @param {Translate} t
 * @param {unknown} err
 * @param {() => unknown} [retry]
 */
export function notice(t, err, retry) {
  clearNotice();
  const close = () => box.remove();
  const box = h('div', { class: 'notice', role: 'alert', 'data-test': 'notice' },
    icon('warn'),
    h('span', { class: 'notice-text' }, sentence(err)),
    retry && h('button', { type: 'button', class: 'button small', 'data-test': 'notice-retry', onclick: () => { close(); retry(); } }, t('retry')),
    h('button', { type: 'button', class: 'icon-button', 'aria-label': t('close'), title: t('close'), onclick: close }, icon('close')));
  document.body.append(box);
}

/** Takes the notice away. */
export function clearNotice() {
  for (const el of document.querySelectorAll('body > .notice')) el.remove();
}

/**
 * The switch between languages. Each language is named in itself.
 * @param {import('./i18n.js').Lang} lang
 * @param {string} label
 * @param {(lang: import('./i18n.js').Lang) => void} pick
 */
export function langSwitch(lang, label, pick) {
  /** @param {import('./i18n.js').Lang} code @param {string} name */
  const choice = (code, name) => h('button', {
    type: 'button', lang: code, 'aria-pressed': String(code === lang), 'aria-label': name, title: name,
    'data-test': `lang-${code}`, onclick: () => pick(code),
  }, code.toUpperCase());
  return h('div', { class: 'lang', role: 'group', 'aria-label': label }, choice('en', 'English'), choice('ru', 'Русский'));
}

/**
 * A labelled field with its hint.
 * @param {string} label
 * @param {HTMLElement} control
 * @param {string} [hint]
 */
export function field(label, control, hint) {
  control.id = control.id || freshId('field');
  const hintId = hint ? `${control.id}-hint` : null;
  if (hintId) control.setAttribute('aria-describedby', hintId);
  return h('div', { class: 'field' },
    h('label', { for: control.id }, label), control,
    hint && h('p', { class: 'hint', id: hintId }, hint));
}

/** "0:45" @param {number} seconds */
export function minutes(seconds) {
  const left = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
}
