// @ts-check
// What a person sends beside words: the menu of the paper clip, a place, a contact.
import { h } from './common/dom.js';
import { icon } from './common/icons.js';
import { field, notice, openDialog, sentence } from './common/ui.js';
import { showPhone } from './common/i18n.js';
import { digits } from './api.js';
import { avatar } from './list.js';

/** @typedef {import('./app.js').Context} Context */
/**
 * @typedef {object} Where
 * @property {string} phone who sends
 * @property {string} other
 * @property {() => string} caption what is typed: a file takes it along
 * @property {() => Promise<void>} sent
 */

/** Files by what they are sent as. @type {{name: string, as: string, accept: string, icon: string}[]} */
const kinds = [
  { name: 'media', as: '', accept: 'image/jpeg,image/png,video/*,audio/*', icon: 'image' },
  { name: 'document', as: 'document', accept: '', icon: 'file' },
  { name: 'voice', as: 'voice', accept: 'audio/*', icon: 'mic' },
  { name: 'sticker', as: '', accept: 'image/webp', icon: 'smile' },
];

/** The button that opens the menu, and the field that picks files.
 * @param {Context} ctx @param {Where} where */
export function attachButton(ctx, where) {
  const { t } = ctx;
  let as = '';
  const input = h('input', {
    type: 'file', hidden: true, 'data-test': 'attach-input',
    onchange: () => {
      const file = input.files?.[0];
      const kind = as;
      input.value = as = '';
      if (file) void send(file, kind);
    },
  });
  /** @param {File} file @param {string} kind */
  async function send(file, kind) {
    button.disabled = true;
    try {
      await ctx.api().sendFile(where.phone, where.other, file, where.caption(), kind);
      await where.sent();
    } catch (err) {
      notice(t, err, () => send(file, kind));
    } finally {
      button.disabled = false;
    }
  }
  function menu() {
    /** @param {string} name @param {string} picture @param {() => void} act */
    const item = (name, picture, act) => h('li', null, h('button', {
      type: 'button', class: 'pick', 'data-test': `attach-${name}`, onclick: () => { dialog.close(); act(); },
    }, h('span', { class: 'pick-icon' }, icon(picture)), h('span', null, t(`attach.${name}`))));
    const dialog = openDialog({
      title: t('attach'), closeLabel: t('close'), name: 'attach',
      body: h('ul', { class: 'dialog-body picks' }, kinds.map((k) => item(k.name, k.icon, () => {
        as = k.as;
        input.accept = k.accept;
        input.click();
      })), item('place', 'pin', () => sendPlace(ctx, where)), item('contact', 'person', () => sendContact(ctx, where))),
    });
  }
  const button = h('button', { type: 'button', class: 'icon-button', 'aria-label': t('attach'), title: t('attach'), 'aria-haspopup': 'dialog', 'data-test': 'attach', onclick: menu }, icon('clip'));
  return [input, button];
}

/**
 * A form in a dialog: what it sends, then the chat anew; an error stays in it.
 * @param {Context} ctx
 * @param {{name: string, fields: HTMLElement[], above?: HTMLElement | null, send: (api: import('./api.js').Api) => Promise<unknown>, sent: () => Promise<void>}} form
 */
function sendForm(ctx, { name, fields, above, send, sent }) {
  const { t } = ctx;
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true });
  const go = h('button', { class: 'button primary', 'data-test': `${name}-send` }, t('send'));
  async function submit(act = send) {
    go.disabled = true;
    try {
      await act(ctx.api());
      dialog.close();
      await sent();
    } catch (err) {
      trouble.textContent = sentence(err);
      trouble.hidden = false;
      go.disabled = false;
    }
  }
  const form = h('form', {
    class: 'dialog-fields',
    /** @param {SubmitEvent} e */
    onsubmit(e) { e.preventDefault(); void submit(); },
  }, fields, trouble, h('div', { class: 'dialog-foot' }, h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, t('cancel')), go));
  const dialog = openDialog({ title: t(`attach.${name}`), closeLabel: t('close'), body: h('div', { class: 'dialog-body' }, above, form), name });
  return submit;
}

/** Degrees as people write them, with a point or a comma. @param {string} text */
const degrees = (text) => (/^\s*[-+]?\d+([.,]\d+)?\s*$/.test(text) ? Number(text.replace(',', '.')) : NaN);

/** @param {Context} ctx @param {Where} where */
function sendPlace(ctx, { phone, other, sent }) {
  const { t } = ctx;
  /** @param {string} name @param {string} value */
  const box = (name, value = '') => h('input', { autocomplete: 'off', maxlength: '200', value, 'data-test': `place-${name}` });
  const latitude = box('latitude', '55.7558');
  const longitude = box('longitude', '37.6173');
  const name = box('name');
  const address = box('address');
  for (const number of [latitude, longitude]) number.inputMode = 'decimal';
  sendForm(ctx, {
    name: 'place', sent,
    fields: [field(t('placeName'), name), field(t('placeAddress'), address),
      h('div', { class: 'field-pair' }, field(t('latitude'), latitude), field(t('longitude'), longitude))],
    send: (api) => {
      const place = { latitude: degrees(latitude.value), longitude: degrees(longitude.value), name: name.value.trim(), address: address.value.trim() };
      if (Number.isNaN(place.latitude) || Number.isNaN(place.longitude)) throw new Error(t('badDegrees'));
      return api.location(phone, other, place);
    },
  });
  name.focus();
}

/** @param {Context} ctx @param {Where} where */
function sendContact(ctx, { phone, other, sent }) {
  const { t, state } = ctx;
  const name = h('input', { autocomplete: 'off', maxlength: '100', required: true, 'data-test': 'contact-name' });
  const number = h('input', { type: 'tel', autocomplete: 'off', required: true, pattern: '\\+?[\\d \\-\\(\\)]{7,22}', placeholder: '+7 912 345-67-80', 'data-test': 'contact-number' });
  const people = (state.phones ?? []).filter((p) => p.phone !== phone);
  const picks = h('ul', { class: 'picks' }, people.map((p) => h('li', null, h('button', {
    type: 'button', class: 'pick', 'data-test': `contact-${digits(p.phone)}`, onclick: () => submit((api) => api.contact(phone, other, p.name || p.phone, p.phone)),
  }, avatar(p.name, p.phone), h('span', { class: 'phone-text' }, h('strong', { class: 'clip' }, p.name), h('span', { class: 'muted small-text' }, showPhone(p.phone)))))));
  const submit = sendForm(ctx, {
    name: 'contact', sent, above: people.length ? picks : null,
    fields: [field(t('name'), name), field(t('number'), number)],
    send: (api) => api.contact(phone, other, name.value.trim(), `+${digits(number.value)}`),
  });
}
