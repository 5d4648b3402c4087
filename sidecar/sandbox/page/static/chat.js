// @ts-check
// One chat of the chosen phone: bubbles, the typing box, reading.
import { h, keyed, setText } from './common/dom.js';
import { icon } from './common/icons.js';
import { notice } from './common/ui.js';
import { showPhone } from './common/i18n.js';
import { hrefOf } from './state.js';
import { avatar } from './list.js';
import { bubble } from './bubble.js';
import { makeComposer } from './composer.js';
import { makePane } from './pane.js';
import { isGroup, openGroup } from './group.js';
import { openMessage } from './change.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./api.js').Message} Message */

/** How many messages are drawn at first, and how many more each time. */
const PAGE = 200;

/** @param {Context} ctx */
export function makeChat(ctx) {
  const { t, state } = ctx;
  const key = state.key();
  const other = state.otherSide();
  const myPhone = `+${state.route.phone}`;
  /** The first message that was unread when the chat was opened. @type {string | null} */
  let firstUnread = null;
  let drawn = PAGE;
  /** The button that is being tapped. */
  let tapped = { message: '', button: '' };

  const name = h('h2', { class: 'clip' });
  const under = h('span', { class: 'small-text', 'data-test': 'under' });
  const away = h('p', { class: 'away', hidden: true }, icon('plane'), t('offlineHere'));
  const pane = makePane(t, () => { drawn += PAGE; update(); });
  const composer = makeComposer(ctx, { key, other, myPhone }, pane.toEnd);
  const read = reader(ctx, myPhone, other);
  const el = h('div', { class: 'view chat' },
    h('header', { class: 'appbar' },
      h('a', { class: 'icon-button', href: hrefOf(myPhone), 'aria-label': t('back'), title: t('back'), 'data-test': 'back' }, icon('back')),
      avatar(ctx.otherName(), other),
      h('span', { class: 'appbar-text' }, name, under),
      isGroup(other)
        ? h('button', { type: 'button', class: 'icon-button', 'aria-label': t('groupInfo'), title: t('groupInfo'), 'data-test': 'group-info', onclick: () => openGroup(ctx, other) }, icon('info'))
        : [h('button', { type: 'button', class: 'icon-button', 'aria-label': t('callVideo'), title: t('callVideo'), 'data-test': 'call-video', onclick: () => call(true) }, icon('video')),
          h('button', { type: 'button', class: 'icon-button', 'aria-label': t('call'), title: t('call'), 'data-test': 'call', onclick: () => call(false) }, icon('call'))]),
    away, pane.el, pane.below, composer.el);

  /** Answers a message, and shows that until it is done.
   * @param {string} message @param {string} button @param {() => Promise<unknown>} answer */
  async function press(message, button, answer) {
    tapped = { message, button };
    update();
    try {
      await answer();
      await state.readChat();
    } catch (err) {
      notice(t, err, () => press(message, button, answer));
    } finally {
      tapped = { message: '', button: '' };
      update();
    }
  }

  /** @param {boolean} video */
  async function call(video) {
    try {
      await ctx.api().call(myPhone, other, video);
      await state.readChat();
    } catch (err) {
      notice(t, err, () => call(video));
    }
  }

  const acts = {
    /** @param {Message} m */
    open: (m) => openMessage(ctx, m, { myPhone, other }),
    /** @param {string} message @param {string} button */
    tap: (message, button) => void press(message, button, () => ctx.api().tap(myPhone, other, message, button)),
    /** @param {string} message @param {string[]} options */
    vote: (message, options) => void press(message, 'vote', () => ctx.api().vote(myPhone, other, message, options)),
    /** @param {string} id */
    reply(id) {
      state.quotes.set(key, id);
      composer.update();
      composer.focus();
    },
    jump: pane.jump,
  };

  function update() {
    const phone = state.phone();
    const messages = state.messages.get(key);
    setText(name, ctx.otherName());
    setText(under, below(ctx, other, phone?.chats.find((c) => c.with === other)));
    away.hidden = !phone || phone.online;
    composer.update();
    if (!messages) return;
    firstUnread ??= unreadFrom(messages, phone?.chats.find((c) => c.with === other)?.unread ?? 0);
    if (answeredSince(messages, firstUnread)) firstUnread = '';
    const list = entries(ctx, messages.slice(-drawn), firstUnread, tapped);
    pane.update({ empty: messages.length === 0, more: messages.length > drawn, own: messages.at(-1)?.fromMe === true }, (log) => {
      keyed(log, list, (e) => e.key, (e) => (e.message ? bubble(ctx, e.message, acts) : divider(e)));
    });
    void read();
  }

  const seen = () => void read();
  return {
    el,
    update,
    entered() {
      document.addEventListener('visibilitychange', seen);
      pane.entered();
      void state.readChat();
      if (matchMedia('(hover: hover)').matches) composer.focus();
    },
    left() {
      document.removeEventListener('visibilitychange', seen);
      pane.left();
    },
  };
}

