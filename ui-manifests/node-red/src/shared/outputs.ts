// Which outputs a node has, in which order, and where each wire goes when they change.
import type { Lang } from '@nodeline/client';
import type { Case, NodeModel, Outcome, Text } from './model.js';

/** What a node holds: its properties, as the dialog stores them. */
export type Settings = Readonly<Record<string, unknown>>;

/** One output of a node as it is set now. */
export interface Port {
  /** Names the output, so that it keeps its wire when its place changes: "result", "button:<id of the choice>", "error". */
  id: string;
  outcome: Outcome;
  /** Of one choice of several. */
  choice?: { place: number; text: string };
}

/** The way out for whatever was chosen, where a message brings the choices. */
const answered: Text = { en: 'Answered', ru: 'Получен ответ' };

/** What a node does as it is set: its chooser and its switch pick one of its cases. */
export function caseOf({ chooser, switch: onOff, cases }: NodeModel, stored: Settings): Case {
  const id = chooser ? stored[chooser.param] ?? chooser.start : '';
  const on = onOff ? (stored[onOff.param] ?? onOff.start) === true : undefined;
  const found = cases.find((one) => one.id === id && (one.on === undefined || one.on === on)) ?? cases[0];
  if (!found) throw new Error('a node without a case');
  return found;
}

/** The outputs of a case, in order. Choices that a message brings leave by one output. */
export function portsOf(one: Case, stored: Settings): Port[] {
  return one.outcomes.flatMap((outcome): Port[] => {
    if (!outcome.perChoice) return [{ id: outcome.id, outcome }];
    const choices = choicesOf(one, outcome.perChoice, stored);
    if (!choices) return [{ id: outcome.id, outcome: { ...outcome, label: answered } }];
    return choices.map((item, i) => ({
      id: `${outcome.id}:${typeof item['id'] === 'string' && item['id'] ? item['id'] : `b${i + 1}`}`,
      outcome,
      choice: { place: i + 1, text: (item['textType'] ?? item['type'] ?? 'str') === 'str' ? String(item['text'] ?? '') : '' },
    }));
  });
}

/** The choices that a node holds; undefined where only a message tells them. */
function choicesOf(one: Case, param: string, stored: Settings): Settings[] | undefined {
  const held = stored[param];
  const field = one.fields.find((candidate) => candidate.param === param);
  if ((stored[`${param}Type`] ?? 'list') !== 'list') return undefined;
  const items = Array.isArray(held) ? (held as unknown[]).filter((item): item is Settings => typeof item === 'object' && item !== null) : [];
  // A person may have written none yet; but a template that was not picked from a list has some that it did not tell.
  return items.length > 0 || !field?.own ? items : undefined;
}

/** The label of an output: a choice's text where it is known, else its place. */
export function portLabel({ outcome, choice }: Port, lang: Lang): string {
  return choice?.text || outcome.label[lang].replace('{n}', String(choice?.place ?? ''));
}

/** The place of the output with an id; -1 where there is none. */
export function portAt(ports: readonly Port[], id: string): number {
  return ports.findIndex((port) => port.id === id);
}

/**
 * Where an outcome leaves at this moment. What has no output of its own any more, a
 * choice that was removed or an answer of another kind than is asked now, leaves by `other`.
 */
export function portFor(ports: readonly Port[], outcome: { kind: string; answer?: { id: string } | undefined }): number {
  const { kind, answer } = outcome;
  const own = kind === 'button' ? portAt(ports, `button:${answer?.id ?? ''}`) : -1;
  if (own >= 0) return own;
  const taking = ports.findIndex((port) => !port.choice && port.outcome.takes.includes(kind));
  return taking >= 0 ? taking : portAt(ports, 'other');
}

/**
 * The editor's map of a changed node: each old place to its new one, -1 where the
 * output is gone, and a key that is no number for each output that is new.
 */
export function mapOutputs(before: readonly string[], after: readonly string[]): Record<string, number> {
  const map: Record<string, number> = {};
  before.forEach((output, place) => { map[place] = after.indexOf(output); });
  after.forEach((output, place) => {
    if (!before.includes(output)) map[`new-${output}`] = place;
  });
  return map;
}

/** What a node sends to put one message out at one place. */
export function at<T>(place: number, message: T): (T | null)[] {
  const sent: (T | null)[] = new Array<T | null>(place + 1).fill(null);
  sent[place] = message;
  return sent;
}
