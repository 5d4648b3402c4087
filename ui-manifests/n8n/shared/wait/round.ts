import type { IDataObject, IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Ask } from '../../generated/schema.gen';
import { memoryOf } from './stack';

/** One item's question within a round. */
export interface Waiting {
  item: number;
  /** As the sidecar told it last; with its outcome, once that is known. */
  ask: Ask;
  /** The run of the node in which its item left: a repeated try of that run gives it again. */
  left?: number;
}

/** One run of a waiting node over its input. A loop makes several, each with its own. */
export interface Round {
  /** By the ask's id. */
  asks: Record<string, Waiting>;
  /** Items that could not be asked, and why. */
  refused: { item: number; problem: IDataObject; left?: number }[];
}

type Rounds = Record<string, Round>;

function roundsOf(ctx: IExecuteFunctions | IWebhookFunctions): Rounds {
  const memory: IDataObject = memoryOf(ctx, ctx.getNode()) ?? {};
  return (memory.nodelineRounds ??= {}) as unknown as Rounds;
}

/** A round by its name, kept with the execution. */
export const findRound = (ctx: IExecuteFunctions | IWebhookFunctions, name: string): Round | undefined => roundsOf(ctx)[name];

/** Keeps a new round, and none that is over. */
export function keepRound(ctx: IExecuteFunctions, name: string, round: Round): void {
  const rounds = roundsOf(ctx);
  for (const [other, { asks, refused }] of Object.entries(rounds)) {
    if ([...Object.values(asks), ...refused].every(({ left }) => left !== undefined)) delete rounds[other];
  }
  rounds[name] = round;
}

/** The questions that have no end yet. */
export const openOf = (round: Round): Waiting[] => Object.values(round.asks).filter(({ ask }) => !ask.outcome);

/** What is kept of an ask: all but where its outcome goes, which the node knows itself. */
export function kept(ask: Ask): Ask {
  const rest = { ...ask };
  delete rest.reply;
  return rest;
}

/**
 * Takes what the sidecar tells of an ask; an outcome stays as it was first told.
 * @returns whether it brought the outcome
 */
export function take(round: Round, told: Ask): boolean {
  const waiting = round.asks[told.id];
  if (!waiting || waiting.ask.outcome) return false;
  waiting.ask = kept(told);
  return told.outcome !== undefined;
}
