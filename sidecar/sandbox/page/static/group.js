// @ts-check
// Groups on a phone: the form that makes one, and what somebody did in one.
import { h } from './common/dom.js';
import { field, openDialog, sentence } from './common/ui.js';
import { showPhone } from './common/i18n.js';
import { digits } from './api.js';
import { hrefOf } from './state.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./api.js').Message} Message */

/** Whether a chat is a group. @param {string} chat */
export const isGroup = (chat) => chat.endsWith('@g.us');

/** @param {Context} ctx */
export function newGroup(ctx) {
  const { t, state } = ctx;
  const me = state.phone();
  if (!me) return;
  const subject = h('input', { name: 'subject', autocomplete: 'off', maxlength: '100', required: true, 'data-test': 'group-subject' });
  const others = (state.phones ?? []).filter((p) => p.phone !== me.phone);
  const boxes = others.map((p) => h('input', { type: 'checkbox', value: p.phone, 'data-test': `group-member-${digits(p.phone)}` }));
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true });
  const go = h('button', { class: 'button primary', 'data-test': 'group-make' }, t('make'));
  const form = h('form', {
    class: 'dialog-body',
    /** @param {SubmitEvent} e */
    async onsubmit(e) {
      e.preventDefault();
      go.disabled = true;
      try {
        const members = boxes.filter((b) => b.checked).map((b) => b.value);
        const made = await ctx.api().newGroup(me.phone, subject.value.trim(), members);
        dialog.close();
        await state.readPhones();
        location.hash = hrefOf(me.phone, made.jid);
      } catch (err) {
        trouble.textContent = sentence(err);
        trouble.hidden = false;
        go.disabled = false;
        subject.focus();
      }
    },
  }, field(t('subject'), subject),
  h('fieldset', { class: 'members' }, h('legend', null, t('members')),
    others.map((p, i) => h('label', { class: 'member' }, boxes[i], h('span', { class: 'clip' }, p.name || showPhone(p.phone))))),
  trouble,
  h('div', { class: 'dialog-foot' }, h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, t('cancel')), go));
  const dialog = openDialog({ title: t('newGroup'), closeLabel: t('close'), body: form, name: 'new-group' });
  subject.focus();
}

/** What somebody did, as the line that a phone draws. @param {Context} ctx @param {Message & {who: string}} m */
export function groupNotice(ctx, m) {
  const whom = (m.header ?? '').split(' ').map((phone) => ctx.state.nameOf(phone) || showPhone(phone)).join(', ');
  const text = ctx.t(`notice.${m.body}`, { name: m.who, what: m.header ?? '', whom });
  return h('p', { class: 'divider', 'data-test': 'notice', 'data-id': m.id, 'data-notice': m.body }, h('span', null, text));
}
