// @ts-check
// A button that copies a text and says that it did.
import { h } from '../dom.js';
import { icon } from '../icons.js';

/** @param {{t: import('../ui.js').Translate}} ctx @param {string} text @param {string} label @param {string} name */
export function copyButton(ctx, text, label, name) {
  const copy = h('button', {
    type: 'button', class: 'button', 'data-test': name,
    onclick: async () => {
      await navigator.clipboard.writeText(text);
      copy.replaceChildren(icon('check'), ctx.t('copied'));
    },
  }, icon('copy'), label);
  return copy;
}
