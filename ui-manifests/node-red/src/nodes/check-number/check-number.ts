import type { NodelineError, NumberCheckResult } from '@nodeline/client';
import type { Node } from 'node-red';
import { fail } from '../../shared/fail.js';
import { FieldReader } from '../../shared/fields.js';
import { mustPass, noLine } from '../../shared/judge.js';
import { at, checkOutputs } from '../../shared/outputs.js';
import { labelOf } from '../../shared/labels.js';
import { langOfRuntime, lineOf, type Message, type RED, type UserDef } from '../../shared/red.js';
import { StatusLight } from '../../shared/status.js';

interface CheckNumberDef extends UserDef {
  phone: string;
  phoneType: string;
}

/** Asks whether a number is on WhatsApp; a check that could not be made is an error, never "no". */
export default function register(RED: RED): void {
  const lang = langOfRuntime(RED);
  function CheckNumber(this: Node, def: CheckNumberDef): void {
    RED.nodes.createNode(this, def);
    const line = lineOf(RED, def);
    const fields = new FieldReader(RED, this);
    const light = new StatusLight(RED, this, line);

    const check = async (msg: Message): Promise<NumberCheckResult> => {
      if (!line) throw noLine(RED);
      const params = {
        line: line.line,
        phone: await fields.text(labelOf('check-number', 'phone', lang), { value: def.phone, type: def.phoneType }, msg),
      };
      await mustPass(RED, this, line, 'number.check', params);
      return line.call('number.check', params);
    };

    this.on('input', (input, send, done) => {
      const msg = input as Message;
      const sending = light.sending();
      check(msg).then((result) => {
        const output = result.exists === 'Y' ? 'yes' : 'no';
        sending.ended(`status.${output}`);
        send(at(checkOutputs.indexOf(output), { ...msg, nodeline: result }));
        done();
      }, (error: NodelineError) => {
        sending.ended('common.status.error', false);
        fail(this, checkOutputs.indexOf('error'), error, msg, send, done);
      });
    });
    this.on('close', () => light.close());
  }
  RED.nodes.registerType('nodeline-check-number', CheckNumber);
}
