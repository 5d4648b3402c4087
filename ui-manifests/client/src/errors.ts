import { problemIn, type Problem } from './problem.js';
import { sayLocal, type LocalCode } from './texts.js';
import type { Code, Error as WireError, Issue, Lang, FileLink } from './schema.gen.js';

/** Every code that an error of this client may carry. */
export type AnyCode = Code | LocalCode | 'bad_address';

/** What is known of an error beside its sentence. */
export interface ErrorDetails {
  hint?: string | undefined;
  field?: string | undefined;
  issues?: Issue[] | undefined;
  /** WhatsApp's own error number. */
  server?: number | undefined;
  /** Where a file's link leads, of an error about one. */
  link?: FileLink | undefined;
  /** The same request may succeed later, unchanged. */
  retry?: boolean | undefined;
  cause?: unknown;
}

/** The one error that leaves this client. Branch on `code`; `message` is for people. */
export class NodelineError extends Error {
  readonly code: AnyCode;
  readonly hint: string | undefined;
  readonly field: string | undefined;
  readonly issues: Issue[];
  readonly server: number | undefined;
  readonly link: FileLink | undefined;
  readonly retry: boolean;

  constructor(code: AnyCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'NodelineError';
    this.code = code;
    this.hint = details.hint;
    this.field = details.field;
    this.issues = details.issues ?? [];
    this.server = details.server;
    this.link = details.link;
    this.retry = details.retry ?? false;
  }

  /** The message as people read it in a log: without the class's name. */
  override toString(): string {
    return this.message;
  }

  /** The error as plain data, absent fields left out. */
  toJSON(): WireError {
    return {
      code: this.code as Code,
      message: this.message,
      ...(this.hint ? { hint: this.hint } : {}),
      ...(this.field ? { field: this.field } : {}),
      ...(this.issues.length ? { issues: this.issues } : {}),
      ...(this.server ? { server: this.server } : {}),
      ...(this.link ? { link: this.link } : {}),
      ...(this.retry ? { retry: true } : {}),
    };
  }
}

/** An error that the client itself found. */
export function localError(code: LocalCode, lang: Lang, cause?: unknown): NodelineError {
  const { message, hint, retry } = sayLocal(code, lang);
  return new NodelineError(code, message, { hint, retry, cause });
}

/** A schema.Error as it came in a result or an outcome. */
export function fromWire(error: Problem): NodelineError {
  const issues = error.issues ?? [];
  // A refusal of fields is made of its issues' sentences; other errors lack them.
  const sentences = issues.map((issue) => issue.message).filter((said) => !error.message.includes(said)).join(' ');
  return new NodelineError(error.code as AnyCode, sentences ? `${error.message} ${sentences}` : error.message, error);
}

/** The error member of a JSON-RPC answer, whose data is a schema.Error. */
export function fromRpc(error: { code: number; message: string; data?: unknown }): NodelineError {
  return fromWire(problemIn({ error }) ?? { code: 'internal', message: error.message });
}
