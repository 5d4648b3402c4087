import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Issue, Lang, Method } from '@nodeline/client';
import { loadValidator, type Validator } from '@nodeline/validator';

let loading: Promise<Validator> | undefined;

/** Judges a request in this process by validator.wasm, which lies beside the built nodes. */
export async function judge(method: Method, params: unknown, lang: Lang): Promise<{ issues: Issue[]; warnings: Issue[] }> {
  loading ??= readFile(path.join(__dirname, '..', '..', 'resources', 'validator.wasm')).then(loadValidator);
  return (await loading).judge(method, params, lang);
}
