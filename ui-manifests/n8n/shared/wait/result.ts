import type { IDataObject } from 'n8n-workflow';
import type { Ask } from '../../generated/schema.gen';

/** Why an ask is taken for not answered without the sidecar's word. */
export const unconfirmed = 'sidecar_unreachable';

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
