// @ts-check
// The sandbox's HTTP interface: shapes, calls, errors as sentences.
import { worded } from './sentences.js';

/** @typedef {{id: number, name: string, online: boolean, linkedAt: string}} Device */
/** @typedef {{with: string, name: string, members: number, unread: number, last: string, at: string, typing?: boolean}} Chat members: 0 for a chat of two */
/** @typedef {{phone: string, also?: string, lid: string, name: string, online: boolean, devices: Device[], chats: Chat[], repeats: number}} Phone */
/**
 * A button, a list's row, or a poll's option (its id is its text). One that opens or
 * calls has no id.
 * @typedef {{id: string, text: string, description?: string, section?: string, url?: string, phone?: string}} Button
 */
/** @typedef {{jid: string, subject: string, description: string, members: {phone: string, name: string, admin: boolean}[]}} Group */
/** @typedef {{from: string, options: string[]}} Ballot what somebody chose in a poll */
/** @typedef {{id: string, text: string, fromMe: boolean}} Quoted */
/** @typedef {{from: string, emoji: string}} Reaction */
/**
 * @typedef {object} Message
 * @property {string} id
 * @property {string} chat E.164, or a group's address
 * @property {string} from E.164
 * @property {boolean} fromMe
 * @property {string} at RFC 3339
 * @property {'text' | 'buttons' | 'list' | 'poll' | 'answer' | 'file' | 'location' | 'contact' | 'notice' | 'unsupported'} kind
 * @property {string} [header]
 * @property {string} [body]
 * @property {string} [footer]
 * @property {Button[]} [buttons]
 * @property {string} [answered] id of the tapped button
 * @property {string} [listButton] what opens a list
 * @property {boolean} [multiple] several options of a poll may be chosen
 * @property {Ballot[]} [votes]
 * @property {{kind: string, mime: string, name: string, size: number, seconds: number, width: number, height: number}} [file] bytes, seconds, pixels
 * @property {{latitude: number, longitude: number, name: string, address: string}} [place]
 * @property {{name: string, phones: string[], about: string}[]} [contacts]
 * @property {{url: string, title: string, description: string}} [preview]
 * @property {boolean} [forwarded]
 * @property {Quoted} [quoted]
 * @property {'pending' | 'sent' | 'delivered' | 'read'} [status]
 * @property {boolean} [edited]
 * @property {Reaction[]} [reactions]
 * @property {boolean} visible false: a real phone shows nothing
 * @property {string} [note] why nothing shows
 */
/** @typedef {{ref: string, client: string, expiresAt: string, ready: boolean, phone?: string}} Code ready: its ref is enough to link; phone: a code is to be typed on it */
/** @typedef {{en: string, ru: string}} Words */
/** @typedef {{name: string, group: string, title: Words, effect: Words, rests: string, needsPhone: boolean}} Preset */
/** @typedef {{id: number, preset: string, phone: string, way: string, tag: string, do: string, hits: number, over: boolean}} Fault over: it will not strike any more */
/** @typedef {{seq: number, kind: string, phone?: string, chat?: string, message?: string}} Update */

/** Browsers do not name the codec of sound; Ogg is a voice note's. @param {string} type */
const voiced = (type) => (type === 'audio/ogg' ? 'audio/ogg; codecs=opus' : type || 'application/octet-stream');

/** The digits of a number, as addresses use them. @param {string} phone */
export const digits = (phone) => phone.replace(/\D/g, '');

/** A chat as addresses use it: the digits of a number, or a group's address whole. @param {string} chat */
export const chatId = (chat) => (chat.endsWith('@g.us') ? chat : digits(chat));

/**
 * @param {import('./common/ui.js').Translate} t
 * @param {import('./common/i18n.js').Lang} lang
 */
