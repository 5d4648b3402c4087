// The live preview of a dialog: what the customer's phone will show of the request
// that the fields make. Numbered text is shown beside buttons and polls, since it
// is the one form that surely shows.
import type { Template } from '@nodeline/client';
import type { Field, NodeModel } from '../../shared/model.js';
import { kindOf, type Stored } from '../../shared/stored.js';
import type { Part } from '../dialog.js';
import type { Judged } from '../judged.js';
import { editorLang, type Translate } from '../lang.js';
import { bubble, spoken, type Ink } from './draw.js';
import { previewed } from './methods.js';
import { drawnOf, type Drawn, type Form, type Look } from './forms.js';
import { placeholder } from './rich.js';

/** What a preview needs of its dialog. */
export interface PreviewOptions {
  translate: Translate;
  /** Finds a template that was read before; undefined while it is not. */
  template?(name: string, language: string): Template | undefined;
}

/** The preview of a node's messages; undefined for a node that sends nothing to look at. */
export function previewFor(model: NodeModel, options: PreviewOptions): Part | undefined {
  return model.cases.some(({ method }) => previewed(method)) ? new PhonePreview(options) : undefined;
}

class PhonePreview implements Part {
  readonly row: JQuery;
  readonly #options: PreviewOptions;
  readonly #tabs: JQuery;
  readonly #wall: JQuery;
  readonly #note: JQuery;
  /** The form that the person wants to see; undefined: the one that goes first. */
  #wanted: Form | undefined;
  /** What decided the first form when the person chose another to see. */
  #first: Form | undefined;
  #last: { drawn: Drawn | undefined; ink: Ink; empty: 'nothing' | 'no-template' | 'unread' } | undefined;

  constructor(options: PreviewOptions) {
    const { translate } = options;
    this.#options = options;
    this.row = $('<div class="nodeline-preview">');
    const inner = $('<div class="nodeline-preview-inner">').appendTo(this.row);
    $('<div class="nodeline-preview-title">').text(translate('common.preview.title')).appendTo(inner);
    this.#tabs = $('<div class="nodeline-forms" role="group">').attr('aria-label', translate('common.preview.forms')).appendTo(inner);
    this.#wall = $('<div class="nodeline-wall" role="img">').appendTo(inner);
    this.#note = $('<div class="nodeline-help nodeline-preview-note">').appendTo(inner);
  }

