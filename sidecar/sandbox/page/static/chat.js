// @ts-check
// One chat of the chosen phone: bubbles, the typing box, reading.
import { h, keyed, setText } from './common/dom.js';
import { icon } from './common/icons.js';
import { notice } from './common/ui.js';
import { showPhone } from './common/i18n.js';
import { hrefOf } from './state.js';
import { avatar } from './list.js';
import { bubble } from './bubble.js';
import { plain } from './format.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./api.js').Message} Message */

/** Nearer than this to the end, pixels: new messages scroll into view. */
const NEAR = 80;
/** How many messages are drawn at first, and how many more each time. */
const PAGE = 200;

/** @param {Context} ctx */
export function makeChat(ctx) {
  const { t, state } = ctx;
  const key = state.key();
  const other = `+${state.route.chat}`;
  const myPhone = `+${state.route.phone}`;
  /** The first message that was unread when the chat was opened. @type {string | null} */
  let firstUnread = null;
  let drawn = PAGE;
  let tapping = '';
  let tappedIn = '';
  let reading = false;
  let atEnd = true;

  const name = h('h2', { class: 'clip' });
  const log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': t('chats'), tabindex: '0' });
  const empty = h('p', { class: 'empty', hidden: true }, t('noMessages'));
  const earlier = h('button', { type: 'button', class: 'button small earlier', hidden: true, 'data-test': 'earlier', onclick: showEarlier }, t('earlier'));
  const below = h('button', { type: 'button', class: 'below', hidden: true, 'data-test': 'below', onclick: () => toEnd('smooth') }, icon('down'), t('newBelow'));
  const scroll = h('div', { class: 'scroll wall', onscroll: () => { atEnd = nearEnd(); if (atEnd) below.hidden = true; } }, earlier, log, empty);
  const away = h('p', { class: 'away', hidden: true }, icon('plane'), t('offlineHere'));
  const composer = makeComposer(ctx, key, other, myPhone, () => toEnd('instant'));
  const el = h('div', { class: 'view chat' },
    h('header', { class: 'appbar' },
      h('a', { class: 'icon-button', href: hrefOf(myPhone), 'aria-label': t('back'), title: t('back'), 'data-test': 'back' }, icon('back')),
      avatar(ctx.otherName(), other),
      h('span', { class: 'appbar-text' }, name, h('span', { class: 'small-text' }, showPhone(other)))),
    away, scroll, below, composer.el);

  const nearEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
  /** @param {ScrollBehavior} behavior */
  const toEnd = (behavior) => scroll.scrollTo({ top: scroll.scrollHeight, behavior });
  // The typing box grows and the keyboard opens: the last message stays in sight.
  const resized = new ResizeObserver(() => { if (atEnd) toEnd('instant'); });

  const acts = {
    /** @param {string} message @param {string} button */
    async tap(message, button) {
      tapping = button;
      tappedIn = message;
      update();
      try {
        await ctx.api().tap(myPhone, other, message, button);
        await state.readChat();
      } catch (err) {
        notice(t, err, () => acts.tap(message, button));
      } finally {
        tapping = '';
        tappedIn = '';
        update();
      }
    },
    /** @param {string} id */
    reply(id) {
      state.quotes.set(key, id);
      composer.update();
      composer.focus();
    },
    /** @param {string} id */
    jump(id) {
      const find = () => log.querySelector(`[data-id="${CSS.escape(id)}"]`);
      while (!find() && !earlier.hidden) showEarlier();
      const target = find();
      if (!target) return;
      target.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
      target.classList.remove('flash');
      requestAnimationFrame(() => target.classList.add('flash'));
    },
  };

  function update() {
    const phone = state.phone();
    const messages = state.messages.get(key);
    setText(name, ctx.otherName());
    away.hidden = !phone || phone.online;
    composer.update();
    if (!messages) return;
    empty.hidden = messages.length > 0;
    earlier.hidden = messages.length <= drawn;
    const stick = atEnd;
    const before = log.childElementCount;
    if (firstUnread === null) firstUnread = unreadFrom(messages, phone?.chats.find((c) => c.with === other)?.unread ?? 0);
    keyed(log, entries(ctx, messages.slice(-drawn), firstUnread, tappedIn, tapping), (e) => e.key, (e) => (e.message
      ? bubble(ctx, e.message, acts)
      : h('p', { class: e.unread ? 'divider unread' : 'divider', role: 'separator', 'data-test': e.unread ? 'unread-line' : 'day' }, h('span', null, e.text))));
    if (log.childElementCount > before) {
      if (before === 0) showFirst();
      else if (stick || messages.at(-1)?.fromMe) toEnd('instant');
      else below.hidden = false;
    }
    void read();
  }

  /** Earlier messages come in above; what was read stays where it was. */
  function showEarlier() {
    const fromEnd = scroll.scrollHeight - scroll.scrollTop;
    drawn += PAGE;
    update();
    scroll.scrollTop = scroll.scrollHeight - fromEnd;
    if (earlier.hidden) log.focus();
  }

  function showFirst() {
    const line = log.querySelector('.unread');
    if (line instanceof HTMLElement) scroll.scrollTop = line.offsetTop - log.offsetTop;
    else toEnd('instant');
    atEnd = nearEnd();
  }

  /** An open chat on a page that is looked at is a read one, as on a phone. */
  async function read() {
    const chat = state.phone()?.chats.find((c) => c.with === other);
    if (!chat?.unread || reading || document.hidden) return;
    reading = true;
    try {
      await ctx.api().read(myPhone, other);
      await state.readPhones();
    } catch {
      // Only the read ticks are late: the next update tries again.
    } finally {
      reading = false;
    }
  }

  const seen = () => void read();
  return {
    el,
    update,
    entered() {
      document.addEventListener('visibilitychange', seen);
      resized.observe(scroll);
      void state.readChat();
      if (matchMedia('(hover: hover)').matches) composer.focus();
    },
    left() {
      document.removeEventListener('visibilitychange', seen);
      resized.disconnect();
    },
  };
}

