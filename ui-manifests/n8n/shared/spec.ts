/**
 * How a node's parameters become a request and where it leaves, as data that the generator
 * writes from the catalogue (generated/*.gen.ts: `properties` and `operations`).
 *
 * A spec's key is what the person chose, joined by dots: of the Action
 * "message.sendText" (resource and operation), of the Robot "checkNumber" (operation),
 * of the Activity and of the Robot's wait "sendAndWait.buttons" (operation and `ask`),
 * of the Trigger "events".
 */
import type { Method } from '../generated/schema.gen';
import type { RequestSpec } from '../generated/spec.gen';

/** One way out of a node that waits or decides. */
export interface OutcomeSpec {
  id: 'no_answer' | 'choice' | 'answered' | 'other' | 'cancelled' | 'yes' | 'no' | 'unchecked';
  /** The output's label. Of perChoice: of a choice without a text, {n} is its place from 1. */
  label: string;
  /** The outcome kinds of an ask, or the values of `exists`, that leave here. */
  takes: readonly string[];
  /** One such output for each filled-in item of this fixedCollection, labelled by the item's `text`, in the order of `answer.index`. */
  perChoice?: { param: string; list: string; text: string };
}

/** One operation as a node offers it. */
export interface OperationSpec extends RequestSpec {
  /** Method of the RPC. */
  method: Method;
  /** What it does, for sentences: "Send a text message". */
  title: string;
  /** It is about a line: where the person chose none, the credential's. */
  line: boolean;
  /** Fields of the request that the node fills in by itself: "key", "id", "reply", "context", "name", "url". */
  minted: readonly string[];
  /** Parameters shown that are none of the request's, named as FieldSpec.param: "saveTo", "options.item", "download", ... */
  own: readonly string[];
  /** The ways out, `no_answer` first: there n8n's own timeout leads. The node puts its outputs in order. None: one output. */
  outcomes: readonly OutcomeSpec[];
  /** The request sends something, so that a failed or unknown result matters. */
  sends: boolean;
}
