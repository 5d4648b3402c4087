// @ts-check
// A code that came in the page's address, from the dialog that shows it: it then
// waits like any other, and one question is left, which phone scans it.
import { h } from './common/dom.js';
import { openDialog } from './common/ui.js';
import { showPhone } from './common/i18n.js';
import { openLink } from './link.js';
import { avatar } from './list.js';
import { hrefOf } from './state.js';

/** @typedef {import('./app.js').Context} Context */

const form = /^#\/code\/(.+)$/;

/** Takes the code out of the address, if there is one: it is a secret, and a reload must not repeat it. */
export function takeCode() {
  const found = form.exec(location.hash);
  if (!found) return '';
  history.replaceState(null, '', '#/');
  try {
    return decodeURIComponent(found[1] ?? '');
  } catch {
    return found[1] ?? '';
  }
}

/** Gives a code to the sandbox and asks which phone scans it. @param {Context} ctx @param {string} qr */
export async function handOver(ctx, qr) {
  const { t, state } = ctx;
  await ctx.api().offer(qr);
  await state.readAll();
  const phones = state.phones ?? [];
  const body = h('div', { class: 'dialog-body' },
    phones.length === 0 && h('p', { class: 'empty' }, t('noPhones')),
    h('ul', { class: 'phones' }, phones.map((phone) => h('li', null,
      h('button', {
        type: 'button', class: 'phone-row', 'data-test': 'scan-with', 'data-phone': phone.phone,
        onclick() {
          dialog.close();
          location.hash = hrefOf(phone.phone);
          state.route = { phone: phone.phone.replace(/\D/g, ''), chat: '' };
          openLink(ctx);
        },
      },
      h('span', { class: 'avatar-box' }, avatar(phone.name, phone.phone), h('span', { class: phone.online ? 'dot on' : 'dot' })),
      h('span', { class: 'phone-text' },
        h('strong', { class: 'clip' }, phone.name || showPhone(phone.phone)),
        h('span', { class: 'muted small-text clip' }, showPhone(phone.phone))))))));
  const dialog = openDialog({ title: t('scanWith'), closeLabel: t('close'), body, name: 'scan' });
}
