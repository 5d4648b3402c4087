import { NodelineError, readAddress } from '@nodeline/client';
import { editorLang } from '../../editor/lang.js';
import { LinkPanel } from './panel.js';

interface EditedLine {
  id: string;
  name: string;
  line: string;
  url: string;
  _(key: string, values?: Record<string, string>): string;
}

let panel: LinkPanel | undefined;

/** However the dialog ends, its polls end with it. */
function close(): void {
  panel?.close();
  panel = undefined;
}

RED.nodes.registerType('nodeline-line', {
  category: 'config',
  color: '#a8dfc0',
  icon: 'nodeline-line.svg',
  defaults: {
    name: { value: '' },
    url: { value: '', validate: urlRule },
    line: { value: '', required: true },
    plain: { value: false },
  } as never,
  credentials: { token: { type: 'password' } },
  label(this: unknown) {
    const node = this as EditedLine;
    return node.name || node.line || node._('node.title');
  },
  oneditprepare() {
    close();
    panel = new LinkPanel(this as never);
  },
  oneditsave: close,
  oneditcancel: close,
  oneditdelete: close,
});

/** What is wrong with an address; Node-RED takes a sentence from rules with two arguments only. */
function urlRule(value: unknown, opt: unknown): boolean | string {
  const text = String(value ?? '').trim();
  if (text === '' || text.includes('${')) return true;
  try {
    readAddress(text, editorLang(), true);
    return true;
  } catch (error) {
    return opt && error instanceof NodelineError ? `${error.message} ${error.hint ?? ''}` : false;
  }
}
