// Draws what forms.ts makes: the bubbles of a customer's phone. Texts become text
// nodes, so that no text can become markup.
import type { Lang } from '@nodeline/client';
import type { Translate } from '../lang.js';
import type { FileKind } from './file-kind.js';
import type { Look } from './forms.js';
import { plainText, rich, type Rich } from './rich.js';

/** What drawing needs beside the looks. */
export interface Ink {
  lang: Lang;
  translate: Translate;
  /** Of each unknown value: where it comes from ("msg.payload.name"). */
  names: readonly string[];
}

type Child = Node | string | false | undefined;

const icons: Record<FileKind, string> = { image: 'fa-picture-o', video: 'fa-play', audio: 'fa-music', voice: 'fa-microphone', sticker: 'fa-smile-o', document: 'fa-file-text-o' };

/** One bubble. */
export function bubble(look: Look, ink: Ink): HTMLElement {
  const { file, place, contacts, card } = look;
  return el('div', 'nodeline-bubble', [
    el('div', 'nodeline-bubble-body', [
      file && el('div', `nodeline-file nodeline-file-${file.kind}`, [icon(icons[file.kind]), el('span', '', words(file.name || ink.translate(`common.preview.file.${file.kind}`), ink))]),
      place && placeCard(place, ink),
      ...(contacts ?? []).map((contact) => el('div', 'nodeline-card', [
        el('strong', '', [icon('fa-user'), ...words(contact.name, ink)]), ...contact.phones.map((phone) => el('span', '', words(phone, ink))), small(contact.about, ink)])),
      card && el('div', 'nodeline-card', [el('strong', '', words(card.title, ink)), card.description && el('span', '', words(card.description, ink)), small(hostOf(card.url), ink)]),
      look.header && el('div', 'nodeline-bubble-header', pieces(rich(look.header), ink)),
      look.body && el('div', 'nodeline-bubble-text', pieces(rich(look.body), ink)),
      look.footer && el('div', 'nodeline-bubble-footer', pieces(rich(look.footer), ink)),
    ]),
    choices(look, ink),
  ]);
}

/** What is said of a bubble to who does not see it. */
export function spoken(look: Look, { names, translate }: Ink): string {
  const read = (text: string) => plainText(text, names);
  const { file, place, contacts, card, call } = look;
  return [
    file && `${translate(`common.preview.file.${file.kind}`)} ${read(file.name)}`,
    place && `${translate('common.preview.place')} ${read(place.name)} ${read(place.address)}`,
    ...(contacts ?? []).map(({ name, phones, about }) => [name, ...phones, about].map(read).join(' ')),
    card && read(card.title), read(look.header), read(look.body), read(look.footer),
    look.listButton && read(look.listButton),
    ...look.choices.map(({ section, text, description }) => [section, text, description].filter(Boolean).map(read).join(', ')),
    ...look.links.map(({ text }) => read(text)), call && read(call.text),
  ].filter(Boolean).join('. ');
}

function choices(look: Look, ink: Ink): HTMLElement | undefined {
  if (look.kind === 'poll') {
    return el('div', 'nodeline-taps', [
      el('div', 'nodeline-bubble-footer', [ink.translate(look.multiple ? 'common.preview.poll-many' : 'common.preview.poll-one')]),
      ...look.choices.map(({ text }) => el('div', 'nodeline-row-option', [icon('fa-circle-o'), el('span', '', words(text, ink))])),
    ]);
  }
  if (look.kind === 'list') {
    return el('div', 'nodeline-taps', [
      el('div', 'nodeline-tap', [icon('fa-list-ul'), el('span', '', words(look.listButton ?? '', ink))]),
      el('div', 'nodeline-opened', look.choices.flatMap(({ section, text, description }) => [
        section && el('div', 'nodeline-section', words(section, ink)),
        el('div', 'nodeline-row-option', [el('span', '', words(text, ink)), small(description, ink)]),
      ])),
    ]);
  }
  if (look.kind !== 'buttons') return undefined;
  return el('div', 'nodeline-taps', [
    ...look.choices.map(({ text }) => el('div', 'nodeline-tap', [icon('fa-reply'), el('span', '', words(text, ink))])),
    ...look.links.map(({ text }) => el('div', 'nodeline-tap', [icon('fa-external-link'), el('span', '', words(text, ink))])),
    look.call && el('div', 'nodeline-tap', [icon('fa-phone'), el('span', '', words(look.call.text, ink))]),
  ]);
}

function placeCard(place: NonNullable<Look['place']>, ink: Ink): HTMLElement {
  const degrees = (n: number) => (Number.isNaN(n) ? '…' : `${n.toLocaleString(ink.lang, { maximumFractionDigits: 6 })}°`);
  return el('div', 'nodeline-card', [
    el('strong', '', [icon('fa-map-marker'), ...words(place.name || ink.translate('common.preview.place'), ink)]),
    place.address && el('span', '', words(place.address, ink)),
    small(`${degrees(place.latitude)}, ${degrees(place.longitude)}`, ink),
  ]);
}

const small = (text: string, ink: Ink) => (text ? el('span', 'nodeline-bubble-footer', words(text, ink)) : undefined);

/** A text in which WhatsApp reads no marks. */
function words(text: string, ink: Ink): Node[] {
  return text.split(/(\uE000\d+\uE001)/).filter(Boolean)
    .map((piece) => (piece.startsWith('\uE000') ? chip(Number(piece.slice(1, -1)), ink) : new Text(piece)));
}

function pieces(list: Rich[], ink: Ink): Node[] {
  return list.map((piece) => {
    if (typeof piece === 'string') return new Text(piece);
    if ('unknown' in piece) return chip(piece.unknown, ink);
    const made = el(piece.tag === 'block' ? 'code' : piece.tag === 'link' ? 'span' : piece.tag, '', pieces(piece.of, ink));
    if (piece.tag === 'block' || piece.tag === 'link') made.className = `nodeline-${piece.tag}`;
    return made;
  });
}

/** What a message will bring, by where it comes from. */
function chip(place: number, { names }: Ink): HTMLElement {
  const name = names[place] ?? '';
  const made = el('span', 'nodeline-brought', [[...name].length > 60 ? `${[...name].slice(0, 60).join('')}…` : name]);
  made.title = name;
  return made;
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

const icon = (name: string) => el('i', `fa ${name}`, []);

function el(tag: string, className: string, children: readonly Child[]): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const child of children) if (child) made.append(child);
  return made;
}
