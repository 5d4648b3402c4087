// A request as the message that the sidecar makes of it (sidecar/bridge: asked,
// templateMessage, drafts). The form in which it goes is chosen in forms.ts.
import { limits, type Lang, type Method, type Template, type TemplateContent } from '@nodeline/client';
import { guessKind, type FileKind } from './file-kind.js';

/** Something that can be chosen. */
export interface Choice {
  text: string;
  /** Of a list's row. */
  description: string;
  /** The title of a section that begins here; empty: the row goes on in that of the row before. */
  section: string;
}

/** A button that opens a page. */
export interface LinkButton {
  text: string;
  url: string;
}

/** A file, as far as it is known before it is fetched. */
export interface ShownFile {
  kind: FileKind;
  /** Empty: the name that the file comes with. */
  name: string;
}

/** One message, before its form is chosen. */
export interface Content {
  header: string;
  body: string;
  footer: string;
  choices: Choice[];
  /** What opens the list of choices. */
  list?: string;
  /** A poll by itself: whether several options may be chosen. */
  poll?: { multiple: boolean };
  links: LinkButton[];
  call?: { text: string; phone: string };
  file?: ShownFile;
  place?: { latitude: number; longitude: number; name: string; address: string };
  contacts?: { name: string; phones: string[]; about: string }[];
  card?: { url: string; title: string; description: string };
}

/** What is not in the request. */
export interface Known {
  /** The language of the sidecar's own words. */
  lang: Lang;
  /** Finds a template; undefined while it is not known. */
  template(name: string, language: string): Template | undefined;
}

type Fields = Record<string, unknown>;

/** The messages that a request sends, in order; undefined where it sends none that can be shown. */
export function contentsOf(method: Method | '', params: Fields, known: Known): Content[] | undefined {
  switch (method) {
    case 'message.sendText': return [{ ...plain(text(params['text'])), ...optional('card', cardOf(params['preview'])) }];
    case 'message.edit': return [plain(text(params['text']))];
    case 'message.send': return parcel(text(params['text']), params);
    case 'message.sendMedia': return parcel(text(params['caption']), params);
    case 'message.sendButtons': return [buttonsOf(params)];
    case 'message.sendList': return [listOf(params, known.lang)];
    case 'message.sendPoll': return [{ ...plain(trimmed(params['question'])), ...pollOptions(params) }];
    case 'message.sendTemplate': return templated(params, known);
    case 'message.ask': return askOf(params, known);
    case 'message.sendLocation': return [placeOf(params)];
    case 'message.sendContact': return [contactsOf(params)];
    default: return undefined;
  }
}

const plain = (body: string): Content => ({ header: '', body, footer: '', choices: [], links: [] });

const framed = (params: Fields): Content => ({ ...plain(text(params['body'])), header: trimmed(params['header']), footer: trimmed(params['footer']) });

function buttonsOf(params: Fields): Content {
  const link = fields(params['link']);
  const call = fields(params['call']);
  return {
    ...framed(params),
    choices: items(params['buttons']).map((item) => choice(item)),
    links: link ? [{ text: trimmed(link['text']), url: trimmed(link['url']) }] : [],
    ...optional('call', call && { text: trimmed(call['text']), phone: international(trimmed(call['phone'])) }),
  };
}

function listOf(params: Fields, lang: Lang): Content {
  return {
    ...framed(params),
    choices: items(params['rows']).map((item) => choice(item)),
    list: trimmed(params['listButton']) || { en: 'Choose', ru: 'Выбрать' }[lang],
  };
}

const pollOptions = (params: Fields) => ({ choices: items(params['options']).map((item) => choice(item)), poll: { multiple: params['multiple'] === true } });

/** A question: its choices say what it is; without any it is plain text. */
function askOf(params: Fields, known: Known): Content[] | undefined {
  if (params['template'] !== undefined) return templated(params, known);
  if (items(params['rows']).length > 0) return [listOf(params, known.lang)];
  if (items(params['options']).length > 0) return [{ ...framed(params), ...pollOptions(params) }];
  return [buttonsOf(params)];
}

function templated(params: Fields, known: Known): Content[] | undefined {
  const use = fields(params['template']);
  const template = use && known.template(text(use['name']), text(use['language']));
  if (!template) return undefined;
  const values = new Map(items(use['variables']).map((item) => [trimmed(fields(item)?.['name']), trimmed(fields(item)?.['value'])]));
  return [filled(template.content, values, trimmed(use['headerUrl']))];
}

