// @ts-check
// Calls to the sidecar for this one page. What is asked stands in the page's address;
// the session's secret is in memory only.
import { explain } from './common/linking/failure.js';

/** @typedef {{session: string, host: string, signIn: boolean, sandbox: boolean}} Started */
/** @typedef {{id: string, name: string, phone?: string, state: import('./common/linking/state.js').LineState, detail?: string, usable: boolean}} Line */

/** An answer that is an error; code as the sidecar says it, "" when it could not be reached. */
export class CallError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** @param {import('./common/ui.js').Translate} t @param {import('./common/i18n.js').Lang} lang */
export function makeApi(t, lang) {
  /**
   * @param {string} action @param {object} params @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  return async function call(action, params, signal) {
    let answer;
    try {
      answer = await fetch(action, {
        method: 'POST', cache: 'no-store', signal, headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ session: session.secret, lang, params }),
      });
    } catch (err) {
      if (signal?.aborted) throw err;
      throw new CallError('', t('unreachable'));
    }
    const data = await answer.json().catch(() => null);
    if (data === null) throw new CallError('', t('oddAnswer', { status: answer.status }));
    if (data.error) throw new CallError(data.error.code ?? 'forbidden', explain(data.error.data ?? data.error));
    return data;
  };
}

/** @typedef {ReturnType<typeof makeApi>} Call */

/** The open session; '' before and after. */
export const session = {
  secret: '',
  /** Tells the sidecar that the window closes, so that nothing half done stays there. */
  leave() {
    if (!session.secret) return;
    navigator.sendBeacon('cancel', new Blob([JSON.stringify({ session: session.secret })], { type: 'application/json' }));
    session.secret = '';
  },
};
