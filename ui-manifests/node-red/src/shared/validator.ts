import type { Issue, Lang, Method } from '@nodeline/client';

/** What the rules say of a request. */
export interface Verdict {
  /** Rules that refuse it. */
  issues: Issue[];
  /** What may go wrong, and does not stop it. */
  warnings: Issue[];
}

/** The rules, compiled to WebAssembly: the same in the sidecar, here and in the dialog. */
export interface Validator {
  judge(method: Method, params: unknown, lang: Lang): Verdict;
}
