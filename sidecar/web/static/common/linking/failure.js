// @ts-check
// What went wrong, in words.

/** @typedef {{code: string, message: string, hint?: string, issues?: {message: string}[]}} Failure */

/** Everything that a failure tells, as sentences. @param {Failure} failure */
export function explain(failure) {
  const issues = (failure.issues ?? []).map((i) => i.message);
  return [issues.length ? issues.join(' ') : failure.message, failure.hint].filter(Boolean).join(' ');
}
