// @ts-check
// What a person does with a message that is there: reacts, edits, deletes, plays.
import { h } from './common/dom.js';
import { field, openDialog, sentence } from './common/ui.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./api.js').Message} Message */

const emoji = ['👍', '❤️', '😂', '😮', '🙏'];

/** The emoji on a message, each once with how many put it. @param {Message} m */
export function reactions(m) {
  if (!m.reactions?.length) return null;
  const counts = new Map();
  for (const r of m.reactions) counts.set(r.emoji, (counts.get(r.emoji) ?? 0) + 1);
  return h('p', { class: 'reactions', 'data-test': 'reactions' }, [...counts].map(([e, n]) => h('span', null, n > 1 ? `${e} ${n}` : e)));
}

/**
 * @param {Context} ctx @param {Message} m
 * @param {{myPhone: string, other: string}} chat
 */
export function openMessage(ctx, m, { myPhone, other }) {
  const { t, state } = ctx;
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true });
  /** @param {(api: import('./api.js').Api) => Promise<unknown>} act */
  const does = (act) => async () => {
    try {
      await act(ctx.api());
      dialog.close();
      await state.readChat();
    } catch (err) {
      trouble.textContent = sentence(err);
      trouble.hidden = false;
    }
  };
  const mine = m.reactions?.find((r) => r.from === myPhone)?.emoji;
  const row = h('div', { class: 'reacts', role: 'group', 'aria-label': t('react') }, emoji.map((e) => h('button', {
    type: 'button', class: 'button', 'aria-pressed': String(e === mine), 'data-test': `react-${e}`,
    onclick: does((api) => api.react(myPhone, other, m.id, e === mine ? '' : e)),
  }, e)));
  const text = h('textarea', { rows: '2', maxlength: '4096', 'data-test': 'edit-text', value: m.body ?? '' });
  const body = h('div', { class: 'dialog-body' }, row,
    m.fromMe && m.kind === 'text' && h('form', {
      class: 'inline-form',
      /** @param {SubmitEvent} e */
      onsubmit(e) { e.preventDefault(); void does((api) => api.edit(myPhone, other, m.id, text.value))(); },
    }, field(t('editText'), text), h('button', { class: 'button', 'data-test': 'edit' }, t('edit'))),
    trouble,
    h('div', { class: 'dialog-foot' },
      !m.fromMe && h('button', { type: 'button', class: 'button', 'data-test': 'play', onclick: does((api) => api.play(myPhone, other, m.id)) }, t('play')),
      m.fromMe && h('button', { type: 'button', class: 'button', 'data-test': 'delete', onclick: does((api) => api.remove(myPhone, other, m.id)) }, t('deleteAll'))));
  const dialog = openDialog({ title: t('message'), closeLabel: t('close'), body, name: 'message' });
}
