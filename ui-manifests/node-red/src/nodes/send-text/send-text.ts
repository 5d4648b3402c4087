import type { NodelineError, Priority, SendResult } from '@nodeline/client';
import type { Node } from 'node-red';
import { fail } from '../../shared/fail.js';
import { FieldReader } from '../../shared/fields.js';
import { keyFor, withRetry } from '../../shared/key.js';
import { at, sendOutputs } from '../../shared/outputs.js';
import { labelOf } from '../../shared/labels.js';
import { langOfRuntime, lineOf, type Message, type RED, type UserDef } from '../../shared/red.js';
import { mustPass, noLine } from '../../shared/judge.js';
import { settle } from '../../shared/settle.js';
import { StatusLight, type Sending } from '../../shared/status.js';

interface SendTextDef extends UserDef {
  chat: string;
  chatType: string;
  text: string;
  textType: string;
  /** Absent in flows of before. */
  priority?: Priority;
}

/** Sends one text message; the message goes on by `sent` or `error`. */
export default function register(RED: RED): void {
  const lang = langOfRuntime(RED);
  function SendText(this: Node, def: SendTextDef): void {
    RED.nodes.createNode(this, def);
    const line = lineOf(RED, def);
    const fields = new FieldReader(RED, this);
    const light = new StatusLight(RED, this, line);

    const deliver = async (msg: Message, key: string, sending: Sending): Promise<SendResult> => {
      if (!line) throw noLine(RED);
      const params = {
        line: line.line,
        key,
        chat: await fields.text(labelOf('send-text', 'chat', lang), { value: def.chat, type: def.chatType }, msg),
        text: await fields.text(labelOf('send-text', 'text', lang), { value: def.text, type: def.textType }, msg),
        priority: def.priority ?? 'normal',
      };
      await mustPass(RED, this, line, 'message.sendText', params);
      return settle(line, await line.call('message.sendText', params), sending);
    };

    this.on('input', (input, send, done) => {
      const msg = input as Message;
      const key = keyFor(this.id, msg);
      const sending = light.sending();
      deliver(msg, key, sending).then((result) => {
        sending.ended('common.status.sent');
        send(at(sendOutputs.indexOf('sent'), { ...msg, nodeline: result }));
        done();
      }, (error: NodelineError) => {
        sending.ended('common.status.error', false);
        fail(this, sendOutputs.indexOf('error'), error, withRetry(this.id, key, msg, error), send, done);
      });
    });
    this.on('close', () => light.close());
  }
  RED.nodes.registerType('nodeline-send-text', SendText);
}