  show(request: Judged): void {
    const { translate, template } = this.#options;
    const lang = editorLang();
    const params = structuredClone(request.params);
    const names = [...request.unknown].map((path, place) => {
      put(params, path, placeholder(place));
      return nameOf(request, path);
    });
    this.row.toggle(previewed(request.method));
    this.row.toggleClass('nodeline-dark', isDark(this.row[0]));
    const drawn = drawnOf(request.method, params, { lang, template: (name, language) => template?.(name, language) });
    if (drawn?.forms[0]?.form !== this.#first) this.#wanted = undefined;
    this.#first = drawn?.forms[0]?.form;
    const templated = request.case.fields.some(({ control }) => control === 'template');
    this.#last = { drawn, ink: { lang, translate, names }, empty: !templated ? 'nothing' : params['template'] === undefined ? 'no-template' : 'unread' };
    this.#draw();
  }

  #draw(): void {
    if (!this.#last) return;
    const { drawn, ink } = this.#last;
    const form = drawn?.forms.find((one) => one.form === this.#wanted) ?? drawn?.forms[0];
    const looks = (form ? [form.look] : drawn?.looks ?? []).filter((look) => spoken(look, ink).trim() !== '' || look.file || look.place);
    this.#drawTabs(drawn, form?.form);
    this.#wall.empty().append(looks.map((look) => bubble(look, ink)));
    if (looks.length === 0) $('<div class="nodeline-nothing">').text(this.#emptiness()).appendTo(this.#wall);
    this.#wall.attr('aria-label', `${ink.translate('common.preview.title')}: ${looks.map((look) => spoken(look, ink)).join('. ') || this.#emptiness()}`);
    this.#note.empty();
    for (const text of this.#notes(drawn, form, looks)) $('<div>').text(text).appendTo(this.#note);
  }

  #drawTabs(drawn: Drawn | undefined, now: Form | undefined): void {
    const { translate } = this.#options;
    const forms = drawn?.forms ?? [];
    // A tab that is drawn anew would lose the keyboard's place.
    const same = this.#tabs.children().map((_, tab) => $(tab).attr('data-form') ?? '').get().join() === forms.map(({ form }) => form).join();
    if (!same) {
      this.#tabs.empty();
      for (const { form, look } of forms) {
        $('<button type="button" class="nodeline-form">').attr('data-form', form)
          .text(translate(`common.preview.form.${form === 'native' && look.kind === 'list' ? 'native-list' : form}`))
          .on('click', () => { this.#wanted = form; this.#draw(); }).appendTo(this.#tabs);
      }
    }
    this.#tabs.children().each((_, tab) => {
      const of = forms.find(({ form }) => form === $(tab).attr('data-form'));
      $(tab).attr('aria-pressed', String(of?.form === now)).toggleClass('nodeline-unlikely', of?.rung === -1);
    });
    this.#tabs.toggle(forms.length > 1);
  }

  /** What is to be known beside the look. */
  #notes(drawn: Drawn | undefined, form: Drawn['forms'][number] | undefined, looks: Look[]): string[] {
    const { translate } = this.#options;
    const say = (key: string) => translate(`common.preview.note.${key}`);
    const notes: string[] = [];
    if (drawn?.reason === 'caption') notes.push(say('caption'));
    if (form) {
      if (form.rung === -1) notes.push(say('not-chosen'));
      if (form.rung > 0) notes.push(say('refused'));
      if (drawn?.reason === 'unfit') notes.push(say('unfit'));
      if (form.form === 'numbered' && form.rung === 0) notes.push(say(drawn?.reason === 'written' ? 'written' : drawn?.reason === 'auto' ? 'auto' : 'numbered'));
      if (form.form === 'native') notes.push(say('native'));
      if (form.form === 'poll') notes.push(say('poll'));
    }
    if (looks.some(({ file }) => file)) notes.push(say('file'));
    if (/\uE000/.test(JSON.stringify(looks))) notes.push(say('brought'));
    return notes;
  }

  #emptiness(): string {
    const { translate } = this.#options;
    return translate(`common.preview.${this.#last?.empty ?? 'nothing'}`);
  }
}

/** Where an unknown value comes from, as people read it: "msg.payload.name". */
export function nameOf({ case: { fields }, stored, places }: Pick<Judged, 'case' | 'stored' | 'places'>, path: string): string {
  for (const field of fields) {
    if (field.path === path) return sourceOf(field, stored);
    const inside = path.startsWith(`${field.path}[`) ? /^\[(\d+)\]\.(.+)$/.exec(path.slice(field.path.length)) : null;
    const inner = field.fields?.find((one) => one.path === inside?.[2]);
    const items = stored[field.param];
    const item: unknown = Array.isArray(items) ? items[places.get(field.path)?.[Number(inside?.[1])] ?? -1] : undefined;
    if (inner && typeof item === 'object' && item !== null) return sourceOf(inner, item as Stored);
  }
  return path;
}

function sourceOf(field: Field, stored: Stored): string {
  const kind = kindOf(field, stored);
  const value = String(stored[field.param] ?? '');
  return kind === 'jsonata' ? value : kind === 'env' ? `\${${value}}` : `${kind}.${value}`;
}

/** Puts a value at "buttons[0].text"; where its way is not in the request, nothing is to be shown of it. */
function put(params: Record<string, unknown>, path: string, value: string): void {
  const steps = path.split(/[.[\]]+/).filter(Boolean);
  const last = steps.pop();
  let at: unknown = params;
  for (const step of steps) at = (at as Record<string, unknown> | undefined)?.[step];
  if (last !== undefined && typeof at === 'object' && at !== null) (at as Record<string, unknown>)[last] = value;
}

/** Whether the editor's theme is a dark one: themes set colours and say nothing. */
function isDark(element: Element | undefined): boolean {
  for (let at = element; at; at = at.parentElement ?? undefined) {
    const [r = 0, g = 0, b = 0, a = 1] = (/\(([^)]+)\)/.exec(getComputedStyle(at).backgroundColor)?.[1] ?? '').split(/[,\s/]+/).map(Number);
    if (a > 0.5 && getComputedStyle(at).backgroundColor !== '') return (r * 299 + g * 587 + b * 114) / 1000 < 110;
  }
  return false;
}
