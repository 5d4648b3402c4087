// Asks and lets go: the sidecar keeps the ask with a snapshot of the message, so
// the answer finds its way after a redeploy or a restart.
//
//   input -> message.ask (stored) -> done()
//   delivery of the outcome -> snapshot restored -> the button's output -> acknowledged
import { fromWire, NodelineError, type Ask, type Delivery, type Outcome } from '@nodeline/client';
import type { Node } from 'node-red';
import { fail } from '../../shared/fail.js';
import { handOver } from '../../shared/handover.js';
import { mustPass, noLine } from '../../shared/judge.js';
import { keyFor, withRetry } from '../../shared/key.js';
import { at, placeOf } from '../../shared/outputs.js';
import type { Done, LineNode, Message, RED, Send } from '../../shared/red.js';
import { restore, snapshotMaxBytes, take } from '../../shared/snapshot.js';
import { sleep, untilThen } from '../../shared/settle.js';
import { StatusLight, type Sending } from '../../shared/status.js';
import type { Question } from './question.js';
import { WaitList } from './waitlist.js';

/** Sends buttons and waits: the message goes on when the customer answers. */
export class Asker {
  readonly #red: RED;
  readonly #node: Node;
  readonly #line: LineNode | undefined;
  readonly #question: Question;
  readonly #light: StatusLight;
  readonly #waits: WaitList;
  readonly #untake: () => void;
  #closed = false;

  constructor(RED: RED, node: Node, line: LineNode | undefined, question: Question) {
    this.#red = RED;
    this.#node = node;
    this.#line = line;
    this.#question = question;
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
      fail(this.#node, this.#question.outputs.indexOf('error'), error, withRetry(this.#node.id, id, msg, error), send, done);
    });
  }

  close(): void {
    this.#closed = true;
    this.#untake();
    this.#waits.close();
    this.#light.close();
  }

  async #ask(msg: Message, id: string): Promise<Ask> {
    const line = this.#line;
    if (!line) throw noLine(this.#red);
    const reminders = await this.#question.reminders(msg);
    const params = {
      line: line.line,
      id,
      ...(await this.#question.build(msg)),
      deadlineSeconds: this.#question.deadlineSeconds,
      ...(reminders.length > 0 ? { reminders } : {}),
      reply: { host: line.host, node: this.#node.id },
    };
    await mustPass(this.#red, this.#node, line, 'message.ask', params);
    return line.call('message.ask', { ...params, context: this.#snapshot(msg) });
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

  #snapshot(msg: Message): unknown {
    const { context, dropped, bytes } = take(msg);
    if (bytes > snapshotMaxBytes) {
      throw new NodelineError('too_large', this.#red._('status.context-too-large', {
        kb: String(Math.ceil(bytes / 1024)), limit: String(snapshotMaxBytes / 1024),
      }), { hint: this.#red._('common.error.nothing-sent') });
    }
    if (dropped.length > 0) {
      this.#node.warn(this.#red._('status.dropped', { paths: dropped.map(({ path }) => `msg.${path}`).join(', ') }));
    }
    return context;
  }

  /** Called once per outcome; false brings the outcome again later. */
  async #outcome(delivery: Delivery): Promise<boolean> {
    const { ask } = delivery;
    const outcome = ask?.outcome;
    if (!ask || !outcome) return true;
    this.#waits.remove(ask.id);
    const known: Partial<Ask> = { ...ask };
    delete known.outcome;
    delete known.reply;
    const msg: Message = {
      ...restore(delivery.context),
      ...(outcome.answer ? { answer: outcome.answer } : {}),
      ask: known,
      nodeline: { sandbox: delivery.sandbox, outcome: outcome.kind, ...(outcome.reason ? { reason: outcome.reason } : {}), at: outcome.at },
    } as unknown as Message;
    const place = placeOf(this.#question.outputs, outcome);
    const failed = outcome.kind === 'error';
    if (failed) this.#light.outcome('common.status.error', false);
    else this.#light.outcome(`status.${outcome.kind}`, outcome.kind === 'button' || outcome.kind === 'other');
    return handOver(this.#red, this.#node, place, () => {
      if (!failed) this.#node.send(at(place, msg));
      else fail(this.#node, place, errorOf(outcome), msg, (out) => this.#node.send(out), (thrown) => {
        if (thrown) this.#node.error(thrown, msg);
      });
    }, () => this.#closed);
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
