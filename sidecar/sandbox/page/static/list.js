// @ts-check
// The list of simulated phones, and the form that adds one.
import { h, keyed } from './common/dom.js';
import { icon } from './common/icons.js';
import { field, openDialog, sentence } from './common/ui.js';
import { showPhone } from './common/i18n.js';
import { digits } from './api.js';
import { hrefOf } from './state.js';

/** @typedef {import('./app.js').Context} Context */

/** The round picture of a person: initials on a colour that follows from the number.
 * @param {string} name @param {string} phone */
export function avatar(name, phone) {
  const letters = name.replace(/[^\p{L}\p{N} ]/gu, '').split(/\s+/).filter(Boolean).slice(0, 2).map((w) => [...w][0]).join('');
  const tint = [...digits(phone)].reduce((hash, d) => (hash * 31 + Number(d) * 7) % 9973, 7) % 6;
  return h('span', { class: `avatar tint${tint}`, 'aria-hidden': 'true' }, letters.toUpperCase() || icon('phone'));
}

/** @param {Context} ctx */
export function makeList(ctx) {
  const { t, state } = ctx;
  const rows = h('ul', { class: 'phones' });
  const empty = h('p', { class: 'empty', hidden: true }, t('noPhones'));
  const el = h('nav', { class: 'list', 'aria-label': t('phones') },
    h('div', { class: 'list-head' },
      h('h2', null, t('phones')),
      h('button', { type: 'button', class: 'button small', 'aria-label': t('addPhone'), title: t('addPhone'), 'data-test': 'add-phone', onclick: () => addPhone(ctx) }, icon('plus'), t('add'))),
    rows, empty);

  function update() {
    const phones = state.phones ?? [];
    empty.hidden = state.phones === null || phones.length > 0;
    keyed(rows, phones.map((p) => ({
      phone: p.phone, name: p.name, online: p.online, here: digits(p.phone) === state.route.phone,
      unread: p.chats.reduce((sum, c) => sum + c.unread, 0), devices: p.devices.length,
    })), (p) => p.phone, (p) => h('li', null,
      h('a', {
        class: 'phone-row', href: hrefOf(p.phone), 'aria-current': p.here && 'true',
        'data-test': `phone-${digits(p.phone)}`, 'data-focus': 'row',
      },
      h('span', { class: 'avatar-box' }, avatar(p.name, p.phone), h('span', { class: p.online ? 'dot on' : 'dot' })),
      h('span', { class: 'phone-text' },
        h('strong', { class: 'clip' }, p.name || showPhone(p.phone)),
        h('span', { class: 'muted small-text clip' }, showPhone(p.phone)),
        h('span', { class: 'sr-only' }, p.online ? t('online') : t('offline'))),
      p.devices > 0 && h('span', { class: 'linked', title: t('devices') }, icon('device', t('devices')), String(p.devices)),
      p.unread > 0 && badge(ctx, p.unread))));
  }
  return { el, update };
}

/** @param {Context} ctx @param {number} n */
export function badge(ctx, n) {
  return h('span', { class: 'badge' }, h('span', { 'aria-hidden': 'true' }, n > 99 ? '99+' : n), h('span', { class: 'sr-only' }, ctx.t('unread', { n })));
}

/** @param {Context} ctx */
function addPhone(ctx) {
  const { t } = ctx;
  const name = h('input', { name: 'name', autocomplete: 'off', maxlength: '60', required: true, 'data-test': 'new-phone-name' });
  const number = h('input', { name: 'number', type: 'tel', autocomplete: 'off', required: true, placeholder: '+7 912 345-67-80', 'data-test': 'new-phone-number' });
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true });
  const go = h('button', { class: 'button primary', 'data-test': 'new-phone-add' }, t('add'));
  const form = h('form', {
    class: 'dialog-body',
    /** @param {SubmitEvent} e */
    async onsubmit(e) {
      e.preventDefault();
      go.disabled = true;
      try {
        const added = await ctx.api().addPhone(number.value.replace(/[\s().-]/g, ''), name.value.trim());
        dialog.close();
        await ctx.state.readPhones();
        location.hash = hrefOf(added.phone);
      } catch (err) {
        trouble.textContent = sentence(err);
        trouble.hidden = false;
        go.disabled = false;
        number.focus();
      }
    },
  }, field(t('name'), name), field(t('number'), number, t('numberHint')), trouble,
  h('div', { class: 'dialog-foot' }, h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, t('cancel')), go));
  const dialog = openDialog({ title: t('addPhone'), closeLabel: t('close'), body: form, name: 'add-phone' });
  name.focus();
}
