// @ts-check
// What can be chosen under a message: buttons, links and calls, a list's rows, a
// poll's options.
import { h } from './common/dom.js';
import { icon } from './common/icons.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./api.js').Message} Message */
/** @typedef {import('./api.js').Button} Button */
/** @typedef {import('./bubble.js').Acts} Acts */
/** @typedef {Message & {tapping: string}} Shown */

/** @param {Context} ctx @param {Shown} m @param {Acts} acts */
export function choices(ctx, m, acts) {
  if (!m.buttons?.length) return null;
  if (m.kind === 'poll') return poll(ctx, m, acts);
  if (m.kind === 'list') return list(ctx, m, acts);
  return h('div', { class: 'bubble-buttons', role: 'group', 'aria-label': ctx.t('buttons') }, m.buttons.map((b) => button(ctx, m, acts, b)));
}

/** Why a message cannot be answered any more, null if it can. @param {Context} ctx @param {Message} m */
function closed(ctx, m) {
  if (m.fromMe) return ctx.t('onlyCustomer');
  return m.answered ? ctx.t('answeredAlready') : null;
}

/** @param {Context} ctx @param {Shown} m @param {Acts} acts @param {Button} b */
function button(ctx, m, acts, b) {
  if (b.url) return outward(b, 'link', ctx.t('opensLink', { url: b.url }));
  if (b.phone) return outward(b, 'phone', ctx.t('calls', { phone: b.phone }));
  const why = closed(ctx, m);
  const chosen = b.id === m.answered;
  return h('button', {
    type: 'button', class: chosen ? 'bubble-button chosen' : 'bubble-button', disabled: Boolean(why) || m.tapping !== '', title: why,
    'aria-label': chosen && ctx.t('chosen', { text: b.text }), 'data-test': 'bubble-button', 'data-button': b.id, 'data-focus': `button-${b.id}`,
    onclick: () => acts.tap(m.id, b.id),
  }, m.tapping === b.id ? h('span', { class: 'spinner' }) : icon(chosen ? 'check' : 'tap'), h('span', null, b.text));
}

/** A button that leads out of the chat: nothing is answered by it. @param {Button} b @param {string} what @param {string} title */
function outward(b, what, title) {
  const href = b.url && /^https?:/i.test(b.url) ? { href: b.url, target: '_blank', rel: 'noopener noreferrer' } : {};
  return h('a', { class: 'bubble-button', title, 'aria-label': `${b.text}. ${title}`, 'data-test': `bubble-${what}`, ...href }, icon(what === 'link' ? 'out' : 'phone'), h('span', null, b.text));
}

/** A list opens by its button, as on a phone. @param {Context} ctx @param {Shown} m @param {Acts} acts */
function list(ctx, m, acts) {
  const why = closed(ctx, m);
  let section = '';
  const rows = (m.buttons ?? []).flatMap((b) => {
    const title = b.section && b.section !== section ? h('p', { class: 'list-section' }, b.section) : null;
    section = b.section ?? '';
    const chosen = b.id === m.answered;
    return [title, h('button', {
      type: 'button', class: chosen ? 'list-row chosen' : 'list-row', disabled: Boolean(why) || m.tapping !== '', title: why,
      'aria-label': chosen && ctx.t('chosen', { text: b.text }), 'data-test': 'list-row', 'data-button': b.id, 'data-focus': `row-${b.id}`,
      onclick: () => acts.tap(m.id, b.id),
    }, h('span', null, b.text), b.description && h('span', { class: 'list-more' }, b.description), chosen && icon('check'))];
  });
  return h('details', { class: 'bubble-list', 'data-test': 'bubble-list', 'data-focus': 'list' },
    h('summary', { class: 'bubble-button' }, icon('list'), h('span', null, m.listButton ?? '')),
    h('div', { class: 'list-rows', role: 'group', 'aria-label': ctx.t('list', { text: m.listButton ?? '' }) }, rows));
}

/** A poll: a vote can be changed, so it never closes. @param {Context} ctx @param {Shown} m @param {Acts} acts */
function poll(ctx, m, acts) {
  const votes = m.votes ?? [];
  const mine = votes.find((v) => v.from === ctx.state.phone()?.phone)?.options ?? [];
  /** @param {string} id */
  const toggle = (id) => {
    if (!m.multiple) return acts.vote(m.id, mine.includes(id) ? [] : [id]);
    return acts.vote(m.id, mine.includes(id) ? mine.filter((o) => o !== id) : [...mine, id]);
  };
  return h('div', { class: 'bubble-poll', role: 'group', 'aria-label': ctx.t('poll') },
    h('p', { class: 'bubble-footer' }, ctx.t(m.multiple ? 'pollMany' : 'pollOne')),
    (m.buttons ?? []).map((b) => {
      const chosen = mine.includes(b.id);
      const n = votes.filter((v) => v.options.includes(b.id)).length;
      return h('button', {
        type: 'button', class: chosen ? 'poll-option chosen' : 'poll-option', disabled: m.fromMe || m.tapping !== '', title: m.fromMe ? ctx.t('onlyCustomer') : null,
        role: m.multiple ? 'checkbox' : 'radio', 'aria-checked': String(chosen), 'data-test': 'poll-option', 'data-option': b.id, 'data-focus': `option-${b.id}`,
        onclick: () => toggle(b.id),
      }, icon(chosen ? 'check' : 'circle'), h('span', null, b.text), h('span', { class: 'poll-votes', 'data-test': 'poll-votes', 'aria-label': ctx.t('votes', { n }) }, n > 0 ? String(n) : ''));
    }));
}
