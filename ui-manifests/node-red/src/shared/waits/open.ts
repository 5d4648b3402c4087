import type { Ask, AskListRequest, CallOptions } from '@nodeline/client';
import type { LineNode } from '../red.js';

/** Asks listed in one call; schema.AskListRequest. */
const page = 200;

/**
 * Every open ask of a line, of this Node-RED or of everybody, each once, whatever their
 * number: those that are on their way, then those that wait. One that goes from the first
 * to the second while they are read is in one of them at least.
 * @throws {NodelineError} what the calls throw
 */
export async function* openAsks(line: LineNode, which: Pick<AskListRequest, 'node' | 'item' | 'chat'>, whose: 'own' | 'everybody' = 'own', options: CallOptions = {}): AsyncGenerator<Ask> {
  const seen = new Set<string>();
  for (const state of ['sending', 'waiting'] as const) {
    for (let before = ''; ;) {
      const { asks, next } = await line.call('ask.list', { line: line.line, state, ...which, count: page, ...(before ? { before } : {}) }, options);
      for (const ask of asks) {
        if ((whose === 'own' && ask.reply?.host !== line.host) || seen.has(ask.id)) continue;
        seen.add(ask.id);
        yield ask;
      }
      if (!next) break;
      before = next;
    }
  }
}
