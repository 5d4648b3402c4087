import type { Button, Priority, Reminder, Rendering } from '@nodeline/client';
import type { Node } from 'node-red';
import type { Asking } from '../../shared/waits/asker.js';
import { FieldReader } from '../../shared/fields.js';
import { buttonOutputs, type Output, type Port } from '../../shared/outputs.js';
import { labelOf } from '../../shared/labels.js';
import { langOfRuntime, type Message, type RED, type UserDef } from '../../shared/red.js';

/** A button as the dialog stores it. Its id is made once and keeps its wire. */
export interface ButtonDef {
  id: string;
  text: string;
  type: string;
}

/** The settings of a send-buttons node. */
export interface SendButtonsDef extends UserDef {
  chat: string;
  chatType: string;
  header: string;
  headerType: string;
  body: string;
  bodyType: string;
  footer: string;
  footerType: string;
  buttons: ButtonDef[];
  rendering: Rendering;
  /** Absent in flows of before. */
  priority?: Priority;
  wait: boolean;
  deadline: number | string;
  deadlineUnit: keyof typeof unitSeconds;
  // Absent in flows from before there were reminders.
  reminder?: string;
  reminderType?: string;
  reminderAfter?: number | string;
  reminderUnit?: keyof typeof unitSeconds;
}

const unitSeconds = { seconds: 1, minutes: 60, hours: 3600, days: 86400 };

/** What is asked of one customer. */
export interface Asked {
  chat: string;
  header?: string;
  body: string;
  footer?: string;
  buttons: Button[];
  rendering: Rendering;
  priority: Priority;
}

/** The question of a node: built anew from each message. */
export class Question implements Asking {
  /** The node's outputs as they are wired now. */
  readonly outputs: readonly Output[];
  readonly #red: RED;
  readonly #def: SendButtonsDef;
  readonly #fields: FieldReader;

  constructor(RED: RED, node: Node, def: SendButtonsDef) {
    this.#red = RED;
    this.#def = def;
    this.#fields = new FieldReader(RED, node);
    this.outputs = buttonOutputs({ wait: def.wait, buttons: def.buttons });
  }

  get ports(): Port[] {
    return this.outputs.map((id) => ({ id, outcome: { id, label: { en: id, ru: id }, takes: [id] } }));
  }

  /** The fields of message.ask. */
  async params(msg: Message): Promise<Record<string, unknown>> {
    const reminders = await this.reminders(msg);
    return { ...(await this.build(msg)), deadlineSeconds: this.deadlineSeconds, ...(reminders.length > 0 ? { reminders } : {}) };
  }

  /** How long an answer is awaited. */
  get deadlineSeconds(): number {
    return Math.round(Number(this.#def.deadline) * unitSeconds[this.#def.deadlineUnit]);
  }

  /** The reminders of a customer who does not answer: none or one. */
  async reminders(msg: Message): Promise<Reminder[]> {
    const { reminder = '', reminderType = 'str', reminderAfter = 1, reminderUnit = 'hours' } = this.#def;
    const label = labelOf('send-buttons', 'reminders', langOfRuntime(this.#red));
    const text = await this.#fields.text(label, { value: reminder, type: reminderType }, msg);
    return text.trim() === '' ? [] : [{ afterSeconds: Math.round(Number(reminderAfter) * unitSeconds[reminderUnit]), text }];
  }

  /** Builds the question from a message. */
  async build(msg: Message): Promise<Asked> {
    const def = this.#def;
    const lang = langOfRuntime(this.#red);
    const read = (field: string, value: string, type: string) =>
      this.#fields.text(labelOf('send-buttons', field, lang), { value, type }, msg);
    const buttons: Button[] = [];
    for (const [i, { id, text, type }] of def.buttons.entries()) {
      const label = this.#red._('common.button-n', { n: String(i + 1) });
      buttons.push({ id, text: await this.#fields.text(label, { value: text, type }, msg) });
    }
    const header = await read('header', def.header, def.headerType);
    const footer = await read('footer', def.footer, def.footerType);
    return {
      chat: await read('chat', def.chat, def.chatType),
      ...(header ? { header } : {}),
      body: await read('body', def.body, def.bodyType),
      ...(footer ? { footer } : {}),
      buttons,
      rendering: def.rendering,
      priority: def.priority ?? 'normal',
    };
  }
}
