import { NodelineError, type Issue, type Lang, type Method } from '@nodeline/client';
import type { Node } from 'node-red';
import type { Field } from './model.js';
import type { LineNode, RED } from './red.js';

/** The error of a node that was never given a line. */
export function noLine(RED: RED): NodelineError {
  return new NodelineError('line_not_linked', RED._('common.error.no-line'));
}

/**
 * Judges a request before it goes out, by the dialog's own rules.
 * @param fields as the node shows them: their labels are said in place of the schema's
 * @throws {NodelineError} invalid_request, naming each field
 */
export async function mustPass(RED: RED, node: Node, line: LineNode, method: Method, params: unknown, fields: readonly Field[] = []): Promise<void> {
  const { issues, warnings } = await line.judge(method, params);
  const shown = (issue: Issue) => asShown(issue, fields, line.lang);
  for (const warning of warnings) node.warn(shown(warning).message);
  if (issues.length > 0) throw refused(RED, issues.map(shown));
}

/** An issue in the words of the node's dialog. */
function asShown(issue: Issue, fields: readonly Field[], lang: Lang): Issue {
  const label = fields.find(({ path, own }) => path === issue.field && !own)?.label[lang];
  return label ? { ...issue, label, message: issue.message.replace(issue.label, label) } : issue;
}

function refused(RED: RED, issues: Issue[]): NodelineError {
  return new NodelineError('invalid_request', issues.map((issue) => issue.message).join(' '), {
    issues,
    field: issues[0]?.field,
    hint: RED._('common.error.nothing-sent'),
  });
}
