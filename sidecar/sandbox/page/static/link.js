// @ts-check
// "Link a device": pick a waiting QR code, or paste one's text.
import { h, keyed } from './common/dom.js';
import { icon } from './common/icons.js';
import { field, minutes, openDialog, sentence } from './common/ui.js';
import { digits } from './api.js';

/** @typedef {import('./app.js').Context} Context */

/** @param {Context} ctx */
export function openLink(ctx) {
  const { t, state } = ctx;
  const phone = state.phone();
  if (!phone) return;
  let picked = '';
  const codes = h('div', { class: 'codes', role: 'radiogroup', 'aria-label': t('codes') });
  const none = h('p', { class: 'empty' }, t('linkNone'));
  const text = h('textarea', { rows: '2', spellcheck: 'false', autocomplete: 'off', 'data-test': 'qr-text', oninput: () => { if (text.value.trim()) picked = ''; update(); } });
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true, 'data-test': 'link-error' });
  const go = h('button', { class: 'button primary', 'data-test': 'link-confirm' }, t('linkGo'));
  const form = h('form', {
    class: 'dialog-body',
    /** @param {SubmitEvent} e */
    onsubmit(e) { e.preventDefault(); void link(); },
  },
  h('p', { class: 'muted' }, t('linkLead', { name: phone.name || phone.phone })),
  !phone.online && h('p', { class: 'trouble' }, t('linkOffline')),
  codes, none, field(t('qrText'), text, t('qrHint')), trouble,
  h('div', { class: 'dialog-foot' }, h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, t('cancel')), go));

  // Seconds are counted here; which codes wait comes from the stream of updates.
  const timer = setInterval(update, 1000);
  const stop = ctx.onchange(update);
  const dialog = openDialog({ title: t('link'), closeLabel: t('close'), body: form, name: 'link', onclose: () => { clearInterval(timer); stop(); } });
  void state.readCodes();

  function update() {
    const now = Date.now();
    const waiting = state.codes.filter((c) => Date.parse(c.expiresAt) > now);
    if (!waiting.some((c) => c.ref === picked)) picked = '';
    const only = waiting.length === 1 && !text.value.trim() ? waiting[0] : undefined;
    if (only?.ready) picked = only.ref;
    none.hidden = waiting.length > 0;
    const tabStop = picked || waiting[0]?.ref;
    keyed(codes, waiting.map((c) => ({ ref: c.ref, client: c.client, ready: c.ready, here: c.ref === picked, tab: c.ref === tabStop })), (c) => c.ref, (c) => h('button', {
      type: 'button', class: 'code', role: 'radio', 'aria-checked': String(c.here), tabindex: c.tab ? '0' : '-1', 'data-test': 'waiting-code', 'data-ref': c.ref, 'data-focus': 'code',
      onclick: () => pick(c.ref),
      /** @param {KeyboardEvent} e */
      onkeydown(e) {
        const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
        if (!step) return;
        e.preventDefault();
        const next = waiting[(waiting.findIndex((x) => x.ref === c.ref) + step + waiting.length) % waiting.length];
        if (next) pick(next.ref);
      },
    }, h('span', { class: 'code-art' }, icon('qr')), h('span', { class: 'device-text' }, h('strong', { class: 'clip' }, c.client || t('codeUnnamed')), h('span', { class: 'muted small-text left' })), h('span', { class: 'radio', 'aria-hidden': 'true' })));
    for (const code of waiting) {
      const left = codes.querySelector(`[data-ref="${CSS.escape(code.ref)}"] .left`);
      const valid = t('codeLeft', { left: minutes((Date.parse(code.expiresAt) - now) / 1000) });
      if (left) left.textContent = code.ready ? valid : `${valid}, ${t('codeNeedsText')}`;
    }
  }

  /** @param {string} ref */
  function pick(ref) {
    picked = ref;
    text.value = '';
    trouble.hidden = true;
    update();
    // Without its text a code cannot be scanned: its secret never passes the network.
    const ready = state.codes.find((c) => c.ref === ref)?.ready;
    const el = ready ? codes.querySelector(`[data-ref="${CSS.escape(ref)}"]`) : text;
    if (el instanceof HTMLElement) el.focus();
  }

  async function link() {
    const me = state.phone();
    if (!me) return;
    const pasted = text.value.trim();
    const ready = state.codes.find((c) => c.ref === picked)?.ready;
    if (!pasted && !ready) {
      complain(t('linkPick'));
      text.focus();
      return;
    }
    go.disabled = true;
    trouble.hidden = true;
    go.replaceChildren(h('span', { class: 'spinner' }), t('linking'));
    try {
      const { device } = await ctx.api().link(me.phone, pasted ? { qr: pasted } : { ref: picked });
      await state.readPhones();
      const name = state.phones?.find((p) => digits(p.phone) === digits(me.phone))?.devices.find((d) => d.id === device)?.name;
      succeed(name || t('codeUnnamed'));
    } catch (err) {
      complain(sentence(err));
      go.disabled = false;
      go.replaceChildren(t('linkGo'));
    }
  }

  /** @param {string} why */
  function complain(why) {
    trouble.textContent = why;
    trouble.hidden = false;
  }

  /** @param {string} name */
  function succeed(name) {
    clearInterval(timer);
    stop();
    const close = h('button', { type: 'button', class: 'button primary', 'data-test': 'link-done', onclick: () => dialog.close() }, t('done'));
    form.replaceChildren(h('div', { class: 'success', role: 'status', 'data-test': 'link-success' },
      h('span', { class: 'success-icon' }, icon('check')), h('h3', null, t('linkDone', { name })), h('p', { class: 'muted' }, t('linkDoneHint'))),
    h('div', { class: 'dialog-foot' }, close));
    close.focus();
  }

  update();
}
