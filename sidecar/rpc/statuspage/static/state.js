// @ts-check
// What the page knows. It is read again every few seconds while the page is looked at.
import { CallError, token } from './rpc.js';

/** Between two readings, milliseconds. */
const PAUSE = 2000;

/**
 * @param {() => import('./rpc.js').Calls} calls
 * @param {{changed: () => void, signedOut: (why: unknown) => void}} on
 */
export function makeState(calls, on) {
  let timer = 0;
  /** @type {Promise<void>} */
  let chain = Promise.resolve();

  const state = {
    /** @type {import('./rpc.js').Status | null} */
    status: null,
    /** @type {import('./rpc.js').Line[] | null} null: not read, or nobody is signed in */
    lines: null,
    /** @type {import('./rpc.js').Ask[]} */
    asks: [],
    /** @type {import('./rpc.js').Webhook[]} */
    webhooks: [],
    connected: true,
    signedIn: () => token.get() !== '',
    refresh,
    start() {
      document.addEventListener('visibilitychange', () => { if (!document.hidden) void refresh(); });
      void refresh();
    },
    signOut() {
      token.clear();
      state.lines = null;
      state.asks = [];
      state.webhooks = [];
      on.changed();
    },
  };

  /** Reads everything anew, after a reading that is under way. */
  function refresh() {
    clearTimeout(timer);
    chain = chain.then(read).then(() => {
      clearTimeout(timer);
      timer = setTimeout(() => { if (!document.hidden) void refresh(); }, PAUSE);
    });
    return chain;
  }

  async function read() {
    const used = token.get();
    try {
      state.status = await calls().status();
      if (used) {
        const lines = await calls().lines();
        const asks = (await Promise.all(lines.filter((l) => l.waiting > 0).map((l) => calls().asks(l.id)))).flat();
        const webhooks = (await Promise.all(lines.map((l) => calls().webhooks(l.id)))).flat();
        // Somebody signed out, or in with another token, while this was read.
        if (used !== token.get()) return;
        state.lines = lines;
        state.webhooks = webhooks;
        state.asks = asks.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
      }
      state.connected = true;
    } catch (err) {
      if (err instanceof CallError && err.code === 'unauthorized') {
        state.signOut();
        on.signedOut(err);
      } else if (!(err instanceof CallError) || err.code === '') {
        state.connected = false;
      }
    }
    on.changed();
  }

  return state;
}

/** @typedef {ReturnType<typeof makeState>} State */
