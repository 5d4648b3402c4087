// @ts-check
// The page's language: ?lang=, else the last choice, else the browser's (which
// is what it sends as Accept-Language), else English.

/** @typedef {'en' | 'ru'} Lang */
/** @typedef {string | {one: string, few?: string, many?: string, other: string}} Phrase */
/** @typedef {Record<string, Phrase>} Phrases */

const KEPT = 'nodeline.lang';

/** @returns {Lang} */
export function pickLang() {
  const asked = new URLSearchParams(location.search).get('lang');
  if (asked === 'en' || asked === 'ru') return asked;
  const kept = localStorage.getItem(KEPT);
  if (kept === 'en' || kept === 'ru') return kept;
  for (const tag of navigator.languages) {
    const base = tag.slice(0, 2).toLowerCase();
    if (base === 'en' || base === 'ru') return base;
  }
  return 'en';
}

/** Keeps the choice and puts it in the address, so that it can be passed on.
 * @param {Lang} lang */
export function keepLang(lang) {
  localStorage.setItem(KEPT, lang);
  const url = new URL(location.href);
  url.searchParams.set('lang', lang);
  history.replaceState(history.state, '', url);
}

/**
 * Gives the function that phrases are read with. `{name}` is replaced; the
 * form of a counted phrase is picked by `n`. An unknown key is an error.
 * @param {Record<Lang, Phrases>} texts
 * @param {Lang} lang
 */
export function translator(texts, lang) {
  const plural = new Intl.PluralRules(lang);
  const phrases = texts[lang];
  /**
   * @param {string} key
   * @param {Record<string, string | number>} [vars]
   * @returns {string}
   */
  return function t(key, vars = {}) {
    const phrase = phrases[key];
    if (phrase === undefined) throw new Error(`no text for ${key} in ${lang}`);
    const form = typeof phrase === 'string' ? phrase
      : /** @type {Record<string, string>} */ (phrase)[plural.select(Number(vars.n))] ?? phrase.other;
    return form.replace(/\{(\w+)\}/g, (whole, name) => (name in vars ? String(vars[name]) : whole));
  };
}

/**
 * Dates and times as people write them.
 * @param {Lang} lang
 */
export function clock(lang) {
  const tag = lang === 'ru' ? 'ru-RU' : 'en-GB';
  const time = new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const day = new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'long', year: 'numeric' });
  const short = new Intl.DateTimeFormat(tag, { day: '2-digit', month: '2-digit', year: '2-digit' });
  const near = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
  /** @param {Date} d */
  const midnight = (d) => new Date(d.getFullYear(), d.getMonth(), d.getDate()).getTime();
  /** @param {Date} d */
  const daysAgo = (d) => Math.round((midnight(new Date()) - midnight(d)) / 86_400_000);
  return {
    /** "14:05" @param {string | Date} at */
    time: (at) => time.format(new Date(at)),
    /** "Today", "Yesterday", "3 March 2026" @param {string | Date} at */
    day(at) {
      const ago = daysAgo(new Date(at));
      const text = ago === 0 || ago === 1 ? near.format(-ago, 'day') : day.format(new Date(at));
      return text.charAt(0).toUpperCase() + text.slice(1);
    },
    /** "14:05" today, "03/03/26" before @param {string | Date} at */
    brief: (at) => (daysAgo(new Date(at)) === 0 ? time : short).format(new Date(at)),
    /** "today, 14:05", "tomorrow, 09:00", "03/03/26, 14:05" @param {string | Date} at */
    full(at) {
      const ago = daysAgo(new Date(at));
      const text = Math.abs(ago) <= 1 ? near.format(-ago, 'day') : short.format(new Date(at));
      return `${text}, ${time.format(new Date(at))}`;
    },
    /** What stands after "since": "14:05", "03/03/26, 14:05" @param {string | Date} at */
    since(at) {
      const day = daysAgo(new Date(at)) === 0 ? '' : `${short.format(new Date(at))}, `;
      return day + time.format(new Date(at));
    },
    /** A calendar day's name to group by. @param {string | Date} at */
    dayKey(at) {
      const d = new Date(at);
      return `${d.getFullYear()}-${d.getMonth() + 1}-${d.getDate()}`;
    },
  };
}

/** "+7 912 345-67-89": groups of a phone number for reading; others as they are.
 * @param {string} phone E.164 */
export function showPhone(phone) {
  const ru = /^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(phone);
  return ru ? `+7 ${ru[1]} ${ru[2]}-${ru[3]}-${ru[4]}` : phone;
}
