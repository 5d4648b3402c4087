/**
 * How a node's parameters become a request, as data that the generator writes from the
 * catalogue (generated/*.gen.ts: `properties` and `operations`).
 *
 * A spec's key is what the person chose, joined by dots: of the Action
 * "message.sendText" (resource and operation), of the Robot "checkNumber" (operation),
 * of the Activity and of the Robot's wait "sendAndWait.buttons" (operation and `ask`),
 * of the Trigger "events".
 */
import type { Method } from '../generated/schema.gen';

/** What a parameter holds, and so what becomes of it. */
export type Control =
  /** resourceLocator: the id of a line; blank is left out, and the caller finds the credential's line. */
  | 'line'
  /** resourceLocator: a phone number in any form, or the address of a chat or group. */
  | 'chat'
  /** resourceLocator: "name/language" of a template; gives `name` and `language` under the path. */
  | 'template'
  | 'text'
  /** A whole number, also as text. */
  | 'number'
  | 'boolean'
  /** One value of several; an array for `many`. */
  | 'select'
  /** An amount and, in `unit`, what it is counted in: whole seconds. */
  | 'duration'
  /** A list of texts: an array, or one text split by `split`. */
  | 'texts'
  /** A message: its id, or the item that a trigger, a send or an ask gave. */
  | 'message'
  /** A fixedCollection of one, or of `many`: `fields` are of each. */
  | 'group'
  /** As group of many, for files: by link, by an uploaded file's id, or binary data of the item. */
  | 'files';

/** What a duration is counted in. */
export type Unit = 'seconds' | 'minutes' | 'hours' | 'days';

/** One field of a request, and the parameter that fills it in. */
export interface FieldSpec {
  /** In the request, dots nest: "answer.kind". Of an item's field: within the item. Empty: the request itself. */
  path: string;
  /** Name of the parameter, dots reach into collections: "options.priority". Of an item's field: within the item. */
  param: string;
  control: Control;
  /** The field as the person sees it, for sentences. */
  label: string;
  /** The request is refused without it. */
  required?: boolean;
  /** The value that says the same as leaving the field out. */
  absent?: string | number | boolean;
  /** The parameter is there only while each of these parameters has one of these values. */
  when?: Record<string, readonly string[]>;
  /** Of a duration: the parameter with its Unit. */
  unit?: string;
  /** A list: of select, of group. */
  many?: boolean;
  /** Of texts: what separates them beside a new line. */
  split?: 'commas' | 'lines';
  /** Of a group: the fields of each item. */
  fields?: readonly FieldSpec[];
}

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
export interface OperationSpec {
  /** Method of the RPC. */
  method: Method;
  /** What it does, for sentences: "Send a text message". */
  title: string;
  /** It is about a line: where the person chose none, the credential's. */
  line: boolean;
  fields: readonly FieldSpec[];
  /** Fields of the request that the node fills in by itself: "key", "id", "reply", "context", "name", "url". */
  minted: readonly string[];
  /** Fields of the request that are always the same here: {"kind": "robot"}. */
  fixed?: Readonly<Record<string, string>>;
  /** Parameters shown that are none of the request's, named as FieldSpec.param: "saveTo", "options.item", "download", ... */
  own: readonly string[];
  /** The ways out, `no_answer` first: there n8n's own timeout leads. The node puts its outputs in order. None: one output. */
  outcomes: readonly OutcomeSpec[];
  /** The request sends something, so that a failed or unknown result matters. */
  sends: boolean;
}
