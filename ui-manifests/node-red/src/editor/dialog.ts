// The one dialog of every node: drawn from the node's model, judged while it is typed.
//
//   open -> fields of the case that chooser and switch pick
//   typed -> request with stand-ins -> rules -> each field's row, and the parts beside it
//   save -> what has changed, as new values on the node
import type { Issue } from '@nodeline/client';
import type { Case, Field, NodeModel } from '../shared/model.js';
import { caseOf, mapOutputs, portsOf } from '../shared/outputs.js';
import { applies, upgraded, type Stored } from '../shared/stored.js';
import { drawControl } from './controls/draw.js';
import { isAbsence, type FieldControl, type Surroundings } from './controls/control.js';
import { chatSearch } from './chats.js';
import { DialogApi } from './dialog-api.js';
import { drawChooser, drawSwitch } from './head.js';
import { judgedRequest, ofConstants, type Judged } from './judged.js';
import { editorLang, type Translate } from './lang.js';
import { LiveRules } from './live.js';
import { saveChanges } from './save.js';
import { TemplateSession } from './templates/session.js';

/** A node as the editor holds it. */
export interface EditedNode {
  _: Translate;
  [property: string]: unknown;
}

/** Something beside the fields that follows what is typed. */
export interface Part {
  row: JQuery;
  /** The request as it stands, valid or not. */
  show(judged: Judged): void;
  close?(): void;
}

/** Where a dialog is drawn, and what else is drawn in it. */
export interface DialogOptions {
  root: JQuery;
  parts?: readonly Part[];
  /** Asks the sidecar of the chosen line. */
  api?: DialogApi;
  /** The template that the fields and the parts are about. */
  templates?: TemplateSession;
}

/** Asks by the line that is chosen in the open dialog. */
export const lineApi = () => new DialogApi(() => String($('#node-input-line').val() ?? ''));

/** An open dialog. */
export class OperationDialog {
  readonly #node: EditedNode;
  readonly #model: NodeModel;
  readonly #parts: readonly Part[];
  readonly #api: DialogApi;
  readonly #templates: TemplateSession;
  readonly #rules: LiveRules;
  readonly #around: Surroundings;
  readonly #fields: JQuery;
  readonly #rest: JQuery;
  readonly #lang = editorLang();
  readonly #began: Stored;
  /** What was drawn first, by property: as the widgets hold it, so that only a person changes it. */
  readonly #drawn: Record<string, unknown> = {};
  /** What fields hold that another case does not show. */
  #held: Record<string, unknown> = {};
  #case!: Case;
  #controls: FieldControl[] = [];
  #more: { toggle: JQuery; box: JQuery } | undefined;

  constructor(node: EditedNode, model: NodeModel, { root, parts = [], api, templates }: DialogOptions) {
    this.#node = node;
    this.#model = model;
    this.#parts = parts;
    this.#began = upgraded(model, node);
    this.#api = api ?? lineApi();
    this.#templates = templates ?? new TemplateSession(this.#api);
    const translate: Translate = (key, values) => node._(key, values);
    this.#around = {
      lang: this.#lang, translate, prefix: 'nodeline-input-',
      chats: chatSearch(this.#api),
      changed: () => this.#changed(),
      reordered: () => this.#remap(),
    };
    this.#rules = new LiveRules(this.#lang, async () => judgedRequest(this.#case, this.stored), (judged, issues, warnings) => this.#show(judged, issues, warnings));
    root.empty();
    this.#drawHead(root);
    this.#fields = $('<div class="nodeline-case">').appendTo(root);
    this.#rest = $('<div class="nodeline-said" role="alert">').appendTo(root);
    for (const { row } of parts) row.appendTo(root);
    this.#drawCase();
    root.attr('data-nodeline-ready', model.type);
  }

