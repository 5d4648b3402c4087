// @ts-check
// The chosen phone, drawn as a phone: its status bar, its list of chats, its open chat.
import { h, keyed, setText } from './common/dom.js';
import { icon } from './common/icons.js';
import { field, openDialog } from './common/ui.js';
import { showPhone } from './common/i18n.js';
import { chatId, digits } from './api.js';
import { hrefOf } from './state.js';
import { avatar, badge } from './list.js';
import { makeChat } from './chat.js';
import { plain } from './format.js';
import { newGroup } from './group.js';
import { asksForCode, openLink } from './link.js';

/** @typedef {import('./app.js').Context} Context */

/** @param {Context} ctx */
export function makeFrame(ctx) {
  const { t, state } = ctx;
  const time = h('span');
  const air = h('span', { class: 'air', hidden: true }, icon('plane', t('offline')));
  const net = h('span', { class: 'net' }, icon('signal'));
  const screen = h('div', { class: 'screen' });
  const heads = h('span', { class: 'muted small-text' });
  const alarm = h('button', { type: 'button', class: 'heads-up', hidden: true, 'data-test': 'link-request', onclick: () => openLink(ctx, { typed: true }) },
    icon('device'), h('span', { class: 'phone-text' }, h('strong', null, t('codeNotice')), heads));
  const phone = h('section', { class: 'frame', 'aria-label': t('thisPhone'), 'data-test': 'frame' },
    h('div', { class: 'bezel' },
      h('div', { class: 'statusbar', 'aria-hidden': 'true' }, time, h('span', { class: 'statusicons' }, air, net, icon('battery'))),
      alarm, screen));
  const start = h('section', { class: 'start', hidden: true });
  const el = h('div', { class: 'stage' }, phone, start);

  let place = '';
  /** @type {{el: HTMLElement, update: () => void, entered?: () => void, left?: () => void} | null} */
  let view = null;

  function update() {
    const chosen = state.phone();
    phone.hidden = !chosen;
    start.hidden = Boolean(chosen) || state.phones === null;
    if (!chosen) {
      place = '';
      view?.left?.();
      view = null;
      screen.replaceChildren();
      showStart(ctx, start);
      return;
    }
    setText(time, ctx.clock.time(new Date()));
    air.hidden = chosen.online;
    net.hidden = !chosen.online;
    const asking = chosen.online ? asksForCode(ctx) : undefined;
    alarm.hidden = !asking;
    if (asking) setText(heads, t('codeNoticeText', { client: asking.client || t('codeUnnamed') }));
    if (place !== state.key()) {
      place = state.key();
      view?.left?.();
      view = state.route.chat ? makeChat(ctx) : makeChats(ctx);
      screen.replaceChildren(view.el);
      view.update();
      view.entered?.();
    } else {
      view?.update();
    }
  }
  return { el, update, close: () => view?.left?.() };
}

/** What to do when no phone is chosen. @param {Context} ctx @param {HTMLElement} start */
function showStart(ctx, start) {
  const { t, state } = ctx;
  const missing = state.route.phone && state.phones !== null;
  start.replaceChildren(
    h('div', { class: 'start-art', 'aria-hidden': 'true' }, icon('phone'), icon('chat'), icon('phone')),
    missing ? h('p', { class: 'trouble', role: 'alert' }, t('noSuchPhone', { phone: `+${state.route.phone}` })) : '',
    h('h2', null, t('startTitle')),
    h('ol', { class: 'steps' }, h('li', null, t('start1')), h('li', null, t('start2')), h('li', null, t('start3'))));
}

/** @param {Context} ctx */
function makeChats(ctx) {
  const { t, state } = ctx;
  const title = h('h2', { class: 'clip' });
  const rows = h('ul', { class: 'chats' });
  const empty = h('p', { class: 'empty', 'data-test': 'no-chats' }, t('noChats'));
  const away = h('p', { class: 'away', hidden: true }, icon('plane'), t('offlineHere'));
  const el = h('div', { class: 'view' },
    h('header', { class: 'appbar' },
      h('a', { class: 'icon-button only-narrow', href: '#/', 'aria-label': t('back'), title: t('back') }, icon('back')),
      h('span', { class: 'appbar-text' }, title, h('span', { class: 'small-text' }, t('chats'))),
      h('button', { type: 'button', class: 'icon-button', 'aria-label': t('newChat'), title: t('newChat'), 'data-test': 'new-chat', onclick: () => newChat(ctx) }, icon('plus'))),
    away, h('div', { class: 'scroll' }, rows, empty));

  function update() {
    const phone = state.phone();
    if (!phone) return;
    setText(title, phone.name || showPhone(phone.phone));
    away.hidden = phone.online;
    empty.hidden = phone.chats.length > 0;
    const chats = [...phone.chats].sort((a, b) => b.at.localeCompare(a.at));
    keyed(rows, chats.map((c) => ({ ...c, me: phone.phone, when: c.at && ctx.clock.brief(c.at) })), (c) => c.with, (c) => h('li', null,
      h('a', { class: 'chat-row', href: hrefOf(c.me, c.with), 'data-test': `chat-${chatId(c.with)}`, 'data-focus': 'row' },
        avatar(c.name, c.with),
        h('span', { class: 'chat-text' },
          h('span', { class: 'chat-top' },
            h('strong', { class: 'clip' }, c.name || state.nameOf(c.with) || showPhone(c.with)),
            h('span', { class: c.unread ? 'when fresh' : 'when' }, c.when)),
          h('span', { class: 'chat-top' },
            h('span', { class: 'clip muted' }, plain(c.last)),
            c.unread > 0 && badge(ctx, c.unread))))));
  }
  return { el, update };
}

/** @param {Context} ctx */
function newChat(ctx) {
  const { t, state } = ctx;
  const me = state.phone();
  if (!me) return;
  const number = h('input', { type: 'tel', autocomplete: 'off', pattern: '\\+?[\\d \\-\\(\\)]{7,22}', required: true, placeholder: '+7 912 345-67-80', 'data-test': 'new-chat-number' });
  /** @param {string} to */
  const open = (to) => {
    dialog.close();
    location.hash = hrefOf(me.phone, to);
  };
  const others = (state.phones ?? []).filter((p) => p.phone !== me.phone);
  const body = h('div', { class: 'dialog-body' },
    h('p', { class: 'muted' }, t('newChatHint')),
    h('ul', { class: 'picks' }, others.map((p) => h('li', null,
      h('button', { type: 'button', class: 'pick', 'data-test': `new-chat-${digits(p.phone)}`, onclick: () => open(p.phone) },
        avatar(p.name, p.phone), h('span', { class: 'phone-text' }, h('strong', { class: 'clip' }, p.name), h('span', { class: 'muted small-text' }, showPhone(p.phone))))))),
    h('form', {
      class: 'inline-form',
      /** @param {SubmitEvent} e */
      onsubmit(e) {
        e.preventDefault();
        open(number.value);
      },
    }, field(t('number'), number), h('button', { class: 'button primary', 'data-test': 'new-chat-open' }, t('open'))),
    h('div', { class: 'dialog-foot' }, h('button', { type: 'button', class: 'button', 'data-test': 'new-group', onclick: () => { dialog.close(); newGroup(ctx); } }, t('newGroup'))));
  const dialog = openDialog({ title: t('newChat'), closeLabel: t('close'), body, name: 'new-chat' });
}
