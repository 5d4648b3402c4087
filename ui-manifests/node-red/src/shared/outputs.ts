// Which outputs a node has, in which order, and where each wire goes when they change.

/** One output, named so that it keeps its wire when its place changes. */
export type Output = 'yes' | 'no' | 'sent' | 'other' | 'no_answer' | 'cancelled' | 'error' | `button:${string}`;

/** What decides the outputs of a send-buttons node. */
export interface Choices {
  wait: boolean;
  buttons: readonly { id: string }[];
}

/** Outputs of a check-number node. */
export const checkOutputs: readonly Output[] = ['yes', 'no', 'error'];

/** Outputs of a send-text node, and of a send-buttons node that does not wait. */
export const sendOutputs: readonly Output[] = ['sent', 'error'];

/** Outputs of a send-buttons node: one per button, then the fixed ones. */
export function buttonOutputs({ wait, buttons }: Choices): Output[] {
  if (!wait) return [...sendOutputs];
  return [...buttons.map((button): Output => `button:${button.id}`), 'other', 'no_answer', 'cancelled', 'error'];
}

/**
 * The editor's map of a changed node: each old place to its new one, -1 where the
 * output is gone, and a key that is no number for each output that is new.
 */
export function mapOutputs(before: readonly Output[], after: readonly Output[]): Record<string, number> {
  const map: Record<string, number> = {};
  before.forEach((output, place) => { map[place] = after.indexOf(output); });
  after.forEach((output, place) => {
    if (!before.includes(output)) map[`new-${output}`] = place;
  });
  return map;
}

/** The place of an outcome at this moment. A button that is no longer there leaves by `other`. */
export function placeOf(outputs: readonly Output[], outcome: { kind: string; answer?: { id: string } | undefined }): number {
  const wanted = outcome.kind === 'button' ? `button:${outcome.answer?.id ?? ''}` : outcome.kind;
  const place = outputs.indexOf(wanted as Output);
  return place >= 0 || outcome.kind !== 'button' ? place : outputs.indexOf('other');
}

/** What a node sends to put one message out at one place. */
export function at<T>(place: number, message: T): (T | null)[] {
  const sent: (T | null)[] = new Array<T | null>(place + 1).fill(null);
  sent[place] = message;
  return sent;
}
