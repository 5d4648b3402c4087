import type { IDataObject } from 'n8n-workflow';
import { failure, local } from './errors';
import { call, type Context } from './transport';

/** One line as line.list tells it. */
export interface Line {
  id: string;
  name: string;
  state: string;
  phone?: string;
  /** What the state means now and what to do. */
  detail?: string;
}

/** The lines that the credential reaches. */
export async function linesOf(ctx: Context, itemIndex?: number): Promise<Line[]> {
  const { lines } = await call(ctx, 'line.list', {}, itemIndex);
  return (lines ?? []) as unknown as Line[];
}

/** "Clinic (+7 900 000-00-02)", or the name alone while no phone is linked. */
export function lineLabel(line: Line): string {
  return line.phone ? `${line.name} (${line.phone})` : `${line.name} (${line.state.replaceAll('_', ' ')})`;
}

/** The id inside a resource locator's value, or the value itself; blank: ''. */
export function idIn(value: unknown): string {
  if (typeof value === 'object' && value !== null) return idIn((value as IDataObject).value);
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/**
 * Finds the line that a node means: the one it names, else the only one that its
 * credential reaches, which is asked for once.
 */
export class LineFinder {
  readonly #ctx: Context;

  #only: Promise<string> | undefined;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /**
   * @param named the parameter's value; blank means the credential's line
   * @throws {NodeApiError} where there is none, or several
   */
  async find(named: unknown, itemIndex?: number): Promise<string> {
    const id = idIn(named);
    if (id) return id;
    this.#only ??= this.#ask(itemIndex);
    return await this.#only;
  }

  async #ask(itemIndex?: number): Promise<string> {
    const lines = await linesOf(this.#ctx, itemIndex);
    const place = { node: this.#ctx.getNode(), itemIndex };
    const [first] = lines;
    if (!first) {
      throw failure(place, { code: local.noLine, message: 'Not linked yet: the sidecar has no line.', hint: 'Open the credential and link a WhatsApp account there, or on the sidecar\'s own page.' });
    }
    if (lines.length > 1) {
      const names = lines.map(lineLabel).join(', ');
      throw failure(place, { code: local.lineUnclear, message: `The credential reaches ${lines.length} lines: ${names}.`, hint: 'Pick one in the field Line.', field: 'line' });
    }
    return first.id;
  }
}
