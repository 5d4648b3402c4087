import type { Lang } from '@nodeline/client';

/** The language of the editor, as our texts know it. */
export function editorLang(): Lang {
  const i18n = (RED as unknown as { i18n?: { lang(): string } }).i18n;
  return i18n?.lang().toLowerCase().startsWith('ru') ? 'ru' : 'en';
}

/** Translates a key of a node's own catalogue. */
export type Translate = (key: string, values?: Record<string, string>) => string;