/** The id of the first of the last n messages from the other side, '' for none.
 * @param {Message[]} messages @param {number} n */
function unreadFrom(messages, n) {
  const theirs = messages.filter((m) => !m.fromMe && m.visible);
  return n > 0 ? theirs.at(-n)?.id ?? theirs[0]?.id ?? '' : '';
}

/**
 * The chat's lines in order: days, the unread line, messages.
 * @param {Context} ctx @param {Message[]} messages @param {string} firstUnread @param {string} tappedIn @param {string} tapping
 */
function entries(ctx, messages, firstUnread, tappedIn, tapping) {
  /** @type {{key: string, text?: string, unread?: boolean, message?: Message & {who: string, tapping: string}}[]} */
  const list = [];
  let day = '';
  for (const m of messages) {
    const today = ctx.clock.dayKey(m.at);
    if (today !== day) list.push({ key: `day ${today}`, text: ctx.clock.day(m.at) });
    day = today;
    if (m.id === firstUnread) list.push({ key: 'unread', text: ctx.t('unreadLine'), unread: true });
    const who = m.fromMe ? ctx.t('you') : ctx.otherName();
    list.push({ key: m.id, message: { ...m, who, tapping: m.id === tappedIn ? tapping : '' } });
  }
  return list;
}

/**
 * The typing box. Enter sends, Shift+Enter starts a line; what is typed stays
 * until it is sent, also in another chat.
 * @param {Context} ctx @param {string} key @param {string} other @param {string} myPhone @param {() => void} sent
 */
function makeComposer(ctx, key, other, myPhone, sent) {
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
  const quoteName = h('strong');
  const quoteText = h('span', { class: 'quote-text' });
  const quoted = h('div', { class: 'quoting', role: 'group', 'aria-label': t('replying'), hidden: true, 'data-test': 'quoting' },
    h('div', { class: 'quote' }, quoteName, quoteText),
    h('button', { type: 'button', class: 'icon-button', 'aria-label': t('dropReply'), title: t('dropReply'), onclick: dropQuote }, icon('close')));
  const el = h('form', {
    class: 'composer', 'aria-label': t('send'),
    /** @param {SubmitEvent} e */
    onsubmit(e) { e.preventDefault(); void submit(); },
  }, quoted, h('div', { class: 'composer-row' }, box, send));

  function dropQuote() {
    state.quotes.delete(key);
    update();
    box.focus();
  }

  async function submit() {
    const text = box.value.trim();
    if (!text || busy) return;
    busy = true;
    try {
      await ctx.api().send(myPhone, other, text, state.quotes.get(key));
      box.value = '';
      state.drafts.delete(key);
      state.quotes.delete(key);
      await Promise.all([state.readChat(), state.readPhones()]);
      sent();
    } catch (err) {
      notice(t, err, submit);
    } finally {
      busy = false;
      update();
      box.focus();
    }
  }

  function update() {
    const message = state.messages.get(key)?.find((m) => m.id === state.quotes.get(key));
    quoted.hidden = !message;
    if (message) {
      setText(quoteName, message.fromMe ? t('you') : ctx.otherName());
      setText(quoteText, plain(message.body || ''));
    }
    send.disabled = box.value.trim() === '';
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight + 2, 120)}px`;
  }

  return { el, update, focus: () => box.focus({ preventScroll: true }) };
}
