// Ends open questions, however many there are, each once.
//
//   input -> which: listed anew, page by page -> ask.cancel each -> how many ended, saved
import { NodelineError, type Ask, type ParamsOf } from '@nodeline/client';
import type { Node } from 'node-red';
import { fail } from '../../shared/fail.js';
import type { Filling } from '../../shared/filling.js';
import { mustPass, noLine } from '../../shared/judge.js';
import type { Part } from '../../shared/operation.js';
import { at, portAt, portsOf, type Port } from '../../shared/outputs.js';
import type { Done, LineNode, Message, RED, Send } from '../../shared/red.js';
import { Saving } from '../../shared/saving.js';
import { StatusLight } from '../../shared/status.js';
import { openAsks } from '../../shared/waits/open.js';
import { askedBy } from './nodes.js';

/** Questions that are ended at the same time. */
const atOnce = 8;

/** What became of the questions. */
export interface Cancelled {
  /** How many ended by this. */
  cancelled: number;
  /** How many had ended meanwhile, and keep their outcomes. */
  ended: number;
  /** Ids of those that ended by this. */
  asks: string[];
  reason?: string;
}

/** Takes the messages of a cancel waits node. */
export class Canceller implements Part {
  readonly #red: RED;
  readonly #node: Node;
  readonly #line: LineNode | undefined;
  readonly #filling: Filling;
  readonly #saving: Saving;
  readonly #light: StatusLight;
  readonly #ports: Port[];

  constructor(RED: RED, node: Node, line: LineNode | undefined, filling: Filling) {
    this.#red = RED;
    this.#node = node;
    this.#line = line;
    this.#filling = filling;
    this.#saving = new Saving(RED, node, filling);
    this.#light = new StatusLight(RED, node, line);
    this.#ports = portsOf(filling.case, {});
  }

  input(msg: Message, send: Send, done: Done): void {
    const sending = this.#light.sending();
    this.#cancel(msg).then((next) => {
      sending.ended('common.status.done');
      send(at(portAt(this.#ports, 'result'), next));
      done();
    }, (error: NodelineError) => {
      sending.ended('common.status.error', false);
      fail(this.#node, portAt(this.#ports, 'error'), error, msg, send, done);
    });
  }

  close(): void {
    this.#light.close();
  }

  async #cancel(msg: Message): Promise<Message> {
    const line = this.#line;
    if (!line) throw noLine(this.#red);
    this.#saving.check(msg);
    const text = await this.#text('reason', msg);
    const reason = text ? { reason: text } : {};
    const result: Cancelled = { cancelled: 0, ended: 0, asks: [], ...reason };
    const end = async (id: string) => {
      const { state } = await line.call('ask.cancel', { line: line.line, id, ...reason });
      if (state !== 'cancelled') result.ended++;
      else result.asks.push(id);
    };
    const which = await this.#which(line, msg, reason);
    for (let i = 0; i < which.length; i += atOnce) await Promise.all(which.slice(i, i + atOnce).map(end));
    result.cancelled = result.asks.length;
    return this.#saving.put(msg, result);
  }

  /** Ids of the questions that are meant. */
  async #which(line: LineNode, msg: Message, reason: { reason?: string }): Promise<string[]> {
    const filling = this.#filling;
    const judged = async (params: Record<string, unknown>) => {
      await mustPass(this.#red, this.#node, line, 'ask.cancel', { line: line.line, id: 'any', ...reason, ...params });
    };
    await judged({});
    switch (filling.case.id) {
      case 'one': {
        const { id } = await filling.params(msg) as Partial<ParamsOf<'ask.cancel'>>;
        await judged({ id });
        return [String(id)];
      }
      case 'chat': return ids(openAsks(line, { chat: await this.#needed('chat', msg) }, 'everybody'));
      case 'item': return ids(openAsks(line, { item: await this.#needed('item', msg) }, 'everybody'));
      case 'nodes': {
        // Inside a subflow Node-RED takes a list of one for the id of a node, and puts the id of its use there.
        const nodes = [await filling.own('waitNodes', msg) ?? []].flat().map(String);
        if (nodes.length === 0) throw this.#missing('waitNodes');
        return ids(openAsks(line, {}), askedBy(this.#red, this.#node, nodes));
      }
      case 'line': return ids(openAsks(line, {}));
      default: throw new NodelineError('internal', `cancel waits does not know ${filling.case.id}`);
    }
  }

  /** A field that the request does not hold, as text; empty where it is blank. */
  async #text(param: string, msg: Message): Promise<string> {
    const value = await this.#filling.own(param, msg);
    if (value === undefined || typeof value === 'string' || typeof value === 'number') return String(value ?? '').trim();
    throw new NodelineError('invalid_request', this.#red._('common.error.not-text', { label: this.#filling.label(param) }), { field: param });
  }

  /** A field without which every question would be meant. */
  async #needed(param: string, msg: Message): Promise<string> {
    const value = await this.#text(param, msg);
    if (!value) throw this.#missing(param);
    return value;
  }

  #missing(param: string): NodelineError {
    return new NodelineError('invalid_request', this.#red._('common.error.blank', { label: this.#filling.label(param) }), {
      field: param, hint: this.#red._('common.error.nothing-cancelled'),
    });
  }
}

async function ids(asks: AsyncIterable<Ask>, meant: (ask: Ask) => boolean = () => true): Promise<string[]> {
  const found: string[] = [];
  for await (const ask of asks) if (meant(ask)) found.push(ask.id);
  return found;
}
