// @ts-check
// Linking without a camera: a phone number is given, WhatsApp gives a code, and it
// is typed on that phone. It stands below the QR code, and stays as codes change.
import { h } from '../dom.js';
import { icon } from '../icons.js';
import { showPhone } from '../i18n.js';
import { field, minutes, sentence } from '../ui.js';
import { explain } from './failure.js';
import { copyButton } from './copy.js';

/** @typedef {import('./round.js').LinkContext} Context */
/** @typedef {import('./round.js').LinkNews} LinkNews */

/** @param {Context} ctx @param {(phone: string) => Promise<void>} ask asks for a code; throws what is wrong with the number */
export function makeByPhone(ctx, ask) {
  const { t } = ctx;
  const number = h('input', { type: 'tel', autocomplete: 'tel', required: true, placeholder: '+7 912 345-67-89', 'data-test': 'by-phone-number' });
  const go = h('button', { class: 'button', 'data-test': 'by-phone-ask' });
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true, 'data-test': 'by-phone-error' });
  const shown = h('div', { class: 'typed', role: 'status', hidden: true });
  const form = h('form', {
    class: 'inline-form',
    /** @param {SubmitEvent} e */
    async onsubmit(e) {
      e.preventDefault();
      complain('');
      go.disabled = true;
      try {
        await ask(number.value.trim());
      } catch (err) {
        complain(sentence(err));
        number.select();
      } finally {
        go.disabled = false;
      }
    },
  }, field(t('byPhoneNumber'), number), go);
  const el = h('section', { class: 'by-phone', 'aria-labelledby': 'by-phone-title', 'data-test': 'by-phone' },
    h('h3', { id: 'by-phone-title' }, t('byPhoneTitle')), shown, form, trouble);
  let timer = 0;
  let code = '';

  /** @param {string} why '' for none */
  function complain(why) {
    trouble.textContent = why;
    trouble.hidden = why === '';
  }

  /** The code in large letters, what to do with it, and how long it is good for. @param {LinkNews} news */
  function draw(news) {
    const phone = showPhone(news.phoneFor ?? '');
    clearInterval(timer);
    if (!news.phoneCode) {
      shown.replaceChildren(h('p', { class: 'asking' }, h('span', { class: 'spinner' }), t('byPhoneAsking', { phone })));
      return;
    }
    const left = h('p', { class: 'muted', role: 'timer', 'aria-live': 'off', 'data-test': 'by-phone-left' });
    const until = Date.now() + (news.phoneCodeSecondsLeft ?? 0) * 1000;
    const tick = () => { left.textContent = t('byPhoneLeft', { left: minutes((until - Date.now()) / 1000) }); };
    tick();
    timer = setInterval(tick, 500);
    shown.replaceChildren(
      h('p', null, t('byPhoneHow', { phone })),
      h('p', { class: 'typed-row' },
        // Read out letter by letter; the dash is only to look at.
        h('strong', { class: 'typed-code', 'data-test': 'by-phone-code', 'aria-label': [...news.phoneCode.replace('-', '')].join(' ') }, news.phoneCode),
        copyButton(ctx, news.phoneCode, t('copy'), 'by-phone-copy')),
      left);
  }

  return {
    el,
    /** @param {LinkNews} news */
    show(news) {
      el.hidden = news.state === 'scanned' || news.state === 'linked';
      const asked = news.state === 'code' && Boolean(news.phoneFor) && !news.error;
      go.replaceChildren(icon('phone'), t(news.phoneFor ? 'byPhoneAgain' : 'byPhoneAsk'));
      if (news.state === 'code') complain(news.error ? explain(news.error) : '');
      shown.hidden = !asked;
      const now = asked ? `${news.phoneFor} ${news.phoneCode ?? ''}` : '';
      if (now !== code && asked) {
        draw(news);
        el.scrollIntoView({ block: 'end' }); // below the QR code it may be out of sight
      }
      if (!asked) clearInterval(timer);
      code = now;
    },
    stop: () => clearInterval(timer),
  };
}
