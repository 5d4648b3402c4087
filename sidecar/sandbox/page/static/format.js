// @ts-check
// WhatsApp's marks in a text: *bold*, _italic_, ~strike~, `code`, ```block```,
// and links. The result is nodes: a text can never become markup.
import { h } from './common/dom.js';

/** @type {Record<string, 'strong' | 'em' | 's' | 'code'>} */
const tags = { '*': 'strong', _: 'em', '~': 's', '`': 'code' };
const word = /[\p{L}\p{N}_]/u;
const link = /https?:\/\/[^\s<>"'«»]+[^\s<>"'«».,;:!?)\]]/gu;

/**
 * Makes the nodes of a text.
 * @param {string} text
 * @returns {Node[]}
 */
export function rich(text) {
  const parts = text.split('```');
  // An unpaired mark is text.
  if (parts.length % 2 === 0) parts.push(`${parts.splice(-2, 1)[0]}\`\`\`${parts.pop()}`);
  return parts.flatMap((part, i) => {
    if (i % 2 === 0) return links(part);
    return part === '' ? [new Text('``````')] : [h('code', { class: 'block' }, part)];
  });
}

/** The text without its marks, in one line: for lists and quotes. @param {string} text */
export function plain(text) {
  return rich(text).map((node) => node.textContent).join('').replace(/\s+/g, ' ').trim();
}

/** Links are found first, so that a mark in an address stays there. @param {string} text @returns {Node[]} */
function links(text) {
  /** @type {Node[]} */
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(link)) {
    nodes.push(...marks(text.slice(from, found.index)));
    nodes.push(h('a', { href: found[0], target: '_blank', rel: 'noopener noreferrer' }, found[0]));
    from = found.index + found[0].length;
  }
  nodes.push(...marks(text.slice(from)));
  return nodes;
}

/** @param {string} text @returns {Node[]} */
function marks(text) {
  for (let i = 0; i < text.length; i += 1) {
    const tag = tags[text.charAt(i)];
    if (!tag) continue;
    const end = closing(text, i);
    if (end < 0) continue;
    const inside = text.slice(i + 1, end);
    const el = h(tag, null, tag === 'code' ? inside : marks(inside));
    return [...plainNode(text.slice(0, i)), el, ...marks(text.slice(end + 1))];
  }
  return plainNode(text);
}

/** @param {string} text @returns {Node[]} */
const plainNode = (text) => (text ? [new Text(text)] : []);

/**
 * Finds where a mark that opens at i closes, or -1. Both marks stand at the
 * edge of words, hold no space against the text, and stay on one line.
 * @param {string} text @param {number} i
 */
function closing(text, i) {
  const mark = text[i];
  if (i > 0 && (word.test(text.charAt(i - 1)) || text.charAt(i - 1) === mark)) return -1;
  if (i + 1 >= text.length || /\s/.test(text.charAt(i + 1)) || text.charAt(i + 1) === mark) return -1;
  for (let j = i + 2; j < text.length && text[j] !== '\n'; j += 1) {
    if (text[j] !== mark || /\s/.test(text.charAt(j - 1))) continue;
    const after = text[j + 1];
    if (after === undefined || after === '_' || !word.test(after)) return j;
  }
  return -1;
}
