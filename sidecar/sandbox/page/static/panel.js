// @ts-check
// Beside the phone: online or not, linked devices, what its user never sees.
import { h, keyed, setText } from './common/dom.js';
import { icon } from './common/icons.js';
import { confirmDialog, notice } from './common/ui.js';
import { showPhone } from './common/i18n.js';
import { openLink } from './link.js';

/** @typedef {import('./app.js').Context} Context */

/** @param {Context} ctx */
export function makePanel(ctx) {
  const { t, state } = ctx;
  const title = h('h2', { class: 'clip' });
  const number = h('p', { class: 'muted' });
  const also = h('p', { class: 'hint', hidden: true, 'data-test': 'also' });
  const toggle = h('button', { type: 'button', class: 'switch', role: 'switch', 'aria-checked': 'true', 'aria-describedby': 'online-hint', 'data-test': 'online-switch', onclick: flip },
    h('span', null, t('onlineSwitch')), h('span', { class: 'knob', 'aria-hidden': 'true' }));
  const rows = h('ul', { class: 'devices' });
  const none = h('p', { class: 'hint' }, t('noDevices'));
  const repeats = h('strong', { 'data-test': 'repeats' });
  const el = h('section', { class: 'panel', 'aria-label': t('thisPhone'), hidden: true },
    h('div', { class: 'card' }, h('div', null, title, number, also), toggle, h('p', { class: 'hint', id: 'online-hint' }, t('onlineHint'))),
    h('div', { class: 'card' },
      h('h3', null, t('devices')), rows, none,
      h('button', { type: 'button', class: 'button primary', 'data-test': 'link-device', onclick: () => openLink(ctx) }, icon('qr'), t('link'))),
    h('div', { class: 'card' }, h('p', { class: 'count' }, h('span', null, t('repeats')), repeats), h('p', { class: 'hint' }, t('repeatsHint'))));

  async function flip() {
    const phone = state.phone();
    if (!phone) return;
    toggle.disabled = true;
    try {
      await ctx.api().online(phone.phone, !phone.online);
      await state.readPhones();
    } catch (err) {
      notice(t, err, flip);
    } finally {
      toggle.disabled = false;
    }
  }

  function update() {
    const phone = state.phone();
    el.hidden = !phone;
    if (!phone) return;
    setText(title, phone.name || t('thisPhone'));
    setText(number, showPhone(phone.phone));
    also.hidden = !phone.also;
    setText(also, phone.also ? t('also', { phone: showPhone(phone.also) }) : '');
    toggle.setAttribute('aria-checked', String(phone.online));
    setText(repeats, String(phone.repeats));
    none.hidden = phone.devices.length > 0;
    keyed(rows, phone.devices.map((d) => ({ ...d, phone: phone.phone, when: ctx.clock.full(d.linkedAt) })), (d) => `${d.phone} ${d.id}`, (d) => h('li', { class: 'device', 'data-test': `device-${d.id}` },
      h('span', { class: 'device-icon' }, icon('device'), h('span', { class: d.online ? 'dot on' : 'dot' })),
      h('span', { class: 'device-text' },
        h('strong', { class: 'clip' }, d.name || t('codeUnnamed')),
        h('span', { class: 'muted small-text' }, d.online ? t('online') : t('offline')),
        h('span', { class: 'muted small-text' }, t('linkedAt', { at: d.when }))),
      h('button', {
        type: 'button', class: 'button small', 'aria-label': t('unlinkNamed', { name: d.name }), 'data-test': 'unlink', 'data-focus': 'unlink',
        onclick: () => confirmDialog({
          t, name: 'unlink', title: t('unlinkTitle'), text: t('unlinkText', { name: d.name || t('codeUnnamed') }), yes: t('unlink'),
          act: async () => { await ctx.api().unlink(d.phone, d.id); await state.readPhones(); },
        }),
      }, t('unlink'))));
  }
  return { el, update };
}
