// The dialog of send buttons: the question, its buttons and how long to wait.
import type { Issue, Method } from '@nodeline/client';
import { ButtonsField, type ButtonValue } from '../../editor/buttons-field.js';
import { DurationField } from '../../editor/duration-field.js';
import { editorLang } from '../../editor/lang.js';
import { LiveRules, standIn } from '../../editor/live.js';
import { ReminderField } from '../../editor/reminder-field.js';
import { fieldsRoot, isAbsence, saidOf, showFields } from '../../editor/rows.js';
import { SelectField } from '../../editor/select-field.js';
import { judged, typedFields, type EditedNode } from '../../editor/simple-dialog.js';
import type { TypedField } from '../../editor/typed-field.js';
import { nodes } from '../../fields.gen.js';
import { fieldOf, say } from '../../shared/labels.js';
import { buttonOutputs, mapOutputs, type Output } from '../../shared/outputs.js';

/** A send-buttons node in the editor. */
export interface ButtonsNode extends EditedNode {
  buttons: ButtonValue[];
  wait: boolean;
  rendering: string;
  priority?: string;
  deadline: string;
  deadlineUnit: string;
  reminder?: string;
  reminderType?: string;
  reminderAfter?: string;
  reminderUnit?: string;
}

/** Draws the dialog and keeps its outputs in step. */
export class ButtonsDialog {
  readonly #node: ButtonsNode;
  readonly #before: Output[];
  readonly #fields: TypedField[];
  readonly #buttons: ButtonsField;
  readonly #rules: LiveRules;
  readonly #wait: JQuery;
  readonly #selects: SelectField[];
  readonly #deadline: DurationField;
  readonly #reminder: ReminderField;
  readonly #lang = editorLang();

  constructor(node: ButtonsNode) {
    this.#node = node;
    this.#before = buttonOutputs(node);
    const root = $(fieldsRoot);
    const changed = () => this.#rules.changed();
    this.#fields = typedFields(node, 'send-buttons', ['chat', 'header', 'body', 'footer'], root, changed);
    this.#buttons = new ButtonsField({
      field: fieldOf('send-buttons', 'buttons'),
      lang: this.#lang,
      translate: (key, values) => node._(key, values),
      buttons: node.buttons,
      changed,
      reordered: () => this.#remap(),
    });
    this.#buttons.row.appendTo(root);
    const select = (path: 'rendering' | 'priority', value: string, caution?: string) =>
      new SelectField({ node: 'send-buttons', path, lang: this.#lang, value, root, changed, ...(caution ? { caution } : {}) });
    this.#selects = [select('rendering', node.rendering, 'native'), select('priority', node.priority ?? 'normal')];
    this.#wait = this.#drawWait(root);
    this.#deadline = this.#drawDeadline(root);
    this.#reminder = this.#drawReminder(root);
    this.#rules = new LiveRules(this.#lang, () => this.#request(), (issues, warnings) => this.#show(issues, warnings));
    this.#waitChanged();
  }

  /** Stores what has no input of its own. */
  save(node: ButtonsNode): void {
    node.buttons = this.#buttons.buttons;
  }

  close(): void {
    this.#rules.close();
  }

  get #waits(): boolean {
    return this.#wait.prop('checked') === true;
  }

  /** Says anew where each wire goes: Node-RED reads it when the dialog is done. */
  #remap(): void {
    const after = buttonOutputs({ wait: this.#waits, buttons: this.#buttons.buttons });
    $('#node-input-outputs').val(JSON.stringify(mapOutputs(this.#before, after)));
  }

  #waitChanged(): void {
    this.#deadline.row.toggle(this.#waits);
    this.#reminder.row.toggle(this.#waits);
    this.#remap();
    this.#rules.changed();
  }

  #request(): { method: Method; params: unknown } {
    const fields = Object.fromEntries(this.#fields.map((field) => [field.path, judged(field)]));
    const buttons = this.#buttons.buttons.map(({ id, text, type }, place) => ({ id, text: type === 'str' ? text : standIn.button(place) }));
    const params = { line: standIn.line, ...fields, buttons, ...Object.fromEntries(this.#selects.map(({ path, value }) => [path, value])) };
    if (!this.#waits) return { method: 'message.sendButtons', params: { key: standIn.key, ...params } };
    return {
      method: 'message.ask',
      params: { id: standIn.key, ...params, deadlineSeconds: this.#deadline.seconds, reminders: this.#reminder.judged },
    };
  }

  #show(issues: Issue[], warnings: Issue[]): void {
    showFields(this.#fields, issues, warnings);
    const buttons = this.#buttons.buttons;
    const untouched = buttons.every(({ text }) => text === '');
    const places = (list: Issue[]) => new Map(buttons.map((_, place) => [place, saidOf(list, `buttons[${place}].text`)]));
    const ofList = issues.filter((issue) => issue.field === 'buttons' && !(untouched && (isAbsence(issue) || issue.rule === 'min')));
    this.#buttons.show(places(issues), places(warnings), ofList.map(({ message }) => message));
    this.#deadline.show(saidOf(issues, 'deadlineSeconds'));
    this.#reminder.show(issues, warnings);
  }

  #drawWait(root: JQuery): JQuery {
    const { switch: wait } = nodes['send-buttons'];
    const whole = $('<div class="form-row nodeline-row" data-nodeline-field="wait">').appendTo(root);
    const label = $('<label class="nodeline-switch" for="node-input-wait">').appendTo(whole);
    const box = $('<input type="checkbox" id="node-input-wait">').prop('checked', this.#node.wait).appendTo(label);
    $('<span>').text(wait ? say(wait.label, this.#lang) : '').appendTo(label);
    $('<div class="nodeline-help">').text(wait ? say(wait.help, this.#lang) : '').appendTo(whole);
    box.on('change', () => this.#waitChanged());
    return box;
  }

  #drawDeadline(root: JQuery): DurationField {
    const field = fieldOf('send-buttons', 'deadlineSeconds');
    const deadline = new DurationField({
      name: 'deadline', unit: 'deadlineUnit', path: field.path, label: say(field.label, this.#lang), help: say(field.help, this.#lang),
      value: this.#node.deadline, unitValue: this.#node.deadlineUnit,
      translate: (key, values) => this.#node._(key, values),
      changed: () => this.#rules.changed(),
    });
    deadline.row.appendTo(root);
    return deadline;
  }

  #drawReminder(root: JQuery): ReminderField {
    const reminder = new ReminderField({
      field: fieldOf('send-buttons', 'reminders'),
      lang: this.#lang,
      translate: (key, values) => this.#node._(key, values),
      text: this.#node.reminder ?? '',
      kind: this.#node.reminderType ?? 'str',
      after: this.#node.reminderAfter ?? '1',
      unit: this.#node.reminderUnit ?? 'hours',
      changed: () => this.#rules.changed(),
    });
    reminder.row.appendTo(root);
    return reminder;
  }
}
