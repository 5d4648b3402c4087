// @ts-check
// What of a help panel is not written for its node alone. <!-- lists --> is what the node
// takes, its outputs and what it puts into the message, of src/generated/help.gen.json;
// <!-- part: waiting --> is of src/locales/help/, the same in the panels of several nodes.
import { readFile } from 'node:fs/promises';

/** @typedef {{ en: string, ru: string }} Text */
/** @typedef {{ name: string, label?: Text, type: Text, help: Text, required?: boolean, start?: string, max?: number,
 *   values?: string[], members?: (string | Row)[], more?: boolean, cases?: Text[] }} Row */
/** @typedef {{ label: Text, help: Text }} Port */
/** @typedef {{ help: Text, does?: { label: Text, choices: { title: Text, help: Text }[] }, switch?: Port,
 *   inputs: Row[], outputs: { ports: Port[], cases?: Text[] }[], gives: Row[] }} Help */

const marker = '<!-- lists -->';

const words = {
  en: {
    inputs: 'Inputs', more: 'More options', outputs: 'Outputs', gives: 'In the message',
    upTo: (/** @type {number} */ max) => `Up to ${max} characters.`,
    of: 'One of', holds: 'Holds', begins: (/** @type {string} */ start) => `By default <code>${start}</code>.`,
    rest: 'Everything else in the message stays as it came.',
  },
  ru: {
    inputs: 'Вход', more: 'Дополнительно', outputs: 'Выходы', gives: 'В сообщении',
    upTo: (/** @type {number} */ max) => `Не больше ${max} символов.`,
    of: 'Одно из', holds: 'Внутри', begins: (/** @type {string} */ start) => `По умолчанию <code>${start}</code>.`,
    rest: 'Остальное в сообщении остаётся каким было.',
  },
};

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const coded = (/** @type {string[]} */ names) => names.map((name) => `<code>${escaped(name)}</code>`).join(', ');

/**
 * A node's help, whole.
 * @param {string} page as it is written by hand @param {Help | undefined} help of the node, if it has lists @param {string} locale "en-US", "ru"
 */
export async function helpPage(page, help, locale) {
  if (page.includes(marker) && !help) throw new Error('a help page wants lists, and there are none for its node');
  const whole = help ? page.replace(marker, () => lists(help, locale === 'ru' ? 'ru' : 'en')) : page;
  return withParts(whole, locale);
}

/** @param {string} page @param {string} locale @returns {Promise<string>} */
async function withParts(page, locale) {
  const [mark, name] = /<!-- part: ([a-z]+) -->/.exec(page) ?? [];
  if (!mark) return page;
  const part = await readFile(new URL(`src/locales/help/${name}.${locale}.html`, import.meta.url), 'utf8');
  return withParts(page.replace(mark, () => part.trimEnd()), locale);
}

/** @param {Help} help @param {'en' | 'ru'} lang */
function lists(help, lang) {
  const { does, inputs, outputs, gives } = help;
  const say = words[lang];
  const first = inputs.filter(({ more }) => !more);
  const more = inputs.filter((row) => row.more);
  return [
    does && `<h3>${escaped(does.label[lang])}</h3>`,
    does && `<ul>\n${does.choices.map(({ title, help: what }) => `<li><b>${escaped(title[lang])}</b>. ${escaped(what[lang])}</li>`).join('\n')}\n</ul>`,
    help.switch && `<p><b>${escaped(help.switch.label[lang])}</b>. ${escaped(help.switch.help[lang])}</p>`,
    first.length && `<h3>${say.inputs}</h3>`,
    properties(first, lang),
    more.length && `<h3>${say.more}</h3>`,
    properties(more, lang),
    `<h3>${say.outputs}</h3>`,
    ...outputs.map(({ ports, cases }) => `${only(cases, lang, 'p')}<ol class="node-ports">\n${ports.map((port) => `<li>${escaped(port.label[lang])}: ${escaped(port.help[lang])}</li>`).join('\n')}\n</ol>`),
    `<h3>${say.gives}</h3>`,
    properties(gives, lang),
    outputs.some(({ ports }) => ports.length > 1) && `<p>${say.rest}</p>`,
  ].filter(Boolean).join('\n');
}

/** @param {Row[]} rows @param {'en' | 'ru'} lang */
function properties(rows, lang) {
  if (!rows.length) return '';
  return `<dl class="message-properties">\n${rows.map((row) => property(row, lang)).join('\n')}\n</dl>`;
}

/** @param {Row} row @param {'en' | 'ru'} lang */
function property(row, lang) {
  const { name, label, type, help, required, start, max, values, members = [], cases } = row;
  const say = words[lang];
  const names = members.filter((member) => typeof member === 'string');
  const parts = members.filter((member) => typeof member !== 'string');
  const about = [
    only(cases, lang, 'i'),
    label && `<b>${escaped(label[lang])}.</b>`,
    escaped(help[lang]),
    max && say.upTo(max),
    values && `${say.of} ${coded(values)}.`,
    names.length && `${say.holds} ${coded(names)}.`,
    start && say.begins(start),
  ].filter(Boolean).join(' ');
  const inside = parts.map((part) => `<li>${member(part, lang)}</li>`).join('\n');
  return `<dt${label && !required ? ' class="optional"' : ''}>${escaped(name)} <span class="property-type">${escaped(type[lang])}</span></dt>\n`
    + `<dd>${about}${inside ? `\n<ul>\n${inside}\n</ul>\n` : ''}</dd>`;
}

/** @param {Row} row @param {'en' | 'ru'} lang */
function member({ name, type, help, members = [] }, lang) {
  const names = /** @type {string[]} */ (members);
  return `<code>${escaped(name)}</code> <i>${escaped(type[lang])}</i>. ${escaped(help[lang])}${names.length ? ` ${words[lang].holds} ${coded(names)}.` : ''}`;
}

/** Which of a node's cases something belongs to. @param {Text[] | undefined} cases @param {'en' | 'ru'} lang @param {string} tag */
const only = (cases, lang, tag) => (cases ? `<${tag}>${cases.map((title) => escaped(title[lang])).join('; ')}:</${tag}>` : '');
