// @ts-check
// Beyond this machine the person shows with the admin token that the sidecar is theirs.
import { h } from './common/dom.js';
import { field, sentence } from './common/ui.js';
import { CallError } from './api.js';

/** @param {import('./app.js').Context} ctx @returns {import('./app.js').Step} */
export function signInStep(ctx) {
  const { t } = ctx;
  const box = h('input', { type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, 'data-test': 'token' });
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true, 'data-test': 'sign-in-error' });
  const go = h('button', { class: 'button primary', 'data-test': 'sign-in' }, t('signIn'));
  const el = h('form', {
    class: 'block', 'aria-labelledby': 'sign-in-title',
    /** @param {SubmitEvent} e */
    async onsubmit(e) {
      e.preventDefault();
      go.disabled = true;
      try {
        await ctx.call('signin', { token: box.value.trim() });
        ctx.choose();
      } catch (err) {
        if (err instanceof CallError && err.code === 'session_gone') {
          ctx.stuck(err);
          return;
        }
        trouble.textContent = sentence(err);
        trouble.hidden = false;
        go.disabled = false;
        box.select();
      }
    },
  }, h('h3', { id: 'sign-in-title' }, t('signInTitle')), h('p', { class: 'muted' }, t('signInText')),
  field(t('token'), box, t('tokenHint')), trouble, h('div', null, go));
  return { el, focus: () => box.focus() };
}
