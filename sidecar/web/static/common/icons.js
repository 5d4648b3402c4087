// @ts-check
import { s } from './dom.js';

/** Paths on a 24 x 24 field, drawn with the text's colour. @type {Record<string, string>} */
const paths = {
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  plus: 'M12 5v14M5 12h14',
  send: 'M4 12l16-8-6 16-3-7-7-1z',
  reply: 'M10 7L5 12l5 5M5 12h9a5 5 0 0 1 5 5v1',
  check: 'M5 13l4 4L19 7',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2',
  one: 'M5 13l4 4L19 7',
  two: 'M2 13l4 4 8-9M10 16l1 1 9-10',
  plane: 'M3 13l7-2V5a2 2 0 0 1 4 0v6l7 2v2l-7-1v4l2 2v1l-4-1-4 1v-1l2-2v-4l-7 1z',
  signal: 'M5 19v-3M10 19v-6M15 19V9M20 19V5',
  battery: 'M3 8h15v8H3zM21 11v2M6 11h7v2H6z',
  device: 'M4 5h16v10H4zM2 19h20',
  phone: 'M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2',
  chat: 'M4 5h16v11H9l-5 4z',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  warn: 'M12 4l9 16H3zM12 10v4M12 17v.5',
  info: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v6M12 7v.5',
  eyeoff: 'M4 4l16 16M9 6a10 10 0 0 1 13 6 12 12 0 0 1-3 4M6 8a12 12 0 0 0-4 4 10 10 0 0 0 14 5',
  down: 'M6 9l6 6 6-6',
  tap: 'M4 12h14M13 7l5 5-5 5',
  out: 'M10 5H5v14h14v-5M13 5h6v6M19 5l-9 9',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.5M4 12h.5M4 18h.5',
  circle: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z',
  copy: 'M8 8h11v12H8zM5 16V4h11',
  clip: 'M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 5 5l-8.5 8.5a1.7 1.7 0 0 1-2.5-2.5L14 8',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.5',
  mic: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4',
  smile: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 14a5 5 0 0 0 8 0M9 9v.5M15 9v.5',
  pin: 'M12 21c4-5 6-8 6-11a6 6 0 0 0-12 0c0 3 2 6 6 11zM12 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 21a8 8 0 0 1 16 0',
  video: 'M3 7h12v10H3zM15 11l6-3v8l-6-3',
  call: 'M6 3h3l2 5-2 2a12 12 0 0 0 5 5l2-2 5 2v3a2 2 0 0 1-2 2A16 16 0 0 1 4 5a2 2 0 0 1 2-2z',
  file: 'M6 3h8l5 5v13H6zM14 3v5h5',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 14h2M14 18v2M18 18h2v2h-2z',
};

/**
 * A picture beside a text that says the same; with a label it speaks for itself.
 * @param {string} name
 * @param {string} [label]
 */
export function icon(name, label) {
  const props = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' };
  return s('svg', { class: `icon icon-${name}`, viewBox: '0 0 24 24', ...props },
    label ? s('title', {}, label) : null, s('path', { d: paths[name] }));
}
