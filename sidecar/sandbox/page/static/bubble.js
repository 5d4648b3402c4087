// @ts-check
// One message: the bubble that a phone shows, or the tester's note where a
// real phone would show nothing.
import { h } from './common/dom.js';
import { icon } from './common/icons.js';
import { plain, rich } from './format.js';
import { worded } from './sentences.js';
import { choices } from './choices.js';
import { attachment } from './files.js';
import { groupNotice, isGroup } from './group.js';
import { reactions } from './change.js';
import { card, forwarded, words } from './marks.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./api.js').Message} Message */
/**
 * What a bubble can be asked to do.
 * @typedef {object} Acts
 * @property {(message: string, button: string) => void} tap
 * @property {(message: string, options: string[]) => void} vote
 * @property {(id: string) => void} reply
 * @property {(id: string) => void} jump
 * @property {(m: Message) => void} open
 */

const ticks = { pending: 'clock', sent: 'one', delivered: 'two', read: 'two' };

/**
 * @param {Context} ctx
 * @param {Message & {who: string, tapping: string, myPhone: string}} m with the name to show, the button being tapped, and whose chat it is
 * @param {Acts} acts
 */
export function bubble(ctx, m, acts) {
  const { t } = ctx;
  const time = ctx.clock.time(m.at);
  if (!m.visible) return testerNote(ctx, m, time);
  if (m.kind === 'notice') return groupNotice(ctx, m);
  const mine = m.fromMe ? ' mine' : '';
  return h('article', {
    class: `bubble-row${mine}`, 'aria-label': t('messageFrom', { name: m.who, time }),
    'data-test': 'bubble', 'data-id': m.id, 'data-kind': m.kind, 'data-status': m.fromMe && m.status,
  },
  h('div', { class: 'bubble' },
    h('div', { class: 'bubble-body' },
      isGroup(m.chat) && !m.fromMe && h('p', { class: 'bubble-who', 'data-test': 'who' }, m.who),
      forwarded(ctx, m),
      m.quoted && quote(ctx, m, acts),
      m.header && h('p', { class: 'bubble-header', 'data-test': 'bubble-header' }, rich(m.header)),
      m.kind === 'unsupported' && h('p', { class: 'bubble-footer' }, h('em', null, m.note ? worded(m.note, ctx.lang) : t('unsupported'))),
      attachment(ctx, m, m.myPhone),
      card(ctx, m),
      h('p', { class: 'bubble-text', 'data-test': 'bubble-text' }, rich(words(m))),
      m.footer && h('p', { class: 'bubble-footer', 'data-test': 'bubble-footer' }, rich(m.footer)),
      h('p', { class: 'bubble-meta' }, m.edited && h('span', { 'data-test': 'edited' }, t('edited')), h('time', { datetime: m.at }, time), m.fromMe && m.status && tick(ctx, m.status))),
    choices(ctx, m, acts),
    reactions(m)),
  h('button', { type: 'button', class: 'icon-button reply', 'aria-label': t('message'), title: t('message'), 'data-test': 'open-message', 'data-focus': 'open', onclick: () => acts.open(m) }, '⋯'),
  h('button', { type: 'button', class: 'icon-button reply', 'aria-label': t('replyTo'), title: t('replyTo'), 'data-test': 'reply', 'data-focus': 'reply', onclick: () => acts.reply(m.id) }, icon('reply')));
}

/** How far a message of this phone went. @param {Context} ctx @param {keyof typeof ticks} status */
function tick(ctx, status) {
  return h('span', { class: `tick tick-${status}`, 'data-test': 'tick' }, icon(ticks[status], ctx.t(status)));
}

/** @param {Context} ctx @param {Message & {who: string}} m @param {Acts} acts */
function quote(ctx, m, acts) {
  const quoted = /** @type {import('./api.js').Quoted} */ (m.quoted);
  const text = plain(quoted.text);
  return h('button', {
    type: 'button', class: quoted.fromMe ? 'quote mine' : 'quote', 'data-test': 'quote', 'data-quoted': quoted.id,
    'aria-label': ctx.t('goToQuoted', { text }), onclick: () => acts.jump(quoted.id),
  }, h('strong', null, quoted.fromMe ? ctx.t('you') : ctx.otherName()), h('span', { class: 'quote-text' }, text));
}

/** @param {Context} ctx @param {Message} m @param {string} time */
function testerNote(ctx, m, time) {
  const { t } = ctx;
  const parts = [m.header, m.body, m.footer, ...(m.buttons || []).map((b) => `[ ${b.text} ]`)].filter(Boolean);
  return h('aside', { class: 'tester-note', 'aria-label': t('hiddenTitle'), 'data-test': 'tester-note', 'data-id': m.id, title: t('testerOnly') },
    h('p', { class: 'tester-head' }, icon('eyeoff'), h('strong', null, t('hiddenTitle')), h('time', { datetime: m.at }, time)),
    h('p', null, m.note ? worded(m.note, ctx.lang) : t('hiddenWhy')),
    parts.length > 0 && h('details', null, h('summary', null, t('hiddenWhat')), h('p', { class: 'tester-what' }, parts.join('\n'))));
}
