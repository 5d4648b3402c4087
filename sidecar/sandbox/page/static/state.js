// @ts-check
// What the page knows, and how it is read again.
import { chatId, digits } from './api.js';
import { follow } from './live.js';

/** @typedef {{phone: string, chat: string}} Route digits, or a group's address; '' where nothing is chosen */

/** The place that the address names: #/phone/79123456789/chat/79000000001 @returns {Route} */
export function readRoute() {
  const found = /^#\/phone\/(\d+)(?:\/chat\/(\d+(?:@g\.us)?))?\/?$/.exec(location.hash);
  return { phone: found?.[1] ?? '', chat: found?.[2] ?? '' };
}

/** @param {string} [phone] @param {string} [chat] */
export function hrefOf(phone, chat) {
  if (!phone) return '#/';
  return chat ? `#/phone/${digits(phone)}/chat/${chatId(chat)}` : `#/phone/${digits(phone)}`;
}

/**
 * @param {() => import('./api.js').Api} api
 * @param {{changed: () => void, failed: (err: unknown, retry: () => void) => void}} on
 */
export function makeState(api, on) {
  /** @param {() => Promise<void>} read */
  const once = (read) => inTurn(read, on.changed, (err, retry) => {
    // While the stream is down, the strip at the top says so; it reads again when it is back.
    if (state.connected) on.failed(err, retry);
  });

  const state = {
    /** @type {import('./api.js').Phone[] | null} null: not read yet */
    phones: null,
    /** @type {Map<string, import('./api.js').Message[]>} by "phone/chat" */
    messages: new Map(),
    /** @type {import('./api.js').Code[]} */
    codes: [],
    /** @type {import('./api.js').Preset[] | null} null: not read yet */
    presets: null,
    /** @type {import('./api.js').Fault[]} */
    faults: [],
    connected: true,
    route: readRoute(),
    /** Typed and not sent yet, by "phone/chat". @type {Map<string, string>} */
    drafts: new Map(),
    /** Message ids that the composer quotes, by "phone/chat". @type {Map<string, string>} */
    quotes: new Map(),

    phone: () => state.phones?.find((p) => digits(p.phone) === state.route.phone),
    /** The open chat, as the interface names it. */
    otherSide: () => (state.route.chat.endsWith('@g.us') ? state.route.chat : `+${state.route.chat}`),
    key: () => `${state.route.phone}/${state.route.chat}`,
    /** @param {string} number */
    nameOf: (number) => state.phones?.find((p) => digits(p.phone) === digits(number))?.name ?? '',
    readPhones: once(async () => { state.phones = await api().phones(); }),
    readCodes: once(async () => { state.codes = await api().codes(); }),
    readPresets: once(async () => { state.presets ??= await api().presets(); }),
    readFaults: once(async () => { state.faults = await api().faults(); }),
    readChat: once(async () => {
      const { phone, chat } = state.route;
      if (phone && chat && state.phone()) state.messages.set(`${phone}/${chat}`, await api().messages(phone, chat));
    }),
    async readAll() {
      await state.readPhones();
      await Promise.all([state.readCodes(), state.readChat(), state.readFaults()]);
    },
    start,
  };

  /** @param {import('./api.js').Update} update */
  function take(update) {
    const { route } = state;
    if (update.kind === 'reset') { void state.readAll(); return; }
    if (update.kind === 'codes') { void state.readCodes(); return; }
    if (update.kind === 'faults') { void state.readFaults(); return; }
    const here = update.phone !== undefined && digits(update.phone) === route.phone;
    const open = here && (!update.chat || chatId(update.chat) === route.chat);
    if ((update.kind === 'message' || update.kind === 'status') && open) void state.readChat();
    void state.readPhones();
  }

  function start() {
    return follow({
      onopen() {
        state.connected = true;
        on.changed();
        void state.readAll();
      },
      onlost() {
        state.connected = false;
        on.changed();
      },
      onupdate: take,
    });
  }

  return state;
}

/**
 * Reads in turn: a call that comes while one is under way has it run once more.
 * @param {() => Promise<void>} read
 * @param {() => void} done
 * @param {(err: unknown, retry: () => void) => void} failed
 */
function inTurn(read, done, failed) {
  /** @type {Promise<void> | null} */
  let running = null;
  let again = false;
  return function run() {
    again = true;
    running ??= (async () => {
      try {
        while (again) {
          again = false;
          await read();
          done();
        }
      } catch (err) {
        failed(err, () => { void run(); });
      } finally {
        running = null;
      }
    })();
    return running;
  };
}

/** @typedef {ReturnType<typeof makeState>} State */
