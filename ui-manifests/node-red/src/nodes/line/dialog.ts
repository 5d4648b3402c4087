// What dialogs ask of the sidecar, through Node-RED: the browser needs no way to
// the sidecar, and tokens stay here. Every call carries the address, token and line
// of the form, so that it works before Deploy. All of it is for those who may edit:
// lists hold people's names and numbers, and a call goes where the form says.
import { callHttp, langOf, localError, NodelineError, type Lang } from '@nodeline/client';
import type { Request, Response } from 'express';
import type { RED } from '../../shared/red.js';
import { environment, tokensFor, type Stored } from './access.js';
import { actions, textOf, type Call, type Form } from './actions.js';

/** Serves dialogs' calls at /nodeline-line/<config node>/<action>. */
export function serveDialog(RED: RED, storedOf: (id: string) => Stored | undefined): void {
  for (const [name, action] of Object.entries(actions)) {
    RED.httpAdmin.post(`/nodeline-line/:id/${name}`, RED.auth.needsPermission('nodeline-line.write'), (req, res) => {
      void answer(req, res, action, storedOf(String(req.params['id'])), (value) => expand(RED, value));
    });
  }
}

/** A form may name environment variables, as every field of Node-RED's may. */
function expand(RED: RED, value: string): string {
  return value.includes('${') ? String(RED.util.evaluateNodeProperty(value, 'env', undefined as never, {}) ?? '') : value;
}

async function answer(req: Request, res: Response, action: (call: Call) => Promise<unknown>, stored: Stored | undefined, expanded: (value: string) => string): Promise<void> {
  // JSON only: a foreign page cannot send it without being asked first.
  if (!req.is('application/json')) {
    res.status(415).json({ code: 'invalid_request', message: 'JSON expected' });
    return;
  }
  const form = (req.body ?? {}) as Form;
  const lang = langOf(textOf(form.lang));
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  const env = environment();
  const url = expanded(textOf(form.url)) || env.url;
  res.set('cache-control', 'no-store');
  try {
    const tokens = await tokensFor(textOf(form.token), url, stored, env);
    const rpc: Call['rpc'] = (method, params) =>
      firstAllowed(tokens, lang, (token) => callHttp({ url, token, lang, allowPlain: form.plain === true }, method, params, gone.signal));
    res.json(await action({ form, lang, rpc }));
  } catch (thrown) {
    if (gone.signal.aborted) return;
    const error = thrown instanceof NodelineError ? thrown : localError('sidecar_unreachable', lang, thrown);
    res.status(statusOf(error)).json(error.toJSON());
  }
}

/** Makes a call with each token until one is allowed to. */
async function firstAllowed<T>(tokens: string[], lang: Lang, call: (token: string) => Promise<T>): Promise<T> {
  let refused: unknown;
  for (const token of tokens.length > 0 ? tokens : ['']) {
    try {
      return await call(token);
    } catch (error) {
      if (!(error instanceof NodelineError) || (error.code !== 'unauthorized' && error.code !== 'forbidden')) throw error;
      refused = error;
    }
  }
  if (tokens.length === 0) throw new NodelineError('unauthorized', noAccess[lang].message, { hint: noAccess[lang].hint });
  throw refused;
}

const noAccess: Record<Lang, { message: string; hint: string }> = {
  en: {
    message: 'This Node-RED has no access to the sidecar yet.',
    hint: 'Paste an admin token: the sidecar printed where it is kept when it started.',
  },
  ru: {
    message: 'У этого Node-RED ещё нет доступа к сервису.',
    hint: 'Вставьте токен администратора: при запуске сервис написал, где он хранится.',
  },
};

/** Node-RED's editor takes 401 for its own session, so the sidecar's 401 goes out as 424. */
function statusOf(error: NodelineError): number {
  switch (error.code) {
    case 'unauthorized': case 'forbidden': return 424;
    case 'sidecar_unreachable': case 'sidecar_silent': return 502;
    case 'line_not_found': case 'template_not_found': return 404;
    default: return 400;
  }
}
