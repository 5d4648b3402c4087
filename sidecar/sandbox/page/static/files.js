// @ts-check
// Files in a chat: how they look.
import { h } from './common/dom.js';
import { icon } from './common/icons.js';
import { digits } from './api.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./api.js').Message} Message */

/** Where a message's file is. @param {string} phone @param {Message} m */
const address = (phone, m) => `api/phones/${digits(phone)}/chats/${encodeURIComponent(m.chat.includes('@') ? m.chat : digits(m.chat))}/files/${encodeURIComponent(m.id)}`;

/**
 * A message's file: pictures are shown, sound and video played, anything can be saved.
 * @param {Context} ctx @param {Message} m @param {string} phone whose chat it is
 */
export function attachment(ctx, m, phone) {
  const file = m.file;
  if (!file) return null;
  const src = address(phone, m);
  const name = file.name || ctx.t(`file.${file.kind}`);
  const test = { 'data-test': 'file', 'data-file': file.kind };
  if (file.kind === 'image' || file.kind === 'sticker') {
    return h('a', { ...test, class: `file-picture ${file.kind}`, href: src, target: '_blank', rel: 'noopener' }, h('img', { src, alt: name, loading: 'lazy' }));
  }
  if (file.kind === 'audio' || file.kind === 'voice') return h('audio', { ...test, class: 'file-sound', controls: true, preload: 'none', src, 'aria-label': name });
  if (file.kind === 'video') return h('video', { ...test, class: 'file-video', controls: true, preload: 'none', src, 'aria-label': name });
  return h('a', { ...test, class: 'file-document', href: src, download: name },
    icon('file'), h('span', { class: 'file-name' }, name), h('span', { class: 'file-size' }, size(ctx, file.size)));
}

/** @param {Context} ctx @param {number} bytes */
function size(ctx, bytes) {
  const number = (/** @type {number} */ n) => n.toLocaleString(ctx.lang, { maximumFractionDigits: 1 });
  return bytes < 1 << 20 ? ctx.t('kilobytes', { n: number(Math.max(bytes / 1024, 0.1)) }) : ctx.t('megabytes', { n: number(bytes / (1 << 20)) });
}
