// What went wrong, as the sidecar says it or as a host does in its own words.
import type { FileLink, Issue } from './schema.gen.js';

/** A failure in words for the flow's builder. */
export interface Problem {
  /** Stable; flows may branch on it: "line_not_linked". */
  code: string;
  /** A sentence. */
  message: string;
  /** What to do. */
  hint?: string;
  field?: string;
  issues?: Issue[];
  /** WhatsApp's own error number. */
  server?: number;
  /** Where a file's link leads, of an error about one. */
  link?: FileLink;
  /** The same request may succeed later, unchanged. */
  retry?: boolean;
}

/** Whether a value has members. */
export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The problem inside the `error` member of a JSON-RPC answer, or undefined where there is none. */
export function problemIn(body: unknown): Problem | undefined {
  if (!isObject(body) || !isObject(body['error'])) return undefined;
  const { data, message } = body['error'];
  if (isObject(data) && typeof data['code'] === 'string') return data as unknown as Problem;
  return { code: 'internal', message: String(message) };
}
