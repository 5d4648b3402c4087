// What a dialog may ask for, each one call of the sidecar's: the settings of a line,
// and what the nodes' own dialogs let people pick.
import { NodelineError, type Lang, type Method, type ParamsOf, type ResultOf, type Template } from '@nodeline/client';

/** How long one look at linking waits for news, milliseconds. */
const pollMs = 20_000;

/** Most of a list that a dialog gets at once. */
const pageMax = 50;

/** How long a list may take, seconds: somebody is looking at the dialog. */
const listSeconds = 20;

/** What a dialog sends; every text of it is checked before it is used. */
export interface Form {
  url?: unknown;
  token?: unknown;
  plain?: unknown;
  lang?: unknown;
  line?: unknown;
  name?: unknown;
  language?: unknown;
  search?: unknown;
  before?: unknown;
  phone?: unknown;
  region?: unknown;
  since?: unknown;
  restart?: unknown;
}

/** One call of a dialog, with the form it came from. */
export interface Call {
  form: Form;
  lang: Lang;
  rpc<M extends Method>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>>;
}

/** Templates that match, at most as many as a dialog gets at once. */
export interface TemplatePage {
  templates: Template[];
  /** More match than are given. */
  more: boolean;
  sandbox: boolean;
}

export const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** Every action, by the last part of its address. */
export const actions: Record<string, (call: Call) => Promise<unknown>> = {
  lines: ({ rpc }) => rpc('line.list', {}),
  create: ({ form, rpc }) => rpc('line.create', { name: textOf(form.name) }),
  link: ({ form, rpc }) => {
    const since = Number(form.since) || 0;
    const restart = form.restart === true;
    const phone = textOf(form.phone);
    const waits = since > 0 && !restart && !phone;
    return rpc('line.link', { line: textOf(form.line), restart, since: waits ? since : 0, waitMs: waits ? pollMs : 0, ...(phone ? { phone } : {}) });
  },
  update: ({ form, rpc }) => {
    const region = textOf(form.region);
    return rpc('line.update', { line: textOf(form.line), name: textOf(form.name), ...(region ? { region } : {}) });
  },
  pause: ({ form, rpc }) => rpc('line.pause', { line: textOf(form.line) }),
  resume: ({ form, rpc }) => rpc('line.resume', { line: textOf(form.line) }),
  unlink: ({ form, rpc }) => rpc('line.unlink', { line: textOf(form.line) }),
  chats: async (call) => call.rpc('chat.list', listOf(call)),
  groups: async (call) => call.rpc('group.list', listOf(call)),
  templates,
  template: ({ form, rpc }) => rpc('template.get', { name: textOf(form.name), language: textOf(form.language) }),
};

/** One page of a list of the line's own. @throws {NodelineError} line_not_linked */
function listOf({ form, lang }: Call) {
  const line = textOf(form.line);
  if (!line) throw new NodelineError('line_not_linked', noLine[lang].message, { hint: noLine[lang].hint });
  const query = textOf(form.search).trim().slice(0, 100);
  const before = textOf(form.before);
  return { line, count: pageMax, timeLimit: listSeconds, ...(query ? { query } : {}), ...(before ? { before } : {}) };
}

/** Approved templates whose name, language or words hold what is looked for. */
async function templates({ form, rpc }: Call): Promise<TemplatePage> {
  const { templates: all, sandbox } = await rpc('template.list', { status: 'APPROVED' });
  const wanted = textOf(form.search).trim().toLowerCase();
  const found = all.filter(({ name, language, content }) => `${name}/${language}\n${content.body ?? ''}`.toLowerCase().includes(wanted));
  return { templates: found.slice(0, pageMax), more: found.length > pageMax, sandbox };
}

const noLine: Record<Lang, { message: string; hint: string }> = {
  en: { message: 'The line of this node is not linked yet.', hint: 'Open the line\'s settings and link it.' },
  ru: { message: 'Линия этого узла ещё не привязана.', hint: 'Откройте настройки линии и привяжите её.' },
};
