import type { Node } from 'node-red';
import { lineOf, type Message, type RED } from '../../shared/red.js';
import { Asker } from '../../shared/waits/asker.js';
import { Sender } from './sender.js';
import { Question, type SendButtonsDef } from './question.js';

/** Sends a message with buttons, and waits for the answer where its switch says so. */
export default function register(RED: RED): void {
  function SendButtons(this: Node, def: SendButtonsDef): void {
    RED.nodes.createNode(this, def);
    const line = lineOf(RED, def);
    const question = new Question(RED, this, def);
    const part = def.wait ? new Asker(RED, this, line, question) : new Sender(RED, this, line, question);
    this.on('input', (msg, send, done) => part.input(msg as Message, send, done));
    this.on('close', () => part.close());
  }
  RED.nodes.registerType('nodeline-send-buttons', SendButtons);
}
