// @ts-check
// Groups on a phone: the form that makes one, its people, and what somebody did in one.
import { h } from './common/dom.js';
import { field, notice, openDialog, sentence } from './common/ui.js';
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

/** What is known of a group, and what its people change. @param {Context} ctx @param {string} jid */
export async function openGroup(ctx, jid) {
  const { t, state } = ctx;
  const me = state.phone()?.phone ?? '';
  const group = await ctx.api().group(jid).catch((err) => notice(t, err, () => openGroup(ctx, jid)));
  if (!group) return;
  const admin = group.members.some((m) => m.phone === me && m.admin);
  const within = group.members.some((m) => m.phone === me);
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true });
  /** @param {{subject?: string, description?: string, add?: string[], remove?: string[]}} change @param {boolean} [again] shows the group as it is then */
  const change = async (change, again = true) => {
    try {
      await ctx.api().changeGroup(jid, me, change);
      dialog.close();
      await Promise.all([state.readPhones(), state.readChat()]);
      if (again) await openGroup(ctx, jid);
    } catch (err) {
      trouble.textContent = sentence(err);
      trouble.hidden = false;
    }
  };
  const people = group.members.map((m) => h('li', { class: 'member-row' },
    h('span', { class: 'clip' }, m.name || showPhone(m.phone)), m.admin && h('span', { class: 'muted small-text' }, t('admin')),
    admin && m.phone !== me && h('button', {
      type: 'button', class: 'button small', 'aria-label': t('removeNamed', { name: m.name || showPhone(m.phone) }), 'data-test': `group-remove-${digits(m.phone)}`,
      onclick: () => change({ remove: [m.phone] }),
    }, t('remove'))));
  const dialog = openDialog({
    title: t('groupInfo'), closeLabel: t('close'), name: 'group',
    body: h('div', { class: 'dialog-body' },
      within && edit('subject', group.subject, (subject) => change({ subject })),
      within && edit('description', group.description, (description) => change({ description })),
      h('h3', null, t('members')), h('ul', { class: 'member-list', 'data-test': 'group-members' }, people),
      admin && newcomers(ctx, group, (phone) => change({ add: [phone] })),
      trouble,
      within && h('div', { class: 'dialog-foot' }, h('button', { type: 'button', class: 'button danger', 'data-test': 'group-leave', onclick: () => change({ remove: [me] }, false) }, t('leave')))),
  });

  /** @param {'subject' | 'description'} what @param {string} value @param {(value: string) => Promise<void>} save */
  function edit(what, value, save) {
    const box = h('input', { autocomplete: 'off', maxlength: what === 'subject' ? '100' : '2048', value, 'data-test': `group-${what}` });
    return h('form', {
      class: 'inline-form',
      /** @param {SubmitEvent} e */
      onsubmit(e) { e.preventDefault(); void save(box.value.trim()); },
    }, field(t(what), box), h('button', { class: 'button', 'data-test': `group-${what}-save` }, t('edit')));
  }
}

/** Who may be added. @param {Context} ctx @param {import('./api.js').Group} group @param {(phone: string) => Promise<void>} add */
function newcomers(ctx, group, add) {
  const { t } = ctx;
  const others = (ctx.state.phones ?? []).filter((p) => !group.members.some((m) => m.phone === p.phone));
  if (!others.length) return null;
  const pick = h('select', { 'data-test': 'group-newcomer' }, others.map((p) => h('option', { value: p.phone }, p.name || showPhone(p.phone))));
  return h('form', {
    class: 'inline-form',
    /** @param {SubmitEvent} e */
    onsubmit(e) { e.preventDefault(); void add(pick.value); },
  }, field(t('newMember'), pick), h('button', { class: 'button', 'data-test': 'group-add' }, t('add')));
}

/** What somebody did, as the line that a phone draws. @param {Context} ctx @param {Message & {who: string}} m */
export function groupNotice(ctx, m) {
  const whom = (m.header ?? '').split(' ').map((phone) => ctx.state.nameOf(phone) || showPhone(phone)).join(', ');
  const text = ctx.t(`notice.${m.body}`, { name: m.who, what: m.header ?? '', whom });
  return h('p', { class: 'divider', 'data-test': 'notice', 'data-id': m.id, 'data-notice': m.body }, h('span', null, text));
}
