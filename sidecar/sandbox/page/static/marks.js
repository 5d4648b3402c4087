// @ts-check
// What stands in a bubble beside its words: a place, contacts, a link's card, the mark
// of a forwarded message.
import { h } from './common/dom.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./api.js').Message} Message */

/** The mark above a forwarded message. @param {Context} ctx @param {Message} m */
export function forwarded(ctx, m) {
  return m.forwarded ? h('p', { class: 'bubble-footer', 'data-test': 'forwarded' }, h('em', null, `↪ ${ctx.t('forwarded')}`)) : null;
}

/** A place, contacts, or the card of a link. @param {Context} ctx @param {Message} m */
export function card(ctx, m) {
  if (m.place) return place(ctx, m.place);
  if (m.contacts) return h('div', { class: 'bubble-cards' }, m.contacts.map(contact));
  return m.preview ? preview(m.preview) : null;
}

/** @param {Context} ctx @param {NonNullable<Message['place']>} p */
function place(ctx, p) {
  const where = `${p.latitude.toLocaleString(ctx.lang, { maximumFractionDigits: 6 })}°, ${p.longitude.toLocaleString(ctx.lang, { maximumFractionDigits: 6 })}°`;
  return h('div', { class: 'bubble-card', 'data-test': 'place' },
    h('strong', null, `📍 ${p.name || ctx.t('place')}`), p.address && h('span', null, p.address), h('span', { class: 'bubble-footer' }, where));
}

/** @param {NonNullable<Message['contacts']>[number]} c */
function contact(c) {
  return h('div', { class: 'bubble-card', 'data-test': 'contact' },
    h('strong', null, `👤 ${c.name}`), c.phones.map((phone) => h('span', null, phone)), c.about && h('span', { class: 'bubble-footer' }, c.about));
}

/** @param {NonNullable<Message['preview']>} p */
function preview(p) {
  return h('div', { class: 'bubble-card', 'data-test': 'preview' },
    h('strong', null, p.title), p.description && h('span', null, p.description), h('span', { class: 'bubble-footer' }, host(p.url)));
}

/** @param {string} url */
function host(url) {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** The words of a message, except where its card says them. @param {Message} m */
export const words = (m) => (m.place || m.contacts ? '' : m.body || '');