/** A template with what stands in place of its variables; one without a value stays as it is written. */
function filled(template: TemplateContent, values: Map<string, string>, headerUrl: string): Content {
  const put = (words: string, encode = (value: string) => value) =>
    words.replace(/\{\{([^{}]*)\}\}/g, (whole, name: string) => (values.get(name) ? encode(values.get(name) ?? '') : whole));
  const header = template.header;
  const own = header?.image ?? header?.video ?? header?.document;
  const file = own && { kind: header?.image ? 'image' as const : header?.video ? 'video' as const : 'document' as const, name: lastPart(headerUrl || own) };
  return {
    header: put(header?.text ?? ''),
    body: put(template.body),
    footer: template.footer ?? '',
    choices: (template.buttons ?? []).map((button) => choice(button)),
    links: (template.links ?? []).map((link) => ({ text: link.text, url: put(link.url, inLink) })),
    ...optional('call', template.call && { text: template.call.text, phone: international(template.call.phone) }),
    ...optional('file', file || undefined),
  };
}

/** Escapes what would end a link in the middle of a value. */
const inLink = (value: string) => value.replace(/[\p{White_Space}\p{Cc}]/gu, (found) => encodeURIComponent(found));

/** A text with files: the text is the first one's caption where WhatsApp shows one, else a message before. */
function parcel(said: string, params: Fields): Content[] {
  const files = items(params['attachments']).map((item) => fileOf(item, params['as'] === 'document'));
  let caption = said.trim() === '' ? '' : said;
  const out: Content[] = [];
  const first = files[0];
  if (caption !== '' && (!first || !captioned(first.kind) || [...caption].length > limits.captionMax)) {
    out.push(plain(caption));
    caption = '';
  }
  for (const file of files) {
    out.push({ ...plain(caption), file });
    caption = '';
  }
  return out;
}

const captioned = (kind: FileKind) => kind === 'image' || kind === 'video' || kind === 'document';

function fileOf(item: unknown, asDocument: boolean): ShownFile {
  const file = fields(item);
  const url = trimmed(file?.['url']);
  const title = trimmed(file?.['title']);
  // An id names nothing to a customer; what a message brings is called by where it comes from.
  const brought = [file?.['data'], file?.['mediaId'], item].map(text).find((value) => /^\uE000\d+\uE001$/.test(value));
  const name = title || (url ? lastPart(url) : brought ?? '');
  return { kind: asDocument ? 'document' : guessKind(url || title), name };
}

/** The name of a file in an address. */
function lastPart(url: string): string {
  const last = url.replace(/[?#].*$/s, '').replace(/^[a-z]+:\/\/[^/]*/i, '').split('/').pop() ?? '';
  try {
    return decodeURIComponent(last) || url;
  } catch {
    return last;
  }
}

function placeOf(params: Fields): Content {
  const degrees = (value: unknown) => Number(trimmed(value).replace(',', '.') || Number.NaN);
  const place = { latitude: degrees(params['latitude']), longitude: degrees(params['longitude']), name: trimmed(params['name']), address: trimmed(params['address']) };
  return { ...plain(''), place };
}

function contactsOf(params: Fields): Content {
  const contacts = items(params['contacts']).map((item) => {
    const card = fields(item);
    return {
      name: trimmed(card?.['name'] ?? item),
      phones: items(card?.['phones']).map((phone) => international(trimmed(phone))),
      about: [trimmed(card?.['organisation']), trimmed(card?.['email'])].filter(Boolean).join(', '),
    };
  });
  return { ...plain(''), contacts };
}

function cardOf(value: unknown): Content['card'] {
  const card = fields(value);
  return card && { url: trimmed(card['url']), title: trimmed(card['title']), description: trimmed(card['description']) };
}

function choice(item: unknown): Choice {
  const of = fields(item);
  return { text: trimmed(of ? of['text'] : item), description: trimmed(of?.['description']), section: trimmed(of?.['section']) };
}

/** A number with + as E.164; without, the line's country says what it is, which is not known here. */
const international = (phone: string) => (/^\+[\d\s().-]+$/.test(phone) ? `+${phone.replace(/\D/g, '')}` : phone);

/** A list; what stands for a list that only a message brings is one item. */
function items(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'string' && value !== '' ? [value] : [];
}

const fields = (value: unknown): Fields | undefined =>
  (typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Fields : undefined);

const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');

/** White space around a value does not count, except around the words of a message. */
const trimmed = (value: unknown): string => text(value).replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '');

function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : { [key]: value } as Record<K, V>;
}
