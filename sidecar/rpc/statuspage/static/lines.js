// @ts-check
// The lines: their state in words, linking, unlinking, removing, creating.
import { h, keyed } from './common/dom.js';
import { icon } from './common/icons.js';
import { showPhone } from './common/i18n.js';
import { confirmDialog, field, notice, openDialog, sentence } from './common/ui.js';
import { badge } from './common/linking/state.js';
import { openLink } from './link.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./rpc.js').Line} Line */

/** @param {Context} ctx */
export function makeLines(ctx) {
  const { t, state } = ctx;
  const rows = h('ul', { class: 'lines' });
  const empty = h('p', { class: 'empty', hidden: true }, t('noLines'));
  const el = h('section', { class: 'block', 'aria-labelledby': 'lines-title' },
    h('div', { class: 'block-head' },
      h('div', null, h('h2', { id: 'lines-title' }, t('lines')), h('p', { class: 'hint' }, t('linesHint'))),
      h('button', { type: 'button', class: 'button', 'data-test': 'new-line', onclick: () => createLine(ctx) }, icon('plus'), t('newLine'))),
    rows, empty);

  function update() {
    const lines = state.lines ?? [];
    empty.hidden = state.lines === null || lines.length > 0;
    keyed(rows, lines, (l) => l.id, (l) => lineCard(ctx, l));
  }
  return { el, update };
}

/** @param {Context} ctx @param {Line} line */
function lineCard(ctx, line) {
  const { t } = ctx;
  const linked = ['connecting', 'connected', 'reconnecting', 'replaced'].includes(line.state);
  const toLink = !linked || line.state === 'replaced';
  const linkText = line.state === 'linking' ? t('showCode') : line.state === 'unlinked' ? t('link') : t('linkAgain');
  return h('li', { class: 'line', 'data-test': `line-${line.id}` },
    h('div', { class: 'line-top' },
      h('div', { class: 'line-name' }, h('h3', null, line.name), h('code', { class: 'muted' }, line.id)),
      h('span', { class: 'line-state' }, badge(ctx, line.state),
        line.paused && h('span', { class: 'state busy', 'data-test': 'line-paused' }, t('paused')), h('span', { class: 'hint' }, t('since', { at: ctx.clock.since(line.since) })))),
    h('p', { class: 'line-detail', 'data-test': 'line-detail' }, line.detail || t(`help.${line.state}`)),
    line.paused && h('p', { class: 'hint', 'data-test': 'paused-why' },
      t(line.pausedReason ? 'pausedFor' : 'pausedSince', { at: ctx.clock.since(line.pausedAt ?? line.since), reason: line.pausedReason ?? '' })),
    h('dl', { class: 'facts' },
      line.phone && fact(t('phone'), showPhone(line.phone)),
      fact(t('asks'), line.waiting),
      fact(t('queued'), line.queued),
      line.region && fact(t('lineRegion'), line.region)),
    line.waits && h('ul', { class: 'waits', 'data-test': 'waits', 'aria-label': t('queued') },
      line.waits.map((w) => h('li', { 'data-kind': w.kind }, h('b', null, w.count), ' ', w.text))),
    h('div', { class: 'line-actions', role: 'group', 'aria-label': t('lineActions', { name: line.name }) },
      toLink && h('button', { type: 'button', class: 'button primary', 'data-test': 'link', 'data-focus': 'link', onclick: () => openLink(ctx, line) }, icon('qr'), linkText),
      linked && h('button', { type: 'button', class: 'button', 'data-test': line.paused ? 'resume' : 'pause', 'data-focus': 'pause', onclick: () => pause(ctx, line) }, t(line.paused ? 'resume' : 'pause')),
      linked && h('button', { type: 'button', class: 'button', 'data-test': 'unlink', 'data-focus': 'unlink', onclick: () => ask(ctx, line, 'unlink') }, t('unlink')),
      h('button', { type: 'button', class: 'button', 'data-test': 'remove', 'data-focus': 'remove', onclick: () => ask(ctx, line, 'remove') }, t('remove'))));
}

/** @param {string} name @param {string | number} value */
function fact(name, value) {
  return h('div', null, h('dt', null, name), h('dd', null, value));
}

/** Pauses a line, or resumes it: either is easily undone. @param {Context} ctx @param {Line} line */
async function pause(ctx, line) {
  try {
    await ctx.calls().call(line.paused ? 'line.resume' : 'line.pause', { line: line.id, ...(!line.paused && { reason: ctx.t('pausedHere') }) });
    await ctx.state.refresh();
  } catch (err) {
    notice(ctx.t, err, () => pause(ctx, line));
  }
}

/** @param {Context} ctx @param {Line} line @param {'unlink' | 'remove'} what */
function ask(ctx, line, what) {
  const { t } = ctx;
  confirmDialog({
    t, name: what, title: t(`${what}Title`, { name: line.name }), text: t(`${what}Text`), yes: t(what),
    act: async () => {
      await ctx.calls().call(`line.${what}`, { line: line.id });
      await ctx.state.refresh();
    },
  });
}

/** @param {Context} ctx */
function createLine(ctx) {
  const { t } = ctx;
  const name = h('input', { autocomplete: 'off', required: true, 'data-test': 'line-name' });
  const id = h('input', { autocomplete: 'off', spellcheck: 'false', autocapitalize: 'off', 'data-test': 'line-id' });
  const region = h('input', { autocomplete: 'off', spellcheck: 'false', autocapitalize: 'characters', size: '4', 'data-test': 'line-region' });
  const trouble = h('p', { class: 'trouble', role: 'alert', hidden: true, 'data-test': 'create-error' });
  const go = h('button', { class: 'button primary', 'data-test': 'create' }, t('create'));
  const form = h('form', {
    class: 'dialog-body',
    /** @param {SubmitEvent} e */
    async onsubmit(e) {
      e.preventDefault();
      go.disabled = true;
      try {
        const wanted = { name: name.value, ...(id.value.trim() && { id: id.value.trim() }), ...(region.value.trim() && { region: region.value.trim().toUpperCase() }) };
        const line = await ctx.calls().call('line.create', wanted);
        dialog.close();
        await ctx.state.refresh();
        openLink(ctx, line);
      } catch (err) {
        trouble.textContent = sentence(err);
        trouble.hidden = false;
        go.disabled = false;
      }
    },
  }, field(t('lineName'), name, t('lineNameHint')), field(t('lineId'), id, t('lineIdHint')), field(t('lineRegion'), region, t('lineRegionHint')), trouble,
  h('div', { class: 'dialog-foot' }, h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, t('cancel')), go));
  const dialog = openDialog({ title: t('newLine'), closeLabel: t('close'), body: form, name: 'new-line' });
  name.focus();
}
