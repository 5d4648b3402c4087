import type { NodelineError, SendResult } from '@nodeline/client';
import type { Node } from 'node-red';
import { fail } from '../../shared/fail.js';
import { mustPass, noLine } from '../../shared/judge.js';
import { keyFor, withRetry } from '../../shared/key.js';
import { at } from '../../shared/outputs.js';
import type { Done, LineNode, Message, RED, Send } from '../../shared/red.js';
import { settle } from '../../shared/settle.js';
import { StatusLight, type Sending } from '../../shared/status.js';
import type { Question } from './question.js';

/** Sends buttons and does not wait: the message goes on by `sent` or `error`. */
export class Sender {
  readonly #red: RED;
  readonly #node: Node;
  readonly #line: LineNode | undefined;
  readonly #question: Question;
  readonly #light: StatusLight;

  constructor(RED: RED, node: Node, line: LineNode | undefined, question: Question) {
    this.#red = RED;
    this.#node = node;
    this.#line = line;
    this.#question = question;
    this.#light = new StatusLight(RED, node, line);
  }

  input(msg: Message, send: Send, done: Done): void {
    const key = keyFor(this.#node.id, msg);
    const sending = this.#light.sending();
    this.#deliver(msg, key, sending).then((result) => {
      sending.ended('common.status.sent');
      send(at(this.#question.outputs.indexOf('sent'), { ...msg, nodeline: result }));
      done();
    }, (error: NodelineError) => {
      sending.ended('common.status.error', false);
      fail(this.#node, this.#question.outputs.indexOf('error'), error, withRetry(this.#node.id, key, msg, error), send, done);
    });
  }

  close(): void {
    this.#light.close();
  }

  async #deliver(msg: Message, key: string, sending: Sending): Promise<SendResult> {
    const line = this.#line;
    if (!line) throw noLine(this.#red);
    const params = { line: line.line, key, ...(await this.#question.build(msg)) };
    await mustPass(this.#red, this.#node, line, 'message.sendButtons', params);
    return settle(line, await line.call('message.sendButtons', params), sending);
  }
}
