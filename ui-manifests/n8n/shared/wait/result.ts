import type { IDataObject } from 'n8n-workflow';
import type { Ask, Outcome } from '../../generated/schema.gen';
import type { Problem } from '../../generated/problem.gen';

/**
 * The end of an ask whose time is over, without the sidecar's word: not answered, and the
 * reason is why there is no word. Where the sidecar refuses the node's token it may well hold
 * an answer, so that is an error.
 * @param problem none: the sidecar answers, and does not know the ask
 */
export function unconfirmed(problem: Problem | undefined): Pick<Outcome, 'kind' | 'reason' | 'error'> {
  if (problem?.code === 'unauthorized' || problem?.code === 'forbidden') {
    return { kind: 'error', error: { ...problem, message: `Whether the customer answered is not known. ${problem.message}` } as Outcome['error'] };
  }
  return { kind: 'no_answer', reason: problem?.code ?? 'ask_not_found' };
}

const noAnswer = { text: '', id: '', index: 0, raw: '' };

/**
 * What leaves the node: `answer` (blank where nobody answered, so that conditions read it
 * always), `outcome` ({kind, reason?, undelivered?, at}), `chat`, and the `ask` itself.
 */
export function resultOf(ask: Ask): IDataObject {
  const { outcome, sandbox, chat, ...rest } = ask;
  const { answer, ...end } = outcome ?? {};
  return {
    answer: answer ?? noAnswer, outcome: end, chat,
    ...(ask.item ? { item: ask.item } : {}), ...(ask.stage ? { stage: ask.stage } : {}),
    sandbox, ask: rest,
  } as unknown as IDataObject;
}

/** What a human review of an AI agent's step reads: whether it was approved, or what was said instead. */
export function reviewOf(ask: Ask): IDataObject {
  const { kind, answer } = ask.outcome ?? {};
  return { approved: kind === 'button' && answer?.index === 1, ...(kind === 'other' && answer ? { chatInput: answer.text } : {}) };
}
