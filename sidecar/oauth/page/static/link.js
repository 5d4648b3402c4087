// @ts-check
// One line's linking: the codes until a phone has taken one, then back to the editor.
import { h } from './common/dom.js';
import { makeProgress } from './common/linking/progress.js';
import { makeRound } from './common/linking/round.js';
import { sentence } from './common/ui.js';
import { CallError } from './api.js';

/**
 * @param {import('./app.js').Context} ctx
 * @param {import('./api.js').Line} line
 * @param {boolean} fresh it was made a moment ago
 * @returns {import('./app.js').Step}
 */
export function linkStep(ctx, line, fresh) {
  const { t } = ctx;
  const body = h('div', { class: 'link-body', 'aria-live': 'polite' });
  const back = h('button', { type: 'button', class: 'button small', 'data-test': 'back', onclick: () => ctx.choose() }, t('back'));
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true, 'data-test': 'link-error' });
  let going = false;

  const round = makeRound(async (params, signal) => {
    try {
      return await ctx.call('link', { line: line.id, ...params }, signal);
    } catch (err) {
      if (err instanceof CallError && err.code === 'session_gone') ctx.stuck(err);
      throw err;
    }
  }, (news) => {
    progress.show(news);
    if (news.state === 'linked') void use();
  });
  const progress = makeProgress(ctx, body, { again: round.again, done: () => void use(), ask: round.ask });

  /** The phone has linked it: the editor gets the line without another press. */
  async function use() {
    if (going) return;
    going = true;
    try {
      await ctx.use(line.id);
    } catch (err) {
      going = false;
      trouble.textContent = sentence(err);
      trouble.hidden = false;
    }
  }

  // A code that is being shown already is joined; else an old round's end would be all there is.
  void round.follow({ restart: !fresh && line.state !== 'linking' });
  return {
    brief: true,
    el: h('section', { class: 'block', 'aria-labelledby': 'link-title' },
      h('div', { class: 'block-head' }, h('h3', { id: 'link-title' }, t('linkTitle', { name: line.name })), back), trouble, body),
    stop() {
      round.stop();
      progress.stop();
    },
  };
}
