// The forms in which a message can reach a phone, and the one that goes first:
// the sidecar's own rules (sidecar/bridge: render.go, ladder.go), so that a
// preview says exactly what would be sent. A test sends every shape and compares.
import { limits, type Method } from '@nodeline/client';
import { contentsOf, type Choice, type Content, type Known, type LinkButton } from './content.js';

/** One bubble as the phone draws it. */
export interface Look extends Pick<Content, 'file' | 'place' | 'contacts' | 'card' | 'call'> {
  kind: 'text' | 'buttons' | 'list' | 'poll' | 'file' | 'location' | 'contact';
  header: string;
  body: string;
  footer: string;
  choices: Choice[];
  links: LinkButton[];
  /** Of a list. */
  listButton?: string;
  /** Of a poll. */
  multiple?: boolean;
}

/** How choices reach the customer. */
export type Form = 'native' | 'poll' | 'numbered';

/** Why a form goes first, or what else is to be said of it. */
export type Reason = 'auto' | 'chosen' | 'unfit' | 'written' | 'caption';

/** What a request shows on the phone. */
export interface Drawn {
  /** Without choices: the bubbles, in order. */
  looks: Look[];
  /** With choices: the same message in each form that can hold it; the one that goes first leads. */
  forms: { form: Form; look: Look; /** Its place among those that would be tried; -1: only if it is chosen. */ rung: number }[];
  /** Undefined where there is nothing to choose. */
  reason?: Reason;
}

/** What a request shows; undefined where it shows nothing. */
export function drawnOf(method: Method | '', params: Record<string, unknown>, known: Known): Drawn | undefined {
  const contents = contentsOf(method, params, known);
  const content = contents?.[0];
  if (!contents || !content) return undefined;
  if (!hasChoices(content)) {
    const free = method === 'message.ask' || method === 'message.sendTemplate';
    return { looks: contents.map((one) => bare(free ? { ...one, body: written(one), header: '', footer: '' } : one)), forms: [] };
  }
  if (content.file) return { looks: [bare({ ...content, body: written(content), header: '', footer: '' })], forms: [], reason: 'caption' };
  const ladder = ladderOf(content, params);
  const all: Form[] = [...ladder, ...(['numbered', 'poll', 'native'] as const).filter((form) => !ladder.includes(form) && fits(content, form))];
  return {
    looks: [],
    forms: all.map((form) => ({ form, look: formed(content, form), rung: ladder.indexOf(form) })),
    reason: reasonOf(content, params, ladder),
  };
}

const hasChoices = (content: Content) => content.choices.length > 0 || content.links.length > 0 || content.call !== undefined;

/** The forms that would be tried, in order. Numbered text is always the last. */
function ladderOf(content: Content, params: Record<string, unknown>): Form[] {
  const wanted = wishes(content, params);
  const ladder: Form[] = [];
  for (const form of wanted) {
    if (form === 'numbered') break;
    if (fits(content, form) && !ladder.includes(form)) ladder.push(form);
  }
  return [...ladder, 'numbered'];
}

/** What the request wants, the first first; none: as the line prefers, else numbered text. */
function wishes(content: Content, params: Record<string, unknown>): Form[] {
  const chosen = params['rendering'];
  if (chosen === 'native' || chosen === 'poll' || chosen === 'numbered') return content.poll && chosen === 'native' ? ['poll'] : [chosen];
  if (content.poll) return ['poll'];
  const preferred = params['renderings'];
  return Array.isArray(preferred) ? preferred.filter((form): form is Form => ['native', 'poll', 'numbered'].includes(form)) : [];
}

/** Whether a form has room for a message. */
function fits(content: Content, form: Form): boolean {
  if (form === 'numbered') return true;
  if (form === 'native') return content.poll === undefined;
  return content.links.length === 0 && content.call === undefined
    && content.choices.length >= limits.pollOptionsMin && content.choices.length <= limits.pollOptionsMax
    && [...question(content)].length <= limits.pollQuestionMax;
}

function reasonOf(content: Content, params: Record<string, unknown>, ladder: Form[]): Reason {
  const [first] = wishes(content, params);
  if (ladder[0] === 'numbered' && content.choices.length === 0) return 'written';
  if (first === undefined) return 'auto';
  return first === ladder[0] ? 'chosen' : 'unfit';
}

function formed(content: Content, form: Form): Look {
  const { header, body, footer, choices, links, call } = content;
  switch (form) {
    case 'numbered': return { kind: 'text', header: '', body: written(content), footer: '', choices: [], links: [] };
    case 'poll': return {
      kind: 'poll', header: '', body: question(content), footer: '', links: [], multiple: content.poll?.multiple ?? false,
      choices: choices.map((choice) => ({ text: choice.text + described(choice), description: '', section: '' })),
    };
    case 'native': return {
      kind: content.list === undefined ? 'buttons' : 'list', header, body, footer, choices, links,
      ...(content.list === undefined ? {} : { listButton: content.list }), ...(call ? { call } : {}),
    };
  }
}

/** A message without choices, as it is. */
function bare({ header, body, footer, file, place, contacts, card }: Content): Look {
  const kind = file ? 'file' : place ? 'location' : contacts ? 'contact' : 'text';
  return {
    kind, header, body, footer, choices: [], links: [],
    ...(file && { file }), ...(place && { place }), ...(contacts && { contacts }), ...(card && { card }),
  };
}

/** A message with a header, a footer or choices as plain text. */
export function written(content: Content): string {
  const lines: string[] = [];
  if (content.header) lines.push(mark(content.header, '*'));
  lines.push(content.body);
  if (hasChoices(content)) lines.push('');
  content.choices.forEach((choice, place) => {
    if (content.list !== undefined && choice.section) {
      if (place > 0) lines.push('');
      lines.push(mark(choice.section, '*'));
    }
    lines.push(`${place + 1}. ${choice.text}${content.list === undefined ? '' : described(choice)}`);
  });
  for (const link of content.links) lines.push(`${link.text}: ${link.url}`);
  if (content.call) lines.push(`${content.call.text}: ${content.call.phone}`);
  if (content.footer) lines.push('', mark(content.footer, '_'));
  return lines.join('\n').replace(/\n+$/, '');
}

/** The one text that a poll has room for. */
const question = ({ header, body, footer }: Content) => [header, body, footer].filter(Boolean).join('\n');

/** What stands behind a row's title. */
const described = ({ description }: Choice) => (description ? ` — ${description}` : '');

/** Each line in WhatsApp's bold or italic. Text that holds the sign itself stays plain. */
function mark(text: string, sign: string): string {
  if (text.includes(sign)) return text;
  return text.split('\n').map((line) => {
    const words = line.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '');
    return words ? sign + words + sign : line;
  }).join('\n');
}
