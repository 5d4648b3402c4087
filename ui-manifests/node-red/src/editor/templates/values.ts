// The fields that follow the chosen template: its variables as a form, the file
// above its words, and its quick replies, each of which has an output.
import type { Issue, Template } from '@nodeline/client';
import type { Field } from '../../shared/model.js';
import { constantKind, itemsOf, type Stored } from '../../shared/stored.js';
import { FieldControl, type Said, type Surroundings } from '../controls/control.js';
import { LineControl } from '../controls/line.js';
import { ListControl, type DrawControl } from '../controls/list.js';
import { repliesOf, type TemplateSession } from './session.js';

/**
 * A template's variables: a field each. Where the template is not known, a list in
 * which they are named by hand.
 */
export class VariablesControl extends ListControl {
  readonly #session: TemplateSession;
  readonly #form: JQuery;
  readonly #drawItem: DrawControl;
  /** What was filled in, also for a template chosen before: a name may come again. */
  readonly #kept = new Map<string, Stored>();
  /** What the node holds. */
  readonly #before: readonly Stored[];
  #fields: { name: string; control: FieldControl }[] = [];
  #drawnFor = '';

  constructor(field: Field, stored: Stored, around: Surroundings, draw: DrawControl, session: TemplateSession) {
    super(field, stored, around, draw);
    this.#session = session;
    this.#drawItem = draw;
    this.#before = itemsOf(field, stored);
    for (const item of this.#before) if (typeof item['name'] === 'string') this.#kept.set(item['name'], item);
    this.#form = $('<div class="nodeline-items nodeline-variables">').appendTo(this.box);
    session.listen(() => this.#follow());
    this.#follow();
  }

  protected override get constant(): unknown {
    // The list's own drawing asks before there is a form.
    if (!this.#formed()) return super.constant;
    const made: Stored[] = this.#fields.map(({ name, control }) => ({ name, nameType: 'str', ...control.stored }));
    // Who only looked has changed nothing, in whichever form it is stored.
    return alike(made, this.#before) ? this.#before.map((item) => ({ ...item })) : made;
  }

  override show(said: Said): void {
    if (!this.#formed()) {
      super.show(said);
      return;
    }
    const names = (this.constant as Stored[]).map((item) => item['name']);
    const nameOf = ({ field }: Issue) => names[said.places[Number(/^\[(\d+)\]\.value$/.exec(field)?.[1] ?? NaN)] ?? -1];
    const of = (list: readonly Issue[], name: string) => list.filter((issue) => nameOf(issue) === name).map((issue) => ({ ...issue, field: '' }));
    for (const { name, control } of this.#fields) control.show({ issues: of(said.issues, name), warnings: of(said.warnings, name), places: [] });
    super.show({ issues: said.issues.filter((issue) => nameOf(issue) === undefined), warnings: [], places: [] });
  }

  protected override kindChanged(): void {
    if (this.#begun()) this.#follow();
    super.kindChanged();
  }

  /** Class fields are there only after the list has drawn itself. */
  #begun(): boolean {
    return #form in this && this.#form !== undefined;
  }

  #formed(): boolean {
    return this.#begun() && this.isConstant && this.#session.template !== undefined;
  }

  #follow(): void {
    const formed = this.#formed();
    const template = this.#session.template;
    this.box.find('> .nodeline-items').not(this.#form).toggle(this.isConstant && !formed);
    // The kind stays a choice where there is something to fill in.
    this.row.toggleClass('nodeline-none', formed && template?.variables.length === 0);
    this.#form.toggle(formed);
    if (!formed || !template) return;
    const now = `${template.name}/${template.language}/${template.version}`;
    if (now === this.#drawnFor) return;
    this.#drawnFor = now;
    this.#draw(template);
  }

  #draw(template: Template): void {
    this.#keep();
    this.#form.empty();
    const value = this.field.fields?.find(({ path }) => path === 'value');
    if (!value) return;
    this.#fields = template.variables.map((name) => {
      const example = template.content.samples?.find((one) => one.name === name)?.value ?? '';
      const label = { en: `{{${name}}}`, ru: `{{${name}}}` };
      const around: Surroundings = { ...this.around, small: true, prefix: `${this.id}-${name}-`, changed: () => this.around.changed() };
      const control = this.#drawItem({ ...value, label, example }, this.#kept.get(name) ?? {}, around);
      control.row.attr('data-variable', name).appendTo(this.#form);
      return { name, control };
    });
  }

  /** Keeps what is filled in before the fields go. */
  #keep(): void {
    for (const { name, control } of this.#fields) this.#kept.set(name, control.stored);
  }
}

/** Whether two lists of variables say the same: what is blank says nothing. */
function alike(one: readonly Stored[], other: readonly Stored[]): boolean {
  const said = (list: readonly Stored[]) => list.filter(({ value = '' }) => value !== '')
    .map(({ name, value, valueType = 'str' }) => JSON.stringify([name, value, valueType])).sort().join();
  return said(one) === said(other);
}

/** The link of the file above a template's words: only where the template has one. */
export class HeaderFileControl extends LineControl {
  readonly #session: TemplateSession;

  constructor(field: Field, stored: Stored, around: Surroundings, session: TemplateSession) {
    super(field, stored, around);
    this.#session = session;
    session.listen(() => this.#follow());
    this.#follow();
  }

  override get stored(): Record<string, unknown> {
    // The sidecar refuses a link that the template has no place for.
    return this.#needless() ? { [this.field.param]: '', [`${this.field.param}Type`]: constantKind(this.field) } : super.stored;
  }

  #needless(): boolean {
    const template = this.#session.template;
    const header = template?.content.header;
    return template !== undefined && !(header?.image ?? header?.video ?? header?.document);
  }

  #follow(): void {
    const header = this.#session.template?.content.header;
    this.row.toggleClass('nodeline-none', this.#needless());
    const own = header?.image ?? header?.video ?? header?.document;
    if (own) this.row.find('.red-ui-typedInput-input').attr('placeholder', own);
  }
}

/** A template's quick replies: read of it, not typed. */
export class RepliesControl extends FieldControl {
  readonly #session: TemplateSession;
  readonly #shown: JQuery;
  /** The replies of the template that the node had before. */
  readonly #before: { of: string; replies: { id: string; text: string }[] };
  /** As the node holds them. */
  readonly #held: unknown;
  #ids = '';

  constructor(field: Field, stored: Stored, around: Surroundings, session: TemplateSession) {
    super(field, stored, around);
    this.#session = session;
    this.#held = stored[field.param] ?? [];
    this.row.addClass('nodeline-replies');
    this.#shown = $('<div class="nodeline-reply-chips">').appendTo(this.box);
    this.#before = {
      of: String(stored['template'] ?? ''),
      replies: itemsOf(field, stored).map(({ id, text }) => ({ id: String(id ?? ''), text: String(text ?? '') })),
    };
    this.drawHelp();
    this.#ids = this.#named();
    session.listen(() => this.#follow());
    this.#follow();
  }

  override get stored(): Record<string, unknown> {
    return { [this.field.param]: this.#replies().map((reply) => ({ ...reply, textType: 'str' })), [`${this.field.param}Type`]: 'list' };
  }

  /** The template may have other replies by now, and they may be known before they are drawn. */
  override get began(): Record<string, unknown> {
    return { [this.field.param]: this.#held, [`${this.field.param}Type`]: 'list' };
  }

  override get text(): string | undefined {
    return undefined;
  }

  /** Of a template that cannot be read nothing is known, but of that of before. */
  #replies(): { id: string; text: string }[] {
    const template = this.#session.template;
    if (template) return repliesOf(template);
    return this.#session.chosen === this.#before.of ? this.#before.replies : [];
  }

  #named(): string {
    return JSON.stringify(this.#replies().map(({ id }) => id));
  }

  #follow(): void {
    const replies = this.#replies();
    this.#shown.empty().append(replies.map(({ text }) => $('<span class="nodeline-chip">').text(text)));
    this.row.toggleClass('nodeline-none', replies.length === 0);
    const ids = this.#named();
    if (ids === this.#ids) return;
    this.#ids = ids;
    this.around.reordered();
  }
}
