// @ts-check
// "Link a device": pick a waiting QR code, paste one's text, or type the code that a
// device shows for this phone's number.
import { h, setText } from './common/dom.js';
import { icon } from './common/icons.js';
import { field, openDialog, sentence } from './common/ui.js';
import { digits } from './api.js';
import { makeCodes } from './codes.js';

/** @typedef {import('./app.js').Context} Context */

/** A client that shows a code to type on the open phone. @param {Context} ctx */
export function asksForCode({ state }) {
  const now = Date.now();
  const me = state.phone()?.phone;
  return state.codes.find((c) => c.phone === me && me !== undefined && Date.parse(c.expiresAt) > now);
}

/** @param {Context} ctx @param {{typed?: boolean}} [how] typed: somebody comes to type a code */
export function openLink(ctx, { typed = false } = {}) {
  const { t, state } = ctx;
  const phone = state.phone();
  if (!phone) return;
  let picked = '';
  const codes = makeCodes(t, pick);
  const none = h('p', { class: 'empty' }, t('linkNone'));
  const text = h('textarea', { rows: '2', spellcheck: 'false', autocomplete: 'off', 'data-test': 'qr-text', oninput: () => { if (text.value.trim()) picked = ''; update(); } });
  const letters = h('input', {
    class: 'letters', spellcheck: 'false', autocomplete: 'one-time-code', autocapitalize: 'characters', maxlength: '12', placeholder: 'ABCD-EFGH', 'data-test': 'typed-code',
  });
  const asked = h('p', { class: 'asked', hidden: true, 'data-test': 'code-asked' });
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true, 'data-test': 'link-error' });
  const go = h('button', { class: 'button primary', 'data-test': 'link-confirm' }, t('linkGo'));
  const form = h('form', {
    class: 'dialog-body',
    /** @param {SubmitEvent} e */
    onsubmit(e) { e.preventDefault(); void link(); },
  },
  !phone.online && h('p', { class: 'trouble' }, t('linkOffline')),
  // Who comes from the phone's notification has a code to type and nothing to scan.
  !typed && h('p', { class: 'muted' }, t('linkLead', { name: phone.name || phone.phone })),
  !typed && [codes.el, none, field(t('qrText'), text, t('qrHint'))],
  h('fieldset', { class: 'by-code' }, h('legend', null, t('byCode')), asked, field(t('typedCode'), letters, t('typedHint'))), trouble,
  h('div', { class: 'dialog-foot' }, h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, t('cancel')), go));

  // Seconds are counted here; which codes wait comes from the stream of updates.
  const timer = setInterval(update, 1000);
  const stop = ctx.onchange(update);
  const dialog = openDialog({ title: t('link'), closeLabel: t('close'), body: form, name: 'link', onclose: () => { clearInterval(timer); stop(); } });
  void state.readCodes();
  if (typed) letters.focus();

  function update() {
    const now = Date.now();
    const waiting = state.codes.filter((c) => Date.parse(c.expiresAt) > now);
    if (!waiting.some((c) => c.ref === picked)) picked = '';
    const only = waiting.length === 1 && !text.value.trim() ? waiting[0] : undefined;
    if (only?.ready) picked = only.ref;
    none.hidden = waiting.length > 0;
    const asking = asksForCode(ctx);
    asked.hidden = !asking;
    if (asking) setText(asked, t('codeAsked', { client: asking.client || t('codeUnnamed') }));
    codes.show(waiting, picked, now);
  }

  /** @param {string} ref */
  function pick(ref) {
    picked = ref;
    text.value = '';
    trouble.hidden = true;
    update();
    // Without its text a code cannot be scanned: its secret never passes the network.
    const ready = state.codes.find((c) => c.ref === ref)?.ready;
    if (ready) codes.focus(ref);
    else text.focus();
  }

  async function link() {
    const me = state.phone();
    if (!me) return;
    const pasted = text.value.trim();
    const code = letters.value.trim();
    const ready = state.codes.find((c) => c.ref === picked)?.ready;
    if (!pasted && !code && !ready) {
      complain(t('linkPick'));
      (typed ? letters : text).focus();
      return;
    }
    const by = code ? { code } : pasted ? { qr: pasted } : { ref: picked };
    go.disabled = true;
    trouble.hidden = true;
    go.replaceChildren(h('span', { class: 'spinner' }), t('linking'));
    try {
      const { device } = await ctx.api().link(me.phone, by);
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
    trouble.scrollIntoView({ block: 'nearest' });
  }

  /** @param {string} name */
  function succeed(name) {
    clearInterval(timer);
    stop();
    const close = h('button', { type: 'button', class: 'button primary', 'data-test': 'link-done', onclick: () => dialog.close() }, t('done'));
    form.replaceChildren(success(ctx, name), h('div', { class: 'dialog-foot' }, close));
    close.focus();
  }

  update();
}

/** @param {Context} ctx @param {string} name the device's */
function success({ t }, name) {
  return h('div', { class: 'success', role: 'status', 'data-test': 'link-success' },
    h('span', { class: 'success-icon' }, icon('check')), h('h3', null, t('linkDone', { name })), h('p', { class: 'muted' }, t('linkDoneHint')));
}
