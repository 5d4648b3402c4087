// @ts-check
// Open asks of every line, and cancelling one.
import { h, keyed } from './common/dom.js';
import { showPhone } from './common/i18n.js';
import { confirmDialog } from './common/ui.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./rpc.js').Ask} Ask */

/** @param {Context} ctx */
export function makeAsks(ctx) {
  const { t, state } = ctx;
  const rows = h('ul', { class: 'asks' });
  const empty = h('p', { class: 'empty' }, t('noAsks'));
  const el = h('section', { class: 'block', 'aria-labelledby': 'asks-title' },
    h('div', { class: 'block-head' }, h('div', null, h('h2', { id: 'asks-title' }, t('asksTitle')), h('p', { class: 'hint' }, t('asksHint')))),
    rows, empty);

  function update() {
    el.hidden = state.lines === null || state.lines.length === 0;
    empty.hidden = state.asks.length > 0;
    const names = new Map((state.lines ?? []).map((l) => [l.id, l.name]));
    keyed(rows, state.asks.map((a) => ({ ...a, lineName: names.get(a.line) ?? a.line })), (a) => `${a.line} ${a.id}`, (a) => askRow(ctx, a));
  }
  return { el, update };
}

/** @param {Context} ctx @param {Ask & {lineName: string}} ask */
function askRow(ctx, ask) {
  const { t } = ctx;
  const chat = ask.chat.phone ? showPhone(ask.chat.phone) : ask.chat.lid || ask.chat.jid || '';
  return h('li', { class: 'ask', 'data-test': `ask-${ask.id}` },
    h('dl', { class: 'facts' },
      fact(t('askTo'), chat),
      fact(t('askLine'), ask.lineName),
      fact(t('askAsked'), ctx.clock.full(ask.createdAt)),
      fact(t('askDeadline'), ctx.clock.full(ask.deadline)),
      fact(t('askStatus'), t(`status.${ask.status}`))),
    h('div', { class: 'ask-foot' },
      h('ul', { class: 'choices', 'aria-label': t('askButtons') }, ask.buttons.map((b) => h('li', null, b.text))),
      h('button', {
        type: 'button', class: 'button small', 'aria-label': t('askCancelFor', { chat }), 'data-test': 'ask-cancel', 'data-focus': 'cancel',
        onclick: () => confirmDialog({
          t, name: 'cancel', title: t('cancelTitle'), text: t('cancelText'), yes: t('cancelYes'), no: t('cancelNo'),
          act: async () => {
            await ctx.calls().call('ask.cancel', { line: ask.line, id: ask.id, reason: t('cancelReason') });
            await ctx.state.refresh();
          },
        }),
      }, t('askCancel'))));
}

/** @param {string} name @param {string} value */
function fact(name, value) {
  return h('div', null, h('dt', null, name), h('dd', null, value));
}
