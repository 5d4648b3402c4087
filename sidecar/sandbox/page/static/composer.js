// @ts-check
// The typing box of an open chat, and what its message will quote.
import { h, setText } from './common/dom.js';
import { icon } from './common/icons.js';
import { notice } from './common/ui.js';
import { plain } from './format.js';
import { attachButton } from './attach.js';

/** @typedef {import('./app.js').Context} Context */

/**
 * The typing box. Enter sends, Shift+Enter starts a line; what is typed stays
 * until it is sent, also in another chat.
 * @param {Context} ctx
 * @param {{key: string, other: string, myPhone: string}} chat
 * @param {() => void} sent
 */
export function makeComposer(ctx, { key, other, myPhone }, sent) {
  const { t, state } = ctx;
  let busy = false;
  const box = h('textarea', {
    rows: '1', placeholder: t('typeHere'), 'aria-label': t('typeHere'), 'data-test': 'composer', maxlength: '4096', value: state.drafts.get(key) ?? '',
    oninput: () => { state.drafts.set(key, box.value); update(); },
    /** @param {KeyboardEvent} e */
    onkeydown(e) {
      if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
        e.preventDefault();
        void submit();
      }
      if (e.key === 'Escape') dropQuote();
    },
  });
  const send = h('button', { class: 'icon-button send', 'aria-label': t('send'), title: t('send'), 'data-test': 'send' }, icon('send'));
  const quoted = quoteStrip(ctx, dropQuote);
  const el = h('form', {
    class: 'composer', 'aria-label': t('send'),
    /** @param {SubmitEvent} e */
    onsubmit(e) { e.preventDefault(); void submit(); },
  }, quoted.el, h('div', { class: 'composer-row' }, attachButton(ctx, { phone: myPhone, other, caption: () => box.value.trim(), sent: done }), box, send));

  function dropQuote() {
    state.quotes.delete(key);
    update();
    box.focus();
  }

  async function done() {
    box.value = '';
    state.drafts.delete(key);
    state.quotes.delete(key);
    update();
    await Promise.all([state.readChat(), state.readPhones()]);
    sent();
  }

  async function submit() {
    const text = box.value.trim();
    if (!text || busy) return;
    busy = true;
    try {
      await ctx.api().send(myPhone, other, text, state.quotes.get(key));
      await done();
    } catch (err) {
      notice(t, err, submit);
    } finally {
      busy = false;
      update();
      box.focus();
    }
  }

  function update() {
    quoted.show(state.messages.get(key)?.find((m) => m.id === state.quotes.get(key)));
    send.disabled = box.value.trim() === '';
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight + 2, 120)}px`;
  }

  return { el, update, focus: () => box.focus({ preventScroll: true }) };
}

/** The message that an answer will quote. @param {Context} ctx @param {() => void} drop */
function quoteStrip(ctx, drop) {
  const { t } = ctx;
  const name = h('strong');
  const text = h('span', { class: 'quote-text' });
  const el = h('div', { class: 'quoting', role: 'group', 'aria-label': t('replying'), hidden: true, 'data-test': 'quoting' },
    h('div', { class: 'quote' }, name, text),
    h('button', { type: 'button', class: 'icon-button', 'aria-label': t('dropReply'), title: t('dropReply'), onclick: drop }, icon('close')));
  return {
    el,
    /** @param {import('./api.js').Message} [message] */
    show(message) {
      el.hidden = !message;
      if (!message) return;
      setText(name, message.fromMe ? t('you') : ctx.otherName());
      setText(text, plain(message.body || ''));
    },
  };
}
