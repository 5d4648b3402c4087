// @ts-check
// Where a line stands, in a word.
import { h } from '../dom.js';

/** @typedef {'unlinked' | 'linking' | 'connecting' | 'connected' | 'reconnecting' | 'replaced' | 'logged_out' | 'banned'} LineState */

/** How a state looks: good, moving by itself, waiting for a person, bad. @type {Record<LineState, string>} */
const moods = {
  unlinked: 'idle', linking: 'busy', connecting: 'busy', connected: 'good',
  reconnecting: 'busy', replaced: 'bad', logged_out: 'bad', banned: 'bad',
};

/** All states, as a legend lists them. */
export const states = /** @type {LineState[]} */ (Object.keys(moods));

/** @param {{t: import('../ui.js').Translate}} ctx @param {LineState} state */
export function badge(ctx, state) {
  return h('span', { class: `state ${moods[state] ?? 'idle'}`, 'data-test': 'line-state', 'data-state': state }, ctx.t(`state.${state}`));
}
