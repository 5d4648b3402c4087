// The runtime's types as this package uses them.
import { langOf, type CallOptions, type FileToKeep, type Following, type Issue, type Lang, type Line, type MediaGetResult, type Method, type NodelineError, type ParamsOf, type Reader, type ResultOf, type Take } from '@nodeline/client';
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';

export type RED = NodeAPI;
export type Message = NodeMessageInFlow & Record<string, unknown>;
export type Done = (error?: Error) => void;
export type Send = (message: (Message | null)[]) => void;

/** Where the line's WhatsApp session stands. */
export type Session = Pick<Line, 'state' | 'paused' | 'phone' | 'trouble'>;

/** Where a line stands for the nodes that use it. */
export type LineView =
  /** It was never linked here: no line yet, or, as after an import, a line without its token. */
  | { at: 'unset'; lacks: 'line' | 'token' }
  | { at: 'connecting' }
  /** The sidecar is reached, and outcomes come. */
  | { at: 'ready'; session: Session }
  | { at: 'down'; error: NodelineError };

/** What a line's config node offers to the nodes that use it. */
export interface LineNode extends Node {
  readonly line: string;
  readonly host: string;
  readonly lang: Lang;
  readonly view: LineView;
  /** Calls the sidecar; while it is away the call waits for up to two minutes. */
  call<M extends Method>(method: M, params: ParamsOf<M>, options?: CallOptions): Promise<ResultOf<M>>;
  /** Judges a request by the same rules as the dialog and the sidecar. */
  judge(method: Method, params: unknown): Promise<{ issues: Issue[]; warnings: Issue[] }>;
  /**
   * Keeps a file on the sidecar, for a message of this line.
   * @throws {NodelineError} sidecar_unreachable at once where it is away
   */
  upload(file: Omit<FileToKeep, 'line'>, signal: AbortSignal): Promise<MediaGetResult>;
  /**
   * Fetches a file by its link.
   * @param most bytes
   * @throws {NodelineError}
   */
  download(link: string, most: number, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Takes the outcomes that belong to a node; returns what ends it. */
  take(node: string, take: Take): () => void;
  /** Reads the line's events; what ends it is done when none is on its way any more. */
  follow(following: Following, reader: Reader): () => Promise<void>;
  /** Tells where the line stands, now and at each change; returns what ends it. */
  watch(listener: (view: LineView) => void): () => void;
}

/** A node of ours that uses a line. */
export interface UserDef extends NodeDef {
  line: string;
}

/** The line of a node, or undefined where none was chosen. */
export function lineOf(RED: RED, def: UserDef): LineNode | undefined {
  return (RED.nodes.getNode(def.line) as LineNode | null) ?? undefined;
}

/** Whether anything is wired to an output. */
export function isWired(node: Node, place: number): boolean {
  const wires = (node as unknown as { wires?: string[][] }).wires;
  return (wires?.[place]?.length ?? 0) > 0;
}

/** The locale that Node-RED runs in: its setting `lang`, else the machine's. */
function localeOf(RED: RED): string {
  const set = (RED.settings as unknown as { lang?: string }).lang;
  return (set ?? process.env['LC_ALL'] ?? process.env['LANG'] ?? 'en').replace(/\..*$/, '').replace('_', '-');
}

/** The language of texts that the runtime writes. */
export function langOfRuntime(RED: RED): Lang {
  return langOf(localeOf(RED));
}
