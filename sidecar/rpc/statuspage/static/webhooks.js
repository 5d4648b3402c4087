// @ts-check
// The webhooks of every line: how they stand, trying one, bringing back what it gave up.
import { h, keyed } from './common/dom.js';
import { confirmDialog, openDialog, sentence } from './common/ui.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./rpc.js').Webhook} Webhook */

/** @type {Record<import('./rpc.js').WebhookState, string>} */
const moods = { idle: 'good', working: 'busy', retrying: 'bad', paused: 'idle' };

/** @param {Context} ctx */
export function makeWebhooks(ctx) {
  const { t, state } = ctx;
  const rows = h('ul', { class: 'asks' });
  const el = h('section', { class: 'block', 'aria-labelledby': 'webhooks-title', hidden: true, 'data-test': 'webhooks' },
    h('div', { class: 'block-head' }, h('div', null, h('h2', { id: 'webhooks-title' }, t('webhooksTitle')), h('p', { class: 'hint' }, t('webhooksHint')))),
    rows);

  function update() {
    el.hidden = state.lines === null || state.webhooks.length === 0;
    const names = new Map((state.lines ?? []).map((l) => [l.id, l.name]));
    keyed(rows, state.webhooks.map((w) => ({ ...w, lineName: names.get(w.line) ?? w.line })), (w) => w.id, (w) => webhookRow(ctx, w));
  }
  return { el, update };
}

/** @param {Context} ctx @param {Webhook & {lineName: string}} webhook */
function webhookRow(ctx, webhook) {
  const { t } = ctx;
  return h('li', { class: 'ask', 'data-test': `webhook-${webhook.id}` },
    h('div', { class: 'line-top' },
      h('div', { class: 'line-name' }, h('h3', null, webhook.name), h('code', { class: 'muted' }, place(webhook.url))),
      h('span', { class: `state ${moods[webhook.state] ?? 'idle'}`, 'data-test': 'webhook-state', 'data-state': webhook.state }, t(`webhook.${webhook.state}`))),
    webhook.reason && h('p', { class: 'line-detail', 'data-test': 'webhook-reason' }, webhook.reason),
    h('dl', { class: 'facts' },
      fact(t('askLine'), webhook.lineName),
      fact(t('webhookWaiting'), webhook.waiting),
      fact(t('webhookDead'), webhook.dead),
      webhook.succeededAt && fact(t('webhookSucceeded'), ctx.clock.full(webhook.succeededAt)),
      webhook.nextTryAt && fact(t('webhookNext'), ctx.clock.full(webhook.nextTryAt))),
    h('div', { class: 'line-actions', role: 'group', 'aria-label': t('lineActions', { name: webhook.name }) },
      h('button', { type: 'button', class: 'button small', 'data-test': 'webhook-test', 'data-focus': 'test', onclick: () => test(ctx, webhook) }, t('webhookTest')),
      webhook.dead > 0 && h('button', { type: 'button', class: 'button small', 'data-test': 'webhook-replay', 'data-focus': 'replay', onclick: () => replay(ctx, webhook) }, t('webhookReplay'))));
}

/** Where a webhook leads, without its path, which may be a secret. @param {string} url */
function place(url) {
  try {
    return new URL(url).origin;
  } catch {
    return '';
  }
}

/** @param {Context} ctx @param {Webhook} webhook */
async function test(ctx, webhook) {
  const { t } = ctx;
  const said = h('p', { role: 'status', 'data-test': 'webhook-tested' }, h('span', { class: 'spinner' }));
  openDialog({ title: t('webhookTestTitle', { name: webhook.name }), closeLabel: t('close'), body: h('div', { class: 'dialog-body' }, said), name: 'webhook-test' });
  try {
    const got = await ctx.calls().call('webhook.test', { line: webhook.line, id: webhook.id });
    said.textContent = got.delivered ? t('webhookTested', { status: got.httpStatus, ms: got.tookMs }) : got.reason;
  } catch (err) {
    said.textContent = sentence(err);
  }
}

/** @param {Context} ctx @param {Webhook} webhook */
function replay(ctx, webhook) {
  const { t } = ctx;
  confirmDialog({
    t, name: 'replay', title: t('replayTitle', { name: webhook.name }), text: t('replayText', { n: webhook.dead }), yes: t('webhookReplay'),
    act: async () => {
      await ctx.calls().call('delivery.replay', { line: webhook.line, webhook: webhook.id, all: true });
      await ctx.state.refresh();
    },
  });
}

/** @param {string} name @param {string | number} value */
function fact(name, value) {
  return h('div', null, h('dt', null, name), h('dd', null, value));
}
