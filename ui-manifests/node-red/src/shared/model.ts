// What the generator writes of each node, and the dialog and the runtime read.
import type { Method } from '@nodeline/client';

/** A text in each language. */
export interface Text {
  en: string;
  ru: string;
}

/** One value of a select. */
export interface Option {
  value: string;
  label: Text;
  help: Text;
}

/** How a field is drawn, and what its constant holds. */
export type Control =
  /** One line of text, several, a phone number, a chat; kind "str". */
  | 'text' | 'textarea' | 'phone' | 'chat'
  /** A whole number, kind "num". */
  | 'number'
  /** Kind "bool". */
  | 'boolean'
  /** One of `options`, or an array of them for `many`; kind "choice". */
  | 'select'
  /** A number of `<param>Unit` (seconds, minutes, hours, days); kind "num". */
  | 'duration'
  /** Several texts in one, separated as `split` says; kind "str". */
  | 'texts'
  /** A message: its id (kind "str"), or what came with it (kind "msg"). */
  | 'message'
  /** A message template, "name/language"; kind "template". */
  | 'template'
  /** Answers to choose from, each with a stable id that is its wire's name; kind "list". */
  | 'choices'
  /** Several fields together, once or `many` times; kind "list". */
  | 'group'
  /** Files: by link, of the message (a Buffer), or uploaded before; kind "list". */
  | 'files';

/** A value that is not of the node itself: where it comes from. */
export type Source = 'msg' | 'flow' | 'global' | 'env' | 'jsonata';

/** One field: a property of the node, and a place in the request. */
export interface Field {
  /** In the request, dots nest: "answer.kind". Of an item's field: within the item. Empty: the request itself. */
  path: string;
  /** Name of the node's property; `<param>Type` holds its kind. Of an item's field: within the item. */
  param: string;
  control: Control;
  label: Text;
  help: Text;
  /** What a person could type. */
  example?: string;
  /** The request is refused without it. */
  required?: boolean;
  /** The value that says the same as leaving the field out. */
  absent?: string | number | boolean;
  /** What a new node holds, where it is not blank; of a duration an amount of `startUnit`. */
  start?: string | number | boolean | string[];
  /** The kind of what a new node holds, where it is not the constant. */
  startType?: Source;
  startUnit?: 'seconds' | 'minutes' | 'hours' | 'days';
  /** Smallest number (of a duration seconds), or fewest items. */
  min?: number;
  /** Largest number (of a duration seconds), most items, or most Unicode code points. */
  max?: number;
  /** Of a select; none: the flow's own nodes that wait. */
  options?: Option[];
  /** A list: of select, of group. */
  many?: boolean;
  /** Of texts: what separates them beside a new line. */
  split?: 'commas' | 'lines';
  /** Shown among the options that a person unfolds. */
  more?: boolean;
  /** Shown only while each of these properties has one of these values. */
  when?: Record<string, readonly string[]>;
  /** Not part of the request: the node acts on it by itself. */
  own?: boolean;
  /** Of a group, of choices and of files: the fields of each item. */
  fields?: readonly Field[];
}

/** One output. */
export interface Outcome {
  /** "result", "yes", "no", "button" (one per choice), "answered", "other", "no_answer", "cancelled", "error". */
  id: string;
  /** {n} is the place of a choice that has no text. */
  label: Text;
  /** The outcome kinds of an ask, or the values of `exists`, that leave here. */
  takes: readonly string[];
  /** One such output for each item of this property. */
  perChoice?: string;
}

/** One thing that a node does. */
export interface Case {
  /** The chooser's value; empty where there is no chooser. */
  id: string;
  /** The state of the switch; absent where there is none. */
  on?: boolean;
  title: Text;
  help: Text;
  /** Method of the RPC; empty where the node does it by itself. */
  method: Method | '';
  /** The request names a line. */
  line: boolean;
  /** In the order shown. The line is not among them: it is a config node. */
  fields: readonly Field[];
  /** Fields of the request that the node fills in by itself. */
  minted: readonly string[];
  /** Fields that are always the same here: {"kind": "robot"}, {"kinds": ["line.state"]}. */
  fixed?: Readonly<Record<string, string | readonly string[]>>;
  /** In the order of the node's outputs, the error last. */
  outcomes: readonly Outcome[];
  /** The request sends something, so that a failed or unknown result matters. */
  sends: boolean;
}

/** Where a node stands in the palette. */
export type Category = 'WhatsApp triggers' | 'WhatsApp robots' | 'WhatsApp activities' | 'WhatsApp actions';

/** One node of the palette. */
export interface NodeModel {
  /** "nodeline-send-text". */
  type: string;
  category: Category;
  title: Text;
  help: Text;
  /** Chooses among cases by their ids: "What to do", "Ask with". */
  chooser?: { param: string; label: Text; help: Text; start: string };
  /** Chooses among cases by their `on`: "Wait for reply". */
  switch?: { param: string; label: Text; help: Text; start: boolean };
  cases: readonly Case[];
}
