// What a node's dialog lets people pick from the sidecar: chats, groups, templates.
import type { ChatListResult, GroupListResult, Template } from '@nodeline/client';
import type { TemplatePage } from '../nodes/line/actions.js';
import { AdminCalls, type Access, type Failure } from './admin-calls.js';
import { editorLang } from './lang.js';

/** A line's config node, as the editor holds it: deployed, or only filled in so far. */
interface ConfigNode {
  type: string;
  url?: string;
  line?: string;
  plain?: boolean;
  /** Absent once the editor has deployed it; `token` only while it is new. */
  credentials?: { token?: string; has_token?: boolean };
}

/** Node-RED's word for a password that is stored and not shown. */
const storedMark = '__PWRD__';

/**
 * Calls of one node's dialog, by the line that is chosen in it when a call is made.
 * Each fails as a {@link Failure}: `line_not_chosen` where there is no line, status
 * 401 or 403 for who may only look. Close it with the dialog.
 */
export class DialogApi extends AdminCalls {
  readonly #chosen: () => string;

  /** @param chosen id of the chosen config node; "" or "_ADD_" where none is */
  constructor(chosen: () => string) {
    super();
    this.#chosen = chosen;
  }

  /** One page of who wrote to the line, the last first; `before` is the `next` of the page before. */
  chats(search = '', before = ''): Promise<ChatListResult> {
    return this.#call('chats', { search, before });
  }

  /** One page of the account's groups, by subject. */
  groups(search = '', before = ''): Promise<GroupListResult> {
    return this.#call('groups', { search, before });
  }

  /** Approved templates by name, language or words, 50 at most. */
  templates(search = ''): Promise<TemplatePage> {
    return this.#call('templates', { search });
  }

  /** One template, its newest version. */
  template(name: string, language: string): Promise<Template> {
    return this.#call('template', { name, language });
  }

  async #call<T>(action: string, body: object): Promise<T> {
    const id = this.#chosen();
    const node = RED.nodes.node(id) as unknown as ConfigNode | null;
    if (node?.type !== 'nodeline-line') throw { status: 400, ...notChosen[editorLang()] } satisfies Failure;
    return this.post(id, action, { ...accessOf(node), line: node.line ?? '', ...body });
  }
}

function accessOf({ url, plain, credentials }: ConfigNode): Access {
  const token = credentials?.token ?? (credentials?.has_token === false ? '' : storedMark);
  return { url: url ?? '', token, plain: plain === true };
}

/** Not a code of the sidecar: it was never asked. */
const code = 'line_not_chosen' as Failure['code'];
const notChosen = {
  en: { code, message: 'No line is chosen.', hint: 'Choose a line at the top, or add one.' },
  ru: { code, message: 'Линия не выбрана.', hint: 'Выберите линию вверху или добавьте новую.' },
};
