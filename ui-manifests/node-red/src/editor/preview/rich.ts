// WhatsApp's marks in a text: *bold*, _italic_, ~strike~, `code`, ```block```, links;
// and the places where a message puts in what it brings. The rules are those of
// the sandbox's phone (sidecar/sandbox/page/static/format.js).

/** A piece of a text. */
export type Rich =
  | string
  | { tag: 'strong' | 'em' | 's' | 'code' | 'block' | 'link'; of: Rich[] }
  /** What a message brings: its place among the unknown values. */
  | { unknown: number };

const tags: Record<string, 'strong' | 'em' | 's' | 'code'> = { '*': 'strong', _: 'em', '~': 's', '`': 'code' };
const word = /[\p{L}\p{N}_]/u;
const link = /https?:\/\/[^\s<>"'«»]+[^\s<>"'«».,;:!?)\]]/gu;

// Characters of private use, which no one types, around the place of an unknown value.
const [opens, closes] = ['\uE000', '\uE001'];

/** What stands in a text for a value that only a message brings. */
export const placeholder = (place: number): string => `${opens}${place}${closes}`;

/** The pieces of a text. */
export function rich(text: string): Rich[] {
  const parts = text.split('```');
  // An unpaired mark is text.
  if (parts.length % 2 === 0) {
    const last = parts.pop() ?? '';
    parts.push(`${parts.pop() ?? ''}\`\`\`${last}`);
  }
  return parts.flatMap((part, place): Rich[] => {
    if (place % 2 === 0) return linked(part);
    return part === '' ? ['``````'] : [{ tag: 'block', of: leaves(part) }];
  });
}

/** The text that is read: without marks, unknown values by their names. */
export function plainText(text: string, names: readonly string[]): string {
  const flat = (pieces: Rich[]): string => pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    return 'unknown' in piece ? `{${names[piece.unknown] ?? ''}}` : flat(piece.of);
  }).join('');
  return flat(rich(text));
}

/** Links are found first, so that a mark in an address stays there. */
function linked(text: string): Rich[] {
  const out: Rich[] = [];
  let from = 0;
  for (const found of text.matchAll(link)) {
    out.push(...marked(text.slice(from, found.index)), { tag: 'link', of: leaves(found[0]) });
    from = found.index + found[0].length;
  }
  return [...out, ...marked(text.slice(from))];
}

function marked(text: string): Rich[] {
  for (let at = 0; at < text.length; at += 1) {
    const tag = tags[text.charAt(at)];
    const end = tag ? closing(text, at) : -1;
    if (!tag || end < 0) continue;
    const inside = text.slice(at + 1, end);
    return [...leaves(text.slice(0, at)), { tag, of: tag === 'code' ? leaves(inside) : marked(inside) }, ...marked(text.slice(end + 1))];
  }
  return leaves(text);
}

/** Text without marks, cut where unknown values stand. */
function leaves(text: string): Rich[] {
  return text.split(new RegExp(`(${opens}\\d+${closes})`)).filter(Boolean)
    .map((piece) => (piece.startsWith(opens) && piece.endsWith(closes) ? { unknown: Number(piece.slice(1, -1)) } : piece));
}

/**
 * Where a mark that opens closes, or -1. Both stand at the edge of words, hold no
 * space against the text, and stay on one line.
 */
function closing(text: string, opened: number): number {
  const mark = text[opened];
  if (opened > 0 && (word.test(text.charAt(opened - 1)) || text.charAt(opened - 1) === mark)) return -1;
  if (opened + 1 >= text.length || /\s/.test(text.charAt(opened + 1)) || text.charAt(opened + 1) === mark) return -1;
  for (let at = opened + 2; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] !== mark || /\s/.test(text.charAt(at - 1))) continue;
    const after = text[at + 1];
    if (after === undefined || after === '_' || !word.test(after)) return at;
  }
  return -1;
}
