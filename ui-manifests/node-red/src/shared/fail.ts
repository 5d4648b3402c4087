// How a failure leaves a node: by its error output when something is wired there,
// otherwise to Catch nodes. Never both, and never by another output.
import { NodelineError } from '@nodeline/client';
import type { Node } from 'node-red';
import { at } from './outputs.js';
import { isWired, type Done, type Message, type Send } from './red.js';

/** The error in a message that leaves by an error output. */
export interface MessageError {
  code: string;
  message: string;
  hint?: string;
  field?: string;
  source: { id: string; type: string; name?: string };
}

/** The code of an error of ours, undefined of any other. */
export function codeOf(thrown: unknown): NodelineError['code'] | undefined {
  return thrown instanceof Error && thrown.name === 'NodelineError' ? (thrown as NodelineError).code : undefined;
}

/** Any thrown thing as the one error type. Each node is a bundle with a class of its own, so the name tells. */
function asNodelineError(thrown: unknown): NodelineError {
  if (codeOf(thrown)) return thrown as NodelineError;
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : 'internal';
  return new NodelineError(code as NodelineError['code'], thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}

/** Sends a message out by the error output, or hands the error to `done`. */
export function fail(node: Node, place: number, thrown: unknown, msg: Message, send: Send, done: Done): void {
  const error = asNodelineError(thrown);
  if (!isWired(node, place)) {
    done(error);
    return;
  }
  send(at(place, { ...msg, error: { ...error.toJSON(), source: sourceOf(node) } }));
  done();
}

function sourceOf(node: Node): MessageError['source'] {
  return { id: node.id, type: node.type, ...(node.name ? { name: node.name } : {}) };
}
