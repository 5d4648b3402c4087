// What the settings dialog asks of the sidecar, through Node-RED: the browser
// needs no way to the sidecar, and tokens stay here. Every call carries the
// form's address, token and line, so that it works before Deploy.
import { callHttp, langOf, localError, NodelineError, type Lang, type Method, type ParamsOf, type ResultOf } from '@nodeline/client';
import type { Request, Response } from 'express';
import type { RED } from '../../shared/red.js';
import { environment, tokensFor, type Stored } from './access.js';

/** How long one look at linking waits for news, milliseconds. */
const pollMs = 20_000;

/** What the dialog sends. */
interface Form {
  url?: unknown;
  token?: unknown;
  plain?: unknown;
  lang?: unknown;
  line?: unknown;
  name?: unknown;
  since?: unknown;
  restart?: unknown;
}

/** One call of the dialog, with the form it came from. */
interface Call {
  form: Form;
  rpc<M extends Method>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>>;
}

type Action = (call: Call) => Promise<unknown>;

const text = (value: unknown) => (typeof value === 'string' ? value : '');

const actions: Record<string, Action> = {
  lines: ({ rpc }) => rpc('line.list', {}),
  create: ({ form, rpc }) => rpc('line.create', { name: text(form.name) }),
  link: ({ form, rpc }) => {
    const since = Number(form.since) || 0;
    return rpc('line.link', { line: text(form.line), restart: form.restart === true, since, waitMs: since > 0 && form.restart !== true ? pollMs : 0 });
  },
  unlink: ({ form, rpc }) => rpc('line.unlink', { line: text(form.line) }),
};

/** Serves the dialog's calls at /nodeline-line/<config node>/<action>. */
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

async function answer(req: Request, res: Response, action: Action, stored: Stored | undefined, expanded: (value: string) => string): Promise<void> {
  // JSON only: a foreign page cannot send it without being asked first.
  if (!req.is('application/json')) {
    res.status(415).json({ code: 'invalid_request', message: 'JSON expected' });
    return;
  }
  const form = (req.body ?? {}) as Form;
  const lang = langOf(text(form.lang));
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  const env = environment();
  const url = expanded(text(form.url)) || env.url;
  res.set('cache-control', 'no-store');
  try {
    const tokens = await tokensFor(text(form.token), url, stored, env);
    const rpc: Call['rpc'] = (method, params) =>
      firstAllowed(tokens, lang, (token) => callHttp({ url, token, lang, allowPlain: form.plain === true }, method, params, gone.signal));
    res.json(await action({ form, rpc }));
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
    case 'line_not_found': return 404;
    default: return 400;
  }
}
