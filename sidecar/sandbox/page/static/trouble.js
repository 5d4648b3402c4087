// @ts-check
// "Network trouble": what goes wrong on purpose, for whom, and how often it struck.
import { h, keyed, setText } from './common/dom.js';
import { icon } from './common/icons.js';
import { showPhone } from './common/i18n.js';
import { field, openDialog, sentence } from './common/ui.js';

/** @typedef {import('./app.js').Context} Context */
/** @typedef {import('./api.js').Fault} Fault */
/** @typedef {import('./api.js').Preset} Preset */

const READ_EVERY = 1000;

/** The button in the page's head; it says how many troubles are on. @param {Context} ctx */
export function makeTrouble(ctx) {
  const { t, state } = ctx;
  const count = h('span', { class: 'badge amber', hidden: true, 'data-test': 'trouble-count' });
  const el = h('button', { type: 'button', class: 'button small', 'data-test': 'trouble-open', onclick: () => openTrouble(ctx) }, icon('warn'), h('span', { class: 'label' }, t('trouble')), count);
  function update() {
    const on = inForce(state.faults).filter((g) => !g.over).length;
    count.hidden = on === 0;
    setText(count, String(on));
    el.classList.toggle('troubled', on > 0);
    el.setAttribute('aria-label', on ? `${t('trouble')}: ${t('troubleOn', { n: on })}` : t('trouble'));
  }
  return { el, update };
}

/**
 * Faults by preset and phone, in the order in which they were switched on. A
 * fault that is of no preset stands alone.
 * @param {Fault[]} faults
 */
