// The runtime of a node that does one thing for each message and goes on.
//
//   input -> fields -> judged -> files uploaded -> called -> settled, where it sends
//         -> result saved -> its output, or the error's
import { NodelineError, type Method, type ParamsOf, type SendResult } from '@nodeline/client';
import type { Node } from 'node-red';
import { codeOf, fail } from './fail.js';
import { Filling } from './filling.js';
import { mustPass, noLine } from './judge.js';
import { keyFor, withRetry } from './key.js';
import type { NodeModel } from './model.js';
import { at } from './outputs.js';
import { lineOf, type Done, type LineNode, type Message, type RED, type Send, type UserDef } from './red.js';
import { Saving } from './saving.js';
import { settleAll } from './settle.js';
import { StatusLight, type Sending } from './status.js';
import { Uploads } from './uploads.js';

/** Largest file that is taken into a message, bytes. */
const downloadMax = 50 << 20;

/** What a method gave. */
type Result = Record<string, unknown>;

/** What takes a node's messages. */
export interface Part {
  input(msg: Message, send: Send, done: Done): void;
  close(): void;
}

/** Registers a node that neither waits nor starts a flow. */
export function operationNode(RED: RED, model: NodeModel): void {
  partNode(RED, model.type, (node, def) => new Operation(RED, node, lineOf(RED, def), new Filling(RED, node, def, model)));
}

/** Registers a node whose messages one part takes. */
export function partNode(RED: RED, type: string, make: (node: Node, def: UserDef) => Part): void {
  function Constructor(this: Node, def: UserDef): void {
    RED.nodes.createNode(this, def);
    const part = make(this, def);
    this.on('input', (msg, send, done) => part.input(msg as Message, send, done));
    this.on('close', () => part.close());
  }
  RED.nodes.registerType(type, Constructor as never);
}

/** Does what a node's case says, once per message. */
export class Operation implements Part {
  readonly #red: RED;
  readonly #node: Node;
  readonly #line: LineNode | undefined;
  readonly #filling: Filling;
  readonly #saving: Saving;
  readonly #light: StatusLight;

  constructor(RED: RED, node: Node, line: LineNode | undefined, filling: Filling) {
    this.#red = RED;
    this.#node = node;
    this.#line = line;
    this.#filling = filling;
    this.#saving = new Saving(RED, node, filling);
    this.#light = new StatusLight(RED, node, line);
  }

  input(msg: Message, send: Send, done: Done): void {
    const { outcomes } = this.#filling.case;
    const key = keyFor(this.#node.id, msg);
    const sending = this.#light.sending();
    this.#perform(msg, key, sending).then(({ place, next }) => {
      sending.ended(`common.status.${this.#ending(place)}`);
      send(at(place, next));
      done();
    }, (error: NodelineError) => {
      sending.ended('common.status.error', false);
      const place = outcomes.findIndex(({ id }) => id === 'error');
      fail(this.#node, place, error, this.#filling.case.sends ? withRetry(this.#node.id, key, msg, error) : msg, send, done);
    });
  }

  close(): void {
    this.#light.close();
  }

  async #perform(msg: Message, key: string, sending: Sending): Promise<{ place: number; next: Message }> {
    const line = this.#line;
    if (!line) throw noLine(this.#red);
    this.#saving.check(msg);
    // All that can be wrong with the node's own fields is found before anything is done.
    const about = await this.#about(msg);
    const fetched = await this.#wantsFile(msg);
    const result = { ...(await this.#call(line, msg, key, sending)), ...about };
    const place = this.#placeOf(result);
    const next = await this.#saving.put(msg, result);
    if (fetched) next['payload'] = Buffer.from((await line.download(String(result['url']), downloadMax, sending.signal)).buffer);
    return { place, next };
  }

  async #call(line: LineNode, msg: Message, key: string, sending: Sending): Promise<Result> {
    const { method, line: ofLine, minted, sends, fields } = this.#filling.case;
    const uploads = new Uploads(this.#red, this.#filling.label(fields.find(({ control }) => control === 'files')?.param ?? ''));
    const params: Result = {
      ...(ofLine ? { line: line.line } : {}),
      ...(minted.includes('key') ? { key } : {}),
      ...(await this.#filling.params(msg, uploads.take)),
    };
    await mustPass(this.#red, this.#node, line, method as Method, params, fields);
    const request = await uploads.into(params, line, sending.signal);
    const result = await once(line, method as Method, request as ParamsOf<Method>, key, minted.includes('key'));
    return sends ? await settleAll(this.#red, line, result as unknown as SendResult, sending) as unknown as Result : result;
  }

  /** The item and the stage that it was done for, of a robot. */
  async #about(msg: Message): Promise<Result> {
    const about: Result = {};
    for (const { param, own } of this.#filling.case.fields) {
      if (!own || (param !== 'item' && param !== 'stage')) continue;
      const value = await this.#filling.own(param, msg);
      if (value !== undefined) about[param] = value;
    }
    return about;
  }

  /** Whether the file itself is fetched into the message. */
  async #wantsFile(msg: Message): Promise<boolean> {
    const wanted = this.#filling.case.fields.some(({ param }) => param === 'download') && await this.#filling.own('download', msg);
    return wanted === true || wanted === 'true';
  }

  /** The output that takes a result. */
  #placeOf(result: Result): number {
    const { outcomes } = this.#filling.case;
    const place = outcomes.findIndex(({ id, takes }) => (takes.length ? takes.includes(String(result['exists'])) : id === 'result'));
    if (place < 0) throw new NodelineError('internal', `no output takes ${String(result['exists'])}`);
    return place;
  }

  #ending(place: number): string {
    const { outcomes, sends } = this.#filling.case;
    const id = outcomes[place]?.id;
    return id === 'result' ? (sends ? 'sent' : 'done') : String(id);
  }
}

/**
 * Calls a method. Where an earlier try of the same message was taken, and this one asks for
 * something else (a file uploaded again, a moment in the text), the earlier one's state counts.
 */
async function once(line: LineNode, method: Method, params: ParamsOf<Method>, key: string, keyed: boolean): Promise<Result> {
  try {
    return await line.call(method, params) as unknown as Result;
  } catch (error) {
    if (!keyed || codeOf(error) !== 'idempotency_conflict') throw error;
    return await line.call('message.get', { line: line.line, key }) as unknown as Result;
  }
}
