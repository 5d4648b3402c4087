// Asks and lets go: the sidecar keeps the ask with a snapshot of the message, so
// the answer finds its way after a redeploy or a restart.
//
//   input -> message.ask (stored) -> done()
//   delivery of the outcome -> snapshot restored -> the answer's output -> acknowledged
import { fromWire, NodelineError, type Ask, type Delivery, type Outcome, type ParamsOf } from '@nodeline/client';
import type { Node } from 'node-red';
import type { Deploys } from '../deployed.js';
import { fail } from '../fail.js';
import { handOver } from '../handover.js';
import { mustPass, noLine } from '../judge.js';
import { keyFor, withRetry } from '../key.js';
import { at, portAt, portFor, type Port } from '../outputs.js';
import type { Done, LineNode, Message, RED, Send } from '../red.js';
import { sleep, untilThen } from '../settle.js';
import { StatusLight, type Sending } from '../status.js';
import { contextOf } from './context.js';
import { messageOf } from './outcome.js';
import { WaitList } from './waitlist.js';

/** A question as a node is set. */
export interface Asking {
  /** The node's outputs as they are wired now. */
  readonly ports: readonly Port[];
  /**
   * The fields of message.ask for one message, without what Asker mints: line, id, reply, context.
   * @throws {NodelineError} where a field cannot be read
   */
  params(msg: Message): Promise<Record<string, unknown>>;
}

/** Sends a question and waits: the message goes on when the customer answers. */
export class Asker {
  readonly #red: RED;
  readonly #node: Node;
  readonly #line: LineNode | undefined;
  readonly #asking: Asking;
  readonly #light: StatusLight;
  readonly #waits: WaitList;
  readonly #untake: () => void;
  readonly #deploys: Deploys;
  readonly #closed = new AbortController();

  constructor(RED: RED, node: Node, line: LineNode | undefined, deploys: Deploys, asking: Asking) {
    this.#red = RED;
    this.#deploys = deploys;
    this.#node = node;
    this.#line = line;
    this.#asking = asking;
    this.#waits = new WaitList(node.id, line, () => this.#light.refresh());
    this.#light = new StatusLight(RED, node, line, () => this.#waiting());
    this.#untake = line?.take(node.id, (delivery) => this.#outcome(delivery)) ?? (() => undefined);
  }

  input(msg: Message, send: Send, done: Done): void {
    const id = keyFor(this.#node.id, msg);
    const sending = this.#light.sending();
    this.#waits.begin(id);
    this.#ask(msg, id).then((ask) => {
      this.#waits.add(ask);
      this.#light.outcome();
      done();
      return this.#untilSent(ask, sending).finally(() => sending.ended());
    }, (error: NodelineError) => {
      this.#waits.failed(id);
      sending.ended('common.status.error', false);
      fail(this.#node, portAt(this.#asking.ports, 'error'), error, withRetry(this.#node.id, id, msg, error), send, done);
    });
  }

  close(): void {
    this.#closed.abort();
    this.#untake();
    this.#waits.close();
    this.#light.close();
  }

  async #ask(msg: Message, id: string): Promise<Ask> {
    const line = this.#line;
    if (!line) throw noLine(this.#red);
    const params = {
      ...(await this.#asking.params(msg)),
      line: line.line,
      id,
      reply: { host: line.host, node: this.#node.id },
    } as ParamsOf<'message.ask'>;
    await mustPass(this.#red, this.#node, line, 'message.ask', params);
    try {
      return await line.call('message.ask', { ...params, context: contextOf(this.#red, this.#node, msg) });
    } catch (error) {
      // An earlier try was taken, and this one says something else, such as the time: the earlier one counts.
      if ((error as NodelineError).code !== 'idempotency_conflict') throw error;
      return line.call('ask.get', { line: line.line, id });
    }
  }

  /** Shows what a question waits for until it is sent. */
  async #untilSent(asked: Ask, sending: Sending): Promise<void> {
    let ask = asked;
    try {
      while (this.#line && ask.waitsFor && !ask.outcome) {
        sending.waits(ask.waitsFor.kind);
        await sleep(untilThen(ask.waitsFor), sending.signal, this.#line);
        ask = await this.#line.call('ask.get', { line: ask.line, id: ask.id });
      }
    } catch {
      // Only what is shown is missing; the outcome comes by itself.
    }
  }

  /** Called once per outcome; false brings the outcome again later. */
  async #outcome(delivery: Delivery): Promise<boolean> {
    const { ask } = delivery;
    const outcome = ask?.outcome;
    if (!ask || !outcome) return true;
    const { signal } = this.#closed;
    // A deploy may have stopped the next nodes and not this one: what is sent then reaches nobody.
    while (this.#deploys.underWay && !signal.aborted) await this.#deploys.over(signal);
    if (signal.aborted) return false;
    this.#waits.remove(ask.id);
    const msg = messageOf(delivery, ask, outcome);
    const place = portFor(this.#asking.ports, outcome);
    const failed = outcome.kind === 'error';
    if (failed) this.#light.outcome('common.status.error', false);
    else this.#light.outcome(`common.wait.${outcome.kind}`, Boolean(outcome.answer) && outcome.kind !== 'cancelled');
    return handOver(this.#red, this.#node, place, () => {
      if (!failed) this.#node.send(at(place, msg));
      else fail(this.#node, place, errorOf(outcome), msg, (out) => this.#node.send(out), (thrown) => {
        if (thrown) this.#node.error(thrown, msg);
      });
    }, () => signal.aborted);
  }

  #waiting(): Parameters<Node['status']>[0] | undefined {
    const { count, nearest } = this.#waits;
    if (count === 0) return undefined;
    return { fill: 'yellow', shape: 'dot', text: this.#light.waitingText(count, nearest) };
  }
}

function errorOf({ error, reason, kind }: Outcome): NodelineError {
  return error ? fromWire(error) : new NodelineError('internal', reason ?? kind);
}
