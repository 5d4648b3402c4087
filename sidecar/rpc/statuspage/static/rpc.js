// @ts-check
// Calls to the sidecar: /status.json for everyone, POST /rpc with a token.
import { explain } from './common/linking/failure.js';

/** @typedef {import('./common/linking/state.js').LineState} LineState */
/** @typedef {{id: string, name: string, state: LineState, phone?: string, region?: string, detail?: string, since: string, waiting: number, queued: number, paused: boolean, pausedAt?: string, pausedReason?: string, waits?: {kind: string, count: number, text: string}[]}} Line */
/** @typedef {{phone?: string, lid?: string, jid?: string}} Address */
/** @typedef {{id: string, line: string, chat: Address, state: string, status: string, buttons: {id?: string, text: string}[], createdAt: string, deadline: string}} Ask */
/** @typedef {'idle' | 'working' | 'retrying' | 'paused'} WebhookState */
/** @typedef {{id: string, line: string, name: string, url: string, state: WebhookState, waiting: number, dead: number, reason?: string, succeededAt?: string, nextTryAt?: string}} Webhook */
/** @typedef {{version: string, sandbox: boolean, since: string, storage: 'ok' | 'full' | 'failed' | 'damaged', counts: {lines: number, connected: number, waiting: number, queued: number}}} Status */

const KEPT = 'nodeline.token';

/** The token lives as long as this tab, and never in an address. */
export const token = {
  get: () => sessionStorage.getItem(KEPT) ?? '',
  /** @param {string} text */
  set: (text) => sessionStorage.setItem(KEPT, text),
  clear: () => sessionStorage.removeItem(KEPT),
};

/** An answer that is an error; code as in the sidecar, "" when it could not be reached. */
export class CallError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * @param {import('./common/ui.js').Translate} t
 * @param {import('./common/i18n.js').Lang} lang
 */
export function makeCalls(t, lang) {
  let id = 0;

  /** @param {string} url @param {RequestInit} init */
  async function fetchJSON(url, init) {
    let answer;
    try {
      answer = await fetch(url, { cache: 'no-store', ...init });
    } catch (err) {
      if (init.signal?.aborted) throw err;
      throw new CallError('', t('unreachable'));
    }
    const data = await answer.json().catch(() => null);
    if (data === null) throw new CallError(answer.status === 401 ? 'unauthorized' : '', t('oddAnswer', { status: answer.status }));
    return data;
  }

  /**
   * @param {string} method
   * @param {object} params
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  async function call(method, params, signal) {
    id += 1;
    const data = await fetchJSON('rpc', {
      method: 'POST', signal,
      headers: { 'Content-Type': 'application/json', 'Accept-Language': lang, Authorization: `Bearer ${token.get()}` },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
    });
    if (data.error) {
      const failure = data.error.data ?? { code: '', message: data.error.message };
      throw new CallError(failure.code, explain(failure));
    }
    return data.result;
  }

  return {
    call,
    /** @returns {Promise<Status>} */
    async status() {
      const data = await fetchJSON('status.json', { headers: { 'Accept-Language': lang } });
      if (data.error) throw new CallError('', data.error.message);
      return data;
    },
    /** @returns {Promise<Line[]>} */
    lines: async () => (await call('line.list', {})).lines ?? [],
    /** Open asks: those on their way, then those that wait. @param {string} line @returns {Promise<Ask[]>} */
    async asks(line) {
      const pages = await Promise.all(['sending', 'waiting'].map((state) => call('ask.list', { line, state, count: 200 })));
      return pages.flatMap((p) => p.asks ?? []);
    },
    /** None for a token that may only read. @param {string} line @returns {Promise<Webhook[]>} */
    async webhooks(line) {
      try {
        return (await call('webhook.list', { line })).webhooks ?? [];
      } catch (err) {
        if (err instanceof CallError && err.code === 'forbidden') return [];
        throw err;
      }
    },
  };
}

/** @typedef {ReturnType<typeof makeCalls>} Calls */
