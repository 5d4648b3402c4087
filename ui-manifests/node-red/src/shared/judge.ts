import { NodelineError, type Issue, type Method } from '@nodeline/client';
import type { Node } from 'node-red';
import type { LineNode, RED } from './red.js';

/** The error of a node that was never given a line. */
export function noLine(RED: RED): NodelineError {
  return new NodelineError('line_not_linked', RED._('common.error.no-line'));
}

/**
 * Judges a request before it goes out, by the dialog's own rules.
 * @throws {NodelineError} invalid_request, naming each field
 */
export async function mustPass(RED: RED, node: Node, line: LineNode, method: Method, params: unknown): Promise<void> {
  const { issues, warnings } = await line.judge(method, params);
  for (const warning of warnings) node.warn(warning.message);
  if (issues.length > 0) throw refused(RED, issues);
}

function refused(RED: RED, issues: Issue[]): NodelineError {
  return new NodelineError('invalid_request', issues.map((issue) => issue.message).join(' '), {
    issues,
    field: issues[0]?.field,
    hint: RED._('common.error.nothing-sent'),
  });
}