export function makeApi(t, lang) {
  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async function call(method, path, body) {
    /** @type {Response} */
    let answer;
    try {
      answer = await fetch(`api/${path}`, {
        method,
        headers: body === undefined ? {} : { 'Content-Type': body instanceof File ? voiced(body.type) : 'application/json' },
        body: body === undefined || body instanceof File ? body : JSON.stringify(body),
      });
    } catch {
      throw new Error(t('unreachable'));
    }
    const data = await answer.json().catch(() => null);
    if (answer.ok) return data ?? {};
    throw new Error(data && typeof data.error === 'string' ? worded(data.error, lang) : t('oddAnswer', { status: answer.status }));
  }
  /** @param {string} phone */
  const at = (phone) => `phones/${digits(phone)}`;

  return {
    /** @returns {Promise<Phone[]>} */
    phones: async () => (await call('GET', 'phones')).phones ?? [],
    /** @param {string} phone @param {string} name @returns {Promise<Phone>} */
    addPhone: (phone, name) => call('POST', 'phones', { phone, name }),
    /** @param {string} phone @param {string} chat @returns {Promise<Message[]>} */
    messages: async (phone, chat) => (await call('GET', `${at(phone)}/chats/${chatId(chat)}`)).messages ?? [],
    /** @param {string} phone @param {string} to @param {string} text @param {string} [quote] */
    send: (phone, to, text, quote) => call('POST', `${at(phone)}/send`, { to, text, ...(quote ? { quote } : {}) }),
    /** @param {string} phone @param {string} to @param {File} file @param {string} caption @param {string} as '' for what the file's type says */
    sendFile: (phone, to, file, caption, as) => call('POST', `${at(phone)}/files?${new URLSearchParams({ to, name: file.name, caption, as })}`, file),
    /** @param {string} phone @param {string} to @param {NonNullable<Message['place']>} place */
    location: (phone, to, place) => call('POST', `${at(phone)}/location`, { to, ...place }),
    /** @param {string} phone @param {string} to @param {string} name @param {string} number the contact's */
    contact: (phone, to, name, number) => call('POST', `${at(phone)}/contact`, { to, name, phones: [number] }),
    /** @param {string} phone @param {string} chat @param {string} message @param {string} button */
    tap: (phone, chat, message, button) => call('POST', `${at(phone)}/tap`, { chat, message, button }),
    /** @param {string} phone @param {string} chat @param {string} message @param {string[]} options the whole choice */
    vote: (phone, chat, message, options) => call('POST', `${at(phone)}/vote`, { chat, message, options }),
    /** @param {string} phone @param {string} chat @param {string} message @param {string} emoji '' to take it off */
    react: (phone, chat, message, emoji) => call('POST', `${at(phone)}/react`, { chat, message, emoji }),
    /** @param {string} phone @param {string} chat @param {string} message @param {string} text */
    edit: (phone, chat, message, text) => call('POST', `${at(phone)}/edit`, { chat, message, text }),
    /** @param {string} phone @param {string} chat @param {string} message */
    remove: (phone, chat, message) => call('POST', `${at(phone)}/delete`, { chat, message }),
    /** @param {string} phone @param {string} chat @param {string} message */
    play: (phone, chat, message) => call('POST', `${at(phone)}/play`, { chat, message }),
    /** @param {string} phone @param {string} to @param {boolean} video */
    call: (phone, to, video) => call('POST', `${at(phone)}/call`, { to, video }),
    /** @param {string} by @param {string} subject @param {string[]} members @returns {Promise<{jid: string}>} */
    newGroup: (by, subject, members) => call('POST', 'groups', { by, subject, members }),
    /** @param {string} jid @returns {Promise<Group | undefined>} */
    group: async (jid) => (await call('GET', 'groups')).groups.find((/** @type {Group} */ g) => g.jid === jid),
    /** @param {string} jid @param {string} by @param {{subject?: string, description?: string, add?: string[], remove?: string[]}} change @returns {Promise<Group>} */
    changeGroup: (jid, by, change) => call('POST', `groups/${jid}`, { by, ...change }),
    /** @param {string} phone @param {string} chat */
    read: (phone, chat) => call('POST', `${at(phone)}/read`, { chat }),
    /** @param {string} phone @param {boolean} online */
    online: (phone, online) => call('POST', `${at(phone)}/online`, { online }),
    /** @returns {Promise<Code[]>} */
    codes: async () => (await call('GET', 'codes')).codes ?? [],
    /** Makes a code one that can be picked. @param {string} qr */
    offer: (qr) => call('POST', 'codes', { qr }),
    /** @param {string} phone @param {{qr: string} | {ref: string} | {code: string}} code @returns {Promise<{device: number}>} */
    link: (phone, code) => call('POST', `${at(phone)}/link`, code),
    /** @param {string} phone @param {number} device */
    unlink: (phone, device) => call('DELETE', `${at(phone)}/devices/${device}`),
    /** @returns {Promise<Preset[]>} */
    presets: async () => (await call('GET', 'presets')).presets ?? [],
    /** @returns {Promise<Fault[]>} */
    faults: async () => (await call('GET', 'faults')).faults ?? [],
    /** @param {string} preset @param {string} phone '' for everyone */
    addPreset: (preset, phone) => call('POST', 'faults', { preset, ...(phone ? { phone } : {}) }),
    /** @param {number} id */
    clearFault: (id) => call('DELETE', `faults/${id}`),
    clearFaults: () => call('DELETE', 'faults'),
  };
}

/** @typedef {ReturnType<typeof makeApi>} Api */
