/**
 * How a node's parameters become a request, as data that the generator writes from the
 * catalogue. It is of no host in particular: a host says by `Label` what its labels are
 * (a text, or one in each language), and reads its parameters in its own way.
 */

/** What a parameter holds, and so what becomes of it. */
export type Control =
  /** The id of a line; blank is left out. */
  | 'line'
  /** A phone number in any form, or the address of a chat or group. */
  | 'chat'
  /** "name/language" of a template, or an object with both; gives `name` and `language` under the path. */
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
  /** A message: its id, or what a trigger, a send or an ask gave. */
  | 'message'
  /** Fields together, once or `many` times: `fields` are of each. */
  | 'group'
  /** As group of many, for files: each item's `from` says whether by link, by an uploaded file's id, or with its bytes. */
  | 'files';

/** What a duration is counted in. */
export type Unit = 'seconds' | 'minutes' | 'hours' | 'days';

/** One field of a request, and the parameter that fills it in. */
export interface FieldSpec<Label = string> {
  /** In the request, dots nest: "answer.kind". Of an item's field: within the item. Empty: the request itself. */
  path: string;
  /** Name of the parameter, dots reach into collections: "options.priority". Of an item's field: within the item. */
  param: string;
  control: Control;
  /** The field as the person sees it, for sentences. */
  label: Label;
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
  fields?: readonly FieldSpec<Label>[];
}

/** What of an operation's spec makes its request. */
export interface RequestSpec<Label = string> {
  fields: readonly FieldSpec<Label>[];
  /** Fields of the request that are always the same here: {"kind": "robot"}. */
  fixed?: Readonly<Record<string, string | readonly string[]>>;
}
