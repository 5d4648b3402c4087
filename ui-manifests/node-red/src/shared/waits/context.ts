import { NodelineError } from '@nodeline/client';
import type { Node } from 'node-red';
import type { Message, RED } from '../red.js';
import { snapshotMaxBytes, take } from '../snapshot.js';

/** Paths that a warning names; the rest are counted. */
const pathsMax = 10;

/**
 * What travels with an ask. One warning names what of the message will be missing later,
 * one what loses its class.
 * @throws {NodelineError} too_large
 */
export function contextOf(RED: RED, node: Node, msg: Message): unknown {
  const { context, dropped, plain, bytes } = take(msg);
  if (bytes > snapshotMaxBytes) {
    throw new NodelineError('too_large', RED._('common.wait.too-large', {
      kb: String(Math.ceil(bytes / 1024)), limit: String(snapshotMaxBytes / 1024),
    }), { hint: RED._('common.error.nothing-sent') });
  }
  const warn = (key: 'dropped' | 'plain', paths: string[]) => {
    if (paths.length === 0) return;
    const named = paths.slice(0, pathsMax).map((path) => `msg.${path}`).join(', ');
    const more = paths.length > pathsMax ? ` ${RED._('common.wait.more', { count: String(paths.length - pathsMax) })}` : '';
    node.warn(RED._(`common.wait.${key}`, { paths: named + more }));
  };
  warn('dropped', dropped.map(({ path }) => path));
  warn('plain', plain);
  return context;
}
