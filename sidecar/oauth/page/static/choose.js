// @ts-check
// Which line the flow editor is given: one that is linked already, or a new one.
import { h, keyed } from './common/dom.js';
import { icon } from './common/icons.js';
import { showPhone } from './common/i18n.js';
import { badge } from './common/linking/state.js';
import { field, sentence } from './common/ui.js';
import { CallError } from './api.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./api.js').Line} Line */

/** Between two readings of the lines, milliseconds. */
const PAUSE = 2000;

/** @param {Context} ctx @returns {import('./app.js').Step} */
export function chooseStep(ctx) {
  const { t } = ctx;
  const linked = group('linked', t('linked'));
  const others = group('others', t('others'));
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true, 'data-test': 'choose-error' });
  const fresh = freshLine(ctx, complain);
  let open = true;
  let lost = false; // what is said is that the lines could not be read
  let timer = 0;

  /** @param {unknown} err */
  function complain(err) {
    if (err instanceof CallError && err.code === 'session_gone') {
      ctx.stuck(err);
      return;
    }
    trouble.textContent = sentence(err);
    trouble.hidden = false;
  }

  async function read() {
    try {
      const { lines } = /** @type {{lines: Line[]}} */ (await ctx.call('lines', {}));
      if (!open) return;
      if (lost) trouble.hidden = true;
      lost = false;
      for (const [to, some] of /** @type {const} */ ([[linked, lines.filter((l) => l.usable)], [others, lines.filter((l) => !l.usable)]])) {
        to.el.hidden = some.length === 0;
        keyed(to.list, some, (l) => l.id, (l) => lineRow(ctx, l, complain));
      }
    } catch (err) {
      if (!open) return;
      lost = true;
      complain(err);
    }
    if (open) timer = setTimeout(() => void read(), PAUSE);
  }

  void read();
  return {
    el: h('div', { class: 'steps' }, trouble, linked.el, fresh, others.el),
    stop() {
      open = false;
      clearTimeout(timer);
    },
  };
}

/** @param {string} name @param {string} title */
function group(name, title) {
  const list = h('ul', { class: 'lines' });
  return { list, el: h('section', { class: 'block', 'aria-labelledby': `${name}-title`, hidden: true, 'data-test': name }, h('h3', { id: `${name}-title` }, title), list) };
}

/** @param {Context} ctx @param {Line} line @param {(err: unknown) => void} complain */
function lineRow(ctx, line, complain) {
  const { t } = ctx;
  const go = line.usable
    ? h('button', {
      type: 'button', class: 'button primary', 'data-test': 'use', 'data-focus': 'use', 'aria-label': t('useThis', { name: line.name }),
      onclick: async () => {
        go.disabled = true;
        try {
          await ctx.use(line.id);
        } catch (err) {
          go.disabled = false;
          complain(err);
        }
      },
    }, t('use'))
    : h('button', {
      type: 'button', class: 'button', 'data-test': 'relink', 'data-focus': 'use', 'aria-label': t('linkThis', { name: line.name }),
      onclick: () => ctx.link(line, false),
    }, icon('qr'), t(line.state === 'linking' ? 'newGo' : line.state === 'unlinked' ? 'link' : 'relink'));
  return h('li', { class: 'line', 'data-test': `line-${line.id}` },
    h('div', { class: 'line-what' },
      h('p', null, h('strong', null, line.name)),
      h('p', { class: 'muted' }, line.phone ? showPhone(line.phone) : line.id),
      badge(ctx, line.state)),
    go);
}

/** @param {Context} ctx @param {(err: unknown) => void} complain */
function freshLine(ctx, complain) {
  const { t } = ctx;
  const name = h('input', { autocomplete: 'off', required: true, maxlength: '60', value: t('newName'), 'data-test': 'new-name' });
  const go = h('button', { class: 'button primary', 'data-test': 'new-go' }, icon('qr'), t('newGo'));
  return h('form', {
    class: 'block', 'aria-labelledby': 'new-title',
    /** @param {SubmitEvent} e */
    async onsubmit(e) {
      e.preventDefault();
      go.disabled = true;
      try {
        ctx.link(await ctx.call('create', { name: name.value }), true);
      } catch (err) {
        go.disabled = false;
        complain(err);
      }
    },
  }, h('h3', { id: 'new-title' }, t('newTitle')), field(t('newLabel'), name, t('newHint')), h('div', null, go));
}