function inForce(faults) {
  /** @type {Map<string, {key: string, preset: string, phone: string, hits: number, over: boolean, ids: number[], first: Fault}>} */
  const groups = new Map();
  for (const f of faults) {
    const key = f.preset ? `${f.preset} ${f.phone}` : `fault ${f.id}`;
    const group = groups.get(key) ?? { key, preset: f.preset, phone: f.phone, hits: 0, over: true, ids: [], first: f };
    group.hits += f.hits;
    group.over = group.over && f.over;
    group.ids.push(f.id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** How many are on, if any. @param {number} n */
const amber = (n) => (n > 0 ? h('span', { class: 'badge amber' }, String(n)) : null);

/** @typedef {ReturnType<typeof inForce>[number]} Group faults that are in force together */

/** @param {Context} ctx @param {Group} g */
function titleOf({ lang, t, state }, g) {
  const preset = state.presets?.find((p) => p.name === g.preset);
  return preset ? preset.title[lang] : t('ownFault', { what: [g.first.way, g.first.tag, g.first.do].filter(Boolean).join(' ') });
}

/**
 * One trouble that is on, or is over and not forgotten yet.
 * @param {Context} ctx @param {Omit<Group, 'first'> & {title: string, who: string}} g @param {() => void} off
 */
const drawGroup = ({ t }, g, off) => h('li', { class: g.over ? 'fault over' : 'fault', 'data-test': 'fault', 'data-preset': g.preset },
  h('span', { class: 'fault-text' },
    h('strong', null, g.title),
    h('span', { class: 'small-text' }, `${g.who} · ${g.hits ? t('struck', { n: g.hits }) : t('notStruck')}${g.over ? `, ${t('faultOver')}` : ''}`)),
  h('button', { type: 'button', class: 'button small', 'aria-label': t('troubleOffNamed', { name: g.title }), 'data-test': 'fault-off', 'data-focus': 'off', onclick: off }, g.over ? t('faultForget') : t('troubleOff')));

/**
 * The presets by their groups, each with what is in force of it for a phone.
 * @param {Context['state']} state @param {Group[]} on @param {string} phone '': everyone
 */
function presetGroups(state, on, phone) {
  const presets = state.presets ?? [];
  return [...new Set(presets.map((p) => p.group))].map((name) => ({
    name,
    list: presets.filter((p) => p.group === name).map((preset) => {
      const here = on.filter((g) => g.preset === preset.name && (g.phone === phone || !g.phone)).map((g) => ({ ids: g.ids, over: g.over }));
      return { preset, here, on: here.some((g) => !g.over), barred: preset.needsPhone && !phone };
    }),
  }));
}

/**
 * A group of presets that folds.
 * @param {Context} ctx
 * @param {ReturnType<typeof presetGroups>[number]} g
 * @param {Set<string>} open names of the groups that are unfolded; kept up to date
 * @param {(preset: Preset, here: {ids: number[], over: boolean}[]) => void} flip
 */
const drawPresets = ({ lang, t }, g, open, flip) => h('details', {
  open: open.has(g.name), 'data-test': `group-${g.name}`,
  /** @param {Event} e */
  ontoggle(e) {
    if (/** @type {HTMLDetailsElement} */ (e.currentTarget).open) open.add(g.name);
    else open.delete(g.name);
  },
},
h('summary', { 'data-focus': 'summary' }, h('h3', null, t(`group.${g.name}`)), amber(g.list.filter((row) => row.on).length)),
h('ul', null, g.list.map((row) => h('li', null,
  h('button', {
    type: 'button', class: 'switch preset', role: 'switch', 'aria-checked': String(row.on), disabled: row.barred,
    'data-test': `preset-${row.preset.name}`, 'data-focus': row.preset.name, onclick: () => flip(row.preset, row.here),
  },
  h('span', { class: 'fault-text' },
    h('strong', null, row.preset.title[lang]),
    h('span', { class: 'muted small-text' }, row.barred ? `${t('needsPhone')} ${row.preset.effect[lang]}` : row.preset.effect[lang])),
  h('span', { class: 'knob', 'aria-hidden': 'true' }))))));

/** @param {Context} ctx */
function openTrouble(ctx) {
  const { t, state } = ctx;
  const whom = h('select', { 'data-test': 'trouble-whom', onchange: update });
  const rows = h('ul', { class: 'faults' });
  const none = h('p', { class: 'empty', 'data-test': 'trouble-none' }, t('troubleNone'));
  const clear = h('button', { type: 'button', class: 'button small danger', 'data-test': 'trouble-clear', onclick: () => act(() => ctx.api().clearFaults()) }, t('troubleClear'));
  const groups = h('div', { class: 'presets' });
  /** Names of the groups of presets that are unfolded. @type {Set<string>} */
  const open = new Set();
  const complaint = h('p', { class: 'trouble', role: 'alert', hidden: true });
  const body = h('div', { class: 'dialog-body' },
    h('p', { class: 'muted' }, t('troubleLead')),
    h('section', { class: 'on-now', 'aria-label': t('troubleNow') }, h('div', { class: 'on-head' }, h('h3', null, t('troubleNow')), clear), rows, none),
    complaint, field(t('troubleWhom'), whom), groups);

  const timer = setInterval(() => { if (!document.hidden) void state.readFaults(); }, READ_EVERY);
  const stop = ctx.onchange(update);
  openDialog({ title: t('trouble'), closeLabel: t('close'), body, name: 'trouble', onclose: () => { clearInterval(timer); stop(); } });
  void state.readPresets();
  void state.readFaults();

  /** @param {() => Promise<unknown>} change */
  async function act(change) {
    complaint.hidden = true;
    try {
      await change();
    } catch (err) {
      complaint.textContent = sentence(err);
      complaint.hidden = false;
    }
    await state.readFaults();
  }

  /** @param {number[]} ids */
  const off = (ids) => act(() => Promise.all(ids.map((id) => ctx.api().clearFault(id))));

  /** @param {Preset} preset @param {{ids: number[], over: boolean}[]} here what is in force of it */
  function flip(preset, here) {
    const ids = here.flatMap((g) => g.ids);
    if (here.some((g) => !g.over)) return off(ids);
    return act(async () => {
      await Promise.all(ids.map((id) => ctx.api().clearFault(id)));
      await ctx.api().addPreset(preset.name, whom.value);
    });
  }

  /** @param {string} phone */
  const who = (phone) => (phone ? state.nameOf(phone) || showPhone(phone) : t('everyone'));

  function update() {
    const on = inForce(state.faults);
    none.hidden = on.length > 0;
    clear.hidden = on.length === 0;
    keyed(rows, on.map((g) => ({ ...g, first: g.preset ? null : g.first, title: titleOf(ctx, g), who: who(g.phone) })), (g) => g.key, (g) => drawGroup(ctx, g, () => off(g.ids)));
    keyed(whom, [{ phone: '', text: t('everyone') }, ...(state.phones ?? []).map((p) => ({ phone: p.phone, text: p.name ? `${p.name} · ${showPhone(p.phone)}` : showPhone(p.phone) }))],
      (o) => o.phone || 'all', (o) => h('option', { value: o.phone, selected: o.phone === whom.value }, o.text));
    keyed(groups, presetGroups(state, on, whom.value), (g) => g.name, (g) => drawPresets(ctx, g, open, flip));
  }

  update();
}