/** What stands under a chat's name: that the other side types, how many are there, or the number.
 * @param {Context} ctx @param {string} other @param {import('./api.js').Chat | undefined} chat */
function below(ctx, other, chat) {
  if (chat?.typing) return ctx.t('typing');
  return isGroup(other) ? ctx.t('memberCount', { n: chat?.members ?? 0 }) : showPhone(other);
}

/**
 * Reads a chat: an open one on a page that is looked at is a read one, as on a phone.
 * @param {Context} ctx @param {string} myPhone @param {string} other
 */
function reader(ctx, myPhone, other) {
  let reading = false;
  return async function read() {
    const chat = ctx.state.phone()?.chats.find((c) => c.with === other);
    if (!chat?.unread || reading || document.hidden) return;
    reading = true;
    try {
      await ctx.api().read(myPhone, other);
      await ctx.state.readPhones();
    } catch {
      // Only the read ticks are late: the next update tries again.
    } finally {
      reading = false;
    }
  };
}

/** The id of the first of the last n messages from the other side, '' for none.
 * @param {Message[]} messages @param {number} n */
function unreadFrom(messages, n) {
  const theirs = messages.filter((m) => !m.fromMe && m.visible);
  return n > 0 ? theirs.at(-n)?.id ?? theirs[0]?.id ?? '' : '';
}

/** Whether this phone has written after a message: then nothing above is new any more.
 * @param {Message[]} messages @param {string} id */
function answeredSince(messages, id) {
  return messages.slice(messages.findIndex((m) => m.id === id)).some((m) => m.fromMe && m.kind !== 'notice');
}

/**
 * The chat's lines in order: days, the unread line, messages.
 * @param {Context} ctx @param {Message[]} messages @param {string} firstUnread @param {{message: string, button: string}} tapped
 */
function entries(ctx, messages, firstUnread, tapped) {
  /** @type {{key: string, text?: string, unread?: boolean, message?: Message & {who: string, tapping: string, myPhone: string}}[]} */
  const list = [];
  let day = '';
  for (const m of messages) {
    const today = ctx.clock.dayKey(m.at);
    if (today !== day) list.push({ key: `day ${today}`, text: ctx.clock.day(m.at) });
    day = today;
    if (m.id === firstUnread) list.push({ key: 'unread', text: ctx.t('unreadLine'), unread: true });
    const person = isGroup(m.chat) ? ctx.state.nameOf(m.from) || showPhone(m.from) : ctx.otherName();
    const who = m.fromMe ? ctx.t('you') : person;
    list.push({ key: m.id, message: { ...m, who, tapping: m.id === tapped.message ? tapped.button : '', myPhone: `+${ctx.state.route.phone}` } });
  }
  return list;
}

/** A day, or where the unread messages begin. @param {{text?: string, unread?: boolean}} line */
function divider({ text, unread }) {
  return h('p', { class: unread ? 'divider unread' : 'divider', role: 'separator', 'data-test': unread ? 'unread-line' : 'day' }, h('span', null, text));
}