  /** The node's properties as the dialog holds them, also of fields that are not shown now. */
  get stored(): Stored {
    return Object.assign({}, this.#began, this.#held, ...this.#controls.map(({ stored }) => stored)) as Stored;
  }

  /** Puts what has changed on the node. */
  save(): void {
    this.#hold();
    saveChanges(this.#node, this.#drawn, this.#held);
  }

  /** Ends whatever the dialog has under way. A second call is harmless. */
  close(): void {
    this.#rules.close();
    this.#api.close();
    this.#templates.close();
    for (const part of this.#parts) part.close?.();
  }

  #drawHead(root: JQuery): void {
    const { chooser, switch: onOff } = this.#model;
    const chosen = (param: string) => (value: string | boolean) => { this.#held[param] = value; this.#drawCase(); };
    if (chooser) {
      const value = String(this.#began[chooser.param] ?? chooser.start);
      this.#drawn[chooser.param] = value;
      drawChooser(root, this.#model, value, this.#lang, chosen(chooser.param));
    }
    if (onOff) {
      const value = (this.#began[onOff.param] ?? onOff.start) === true;
      this.#drawn[onOff.param] = value;
      drawSwitch(root, this.#model, value, this.#lang, chosen(onOff.param));
    }
  }

  /** Draws the fields of the case that is chosen; what was typed for another one stays. */
  #drawCase(): void {
    this.#hold();
    const stored = this.stored;
    this.#case = caseOf(this.#model, stored);
    this.#controls = [];
    this.#more = undefined;
    this.#fields.empty();
    const folded: FieldControl[] = [];
    this.#templates.begin();
    const around = this.#case.fields.some(({ control }) => control === 'template') ? { ...this.#around, templates: this.#templates } : this.#around;
    this.#controls = this.#case.fields.map((field) => {
      const control = drawControl(field, stored, around);
      if (field.more) folded.push(control);
      else control.row.appendTo(this.#fields);
      return control;
    });
    for (const control of this.#controls) {
      for (const [name, value] of Object.entries(control.began)) if (!(name in this.#drawn)) this.#drawn[name] = value;
    }
    if (folded.length > 0) this.#drawMore(folded);
    this.#remap();
    this.#changed();
  }

  #drawMore(folded: FieldControl[]): void {
    const toggle = $('<button type="button" class="nodeline-fold">').append($('<i>'), ' ', $('<span>').text(this.#node._('common.more'))).appendTo(this.#fields);
    const box = $('<div class="nodeline-more">').append(folded.map(({ row }) => row)).appendTo(this.#fields);
    this.#more = { toggle, box };
    toggle.on('click', () => this.#openMore(box.is(':hidden')));
    this.#openMore(folded.some((control) => isSet(control)));
  }

  #openMore(open: boolean): void {
    this.#more?.box.toggle(open);
    this.#more?.toggle.attr('aria-expanded', String(open)).find('i').attr('class', open ? 'fa fa-angle-down' : 'fa fa-angle-right');
  }

  /** Keeps what the fields hold, before they go. */
  #hold(): void {
    this.#held = Object.assign({}, this.#held, ...this.#controls.map(({ stored }) => stored)) as Record<string, unknown>;
  }

  #changed(): void {
    const stored = this.stored;
    for (const { field, row } of this.#controls) row.toggle(applies(field, stored));
    this.#rules.changed();
  }

  /** Says anew where each wire goes: Node-RED reads it when the dialog is done. */
  #remap(): void {
    const before = portsOf(caseOf(this.#model, this.#began), this.#began).map(({ id }) => id);
    const after = portsOf(this.#case, this.stored).map(({ id }) => id);
    const same = before.length === after.length && before.every((id, place) => id === after[place]);
    $('#node-input-outputs').val(same ? String(this.#node['outputs'] ?? before.length) : JSON.stringify(mapOutputs(before, after)));
  }

  #show(judged: Judged, issues: readonly Issue[], warnings: readonly Issue[]): void {
    const known = (list: readonly Issue[]) => ofConstants(judged, list);
    const left = new Set(known(issues));
    for (const control of this.#controls) {
      const said = (list: readonly Issue[]) => known(list).flatMap((issue) => {
        const inner = placeIn(control.field, issue.field);
        if (inner === undefined || this.#controls.some(({ field }) => within(field, control.field) && placeIn(field, issue.field) !== undefined)) return [];
        left.delete(issue);
        return [{ ...issue, field: inner }];
      });
      const own = said(issues);
      control.show({ issues: own, warnings: said(warnings), places: judged.places.get(control.field.path) ?? [] });
      if (control.field.more && control.row.is('.nodeline-wrong, :has(.nodeline-wrong)')) this.#openMore(true);
    }
    this.#rest.empty();
    const lacking = this.#controls.some(({ lacks, field }) => lacks || field.control === 'choices');
    for (const issue of left) {
      // Something of several has to be filled in: what is drawn says so by itself.
      if (isAbsence(issue) && lacking) left.delete(issue);
    }
    for (const { message } of left) $('<div class="nodeline-problem">').text(message).appendTo(this.#rest);
    for (const part of this.#parts) part.show(judged);
  }
}

/** Whether a field is a part of another one's value: a template's variables of the template. */
function within({ path }: Field, outer: Field): boolean {
  return outer.path !== '' && path.startsWith(`${outer.path}.`);
}

/** The place of an issue within a field; undefined where it is of another one. */
function placeIn({ path, fields, control }: Field, issue: string): string | undefined {
  if (path !== '') return issue === path ? '' : issue.startsWith(`${path}.`) || issue.startsWith(`${path}[`) ? issue.slice(path.length) : undefined;
  if (control === 'template' && (issue === 'name' || issue === 'language')) return '';
  return fields?.some((field) => placeIn(field, issue) !== undefined) ? issue : undefined;
}

/** Whether a person has filled the field in. */
function isSet({ field, stored }: FieldControl): boolean {
  const { param, start, startType, absent } = field;
  const value = stored[param];
  if (stored[`${param}Type`] !== (startType ?? stored[`${param}Type`])) return true;
  if (value === '' || value === undefined || (Array.isArray(value) && value.length === 0)) return false;
  return String(value) !== String(start ?? absent ?? (field.control === 'boolean' ? false : ''));
}
