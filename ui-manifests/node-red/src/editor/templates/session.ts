// The template that an open dialog is about, and what the sidecar says of it: read
// through Node-RED, shared by the fields that depend on it and by the preview.
import type { Template } from '@nodeline/client';
import type { TemplatePage } from '../../nodes/line/actions.js';
import type { Failure } from '../admin-calls.js';

/** What a session asks of the sidecar; a DialogApi. */
export interface TemplateApi {
  templates(search?: string): Promise<TemplatePage>;
  template(name: string, language: string): Promise<Template>;
}

/** How far the chosen template is known. */
export type Reading =
  /** Nothing is chosen, or not in full. */
  | { state: 'none' }
  | { state: 'reading' }
  | { state: 'read'; template: Template }
  /** The sidecar was asked and has no such template. */
  | { state: 'gone'; failure: Failure }
  /** Nobody could be asked. */
  | { state: 'unknown'; failure: Failure };

/** "visit_reminder/en" in its parts; undefined for what is no template's name yet. */
export function templateName(value: string): { name: string; language: string } | undefined {
  const [, name, language] = /^\s*([^/\s]+)\/([^/\s]+)\s*$/.exec(value) ?? [];
  return name && language ? { name, language } : undefined;
}

/** The template of one dialog. */
export class TemplateSession {
  readonly #api: TemplateApi;
  readonly #known = new Map<string, Template>();
  #listeners: (() => void)[] = [];
  #chosen = '';
  #closed = false;
  #reading: Reading = { state: 'none' };

  constructor(api: TemplateApi) {
    this.#api = api;
  }

  /** "name/language" as it stands in the dialog. */
  get chosen(): string {
    return this.#chosen;
  }

  get reading(): Reading {
    return this.#reading;
  }

  /** The chosen template, where it is known. */
  get template(): Template | undefined {
    return this.#reading.state === 'read' ? this.#reading.template : undefined;
  }

  /** A template that was read before. */
  find(name: string, language: string): Template | undefined {
    return this.#known.get(`${name}/${language}`);
  }

  /** Calls at each change; the fields of one drawing at a time. */
  listen(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The fields are drawn anew: those of before are not told any more. */
  begin(): void {
    this.#listeners = [];
  }

  /** The dialog is closed: nothing is asked, and nobody is told any more. */
  close(): void {
    this.#closed = true;
    this.begin();
  }

  /** Templates to pick from. @throws {Failure} */
  async page(search: string): Promise<TemplatePage> {
    const page = await this.#api.templates(search);
    for (const template of page.templates) this.#remember(template);
    return page;
  }

  /** Chooses a template and reads it. What was picked from a list is known at once. */
  choose(value: string): void {
    if (this.#closed || value === this.#chosen) return;
    this.#chosen = value;
    const use = templateName(value);
    const known = use && this.find(use.name, use.language);
    this.#set(known ? { state: 'read', template: known } : { state: use ? 'reading' : 'none' });
    if (use && !known) void this.#read(use);
  }

  /** Reads the chosen template again: it was changed, or another line was chosen. */
  again(): void {
    const use = templateName(this.#chosen);
    this.#known.clear();
    if (this.#closed || !use) return;
    this.#set({ state: 'reading' });
    void this.#read(use);
  }

  async #read({ name, language }: { name: string; language: string }): Promise<void> {
    const asked = this.#chosen;
    try {
      const template = await this.#api.template(name, language);
      this.#remember(template);
      if (asked === this.#chosen) this.#set({ state: 'read', template });
    } catch (thrown) {
      const failure = thrown as Failure;
      if (asked === this.#chosen) this.#set({ state: failure.code === 'template_not_found' ? 'gone' : 'unknown', failure });
    }
  }

  #remember(template: Template): void {
    this.#known.set(`${template.name}/${template.language}`, template);
  }

  #set(reading: Reading): void {
    this.#reading = reading;
    for (const listener of this.#listeners) listener();
  }
}

/** Quick replies as the ask names them (sidecar/bridge: withIDs): their own ids, else "b" and the place. */
export function repliesOf({ content: { buttons = [] } }: Template): { id: string; text: string }[] {
  const taken = new Set(buttons.map(({ id }) => id ?? ''));
  return buttons.map((button, place) => {
    let id = button.id ?? '';
    if (!id) for (id = `b${place + 1}`; taken.has(id);) id += '_';
    taken.add(id);
    return { id, text: button.text };
  });
}
