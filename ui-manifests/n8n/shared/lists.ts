import type { IDataObject, ILoadOptionsFunctions, INodeListSearchItems, INodeListSearchResult } from 'n8n-workflow';
import { LineFinder, lineLabel, linesOf } from './lines';
import { call } from './transport';

const matches = (filter: string | undefined, ...texts: (string | undefined)[]) =>
  !filter || texts.some((text) => text?.toLowerCase().includes(filter.toLowerCase()));

/** The lines that the credential reaches, to pick from. */
export async function searchLines(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
  const lines = await linesOf(this);
  return { results: lines.filter(({ id, name, phone }) => matches(filter, id, name, phone)).map((line) => ({ name: lineLabel(line), value: line.id })) };
}

interface Address {
  phone?: string;
  lid?: string;
  jid?: string;
}

const addressOf = ({ phone, lid, jid }: Address) => phone ?? lid ?? jid ?? '';

/** One page of a list of the chosen line's that searches by itself. */
async function page(ctx: ILoadOptionsFunctions, method: string, filter?: string, paginationToken?: string): Promise<IDataObject> {
  const line = await new LineFinder(ctx).find(ctx.getCurrentNodeParameter('line'));
  const query = filter?.trim().slice(0, 100);
  return await call(ctx, method, { line, ...(query ? { query } : {}), ...(paginationToken ? { before: paginationToken } : {}) });
}

const answer = (results: INodeListSearchItems[], next: unknown): INodeListSearchResult =>
  ({ results, ...(typeof next === 'string' && next ? { paginationToken: next } : {}) });

/** What a page of groups is asked for with, beside the sidecar's own mark of the place. */
const groupsAfter = 'groups:';

/**
 * Who wrote to the line, the last to write first, and after them its groups by subject:
 * n8n has one list to a field. Where the groups cannot be had now, people alone.
 */
export async function searchChats(this: ILoadOptionsFunctions, filter?: string, paginationToken?: string): Promise<INodeListSearchResult> {
  if (paginationToken?.startsWith(groupsAfter)) return await groups(this, filter, paginationToken.slice(groupsAfter.length));
  let people: INodeListSearchItems[] = [];
  let next: unknown = paginationToken;
  // A page of nothing but groups would look like the end of the list.
  do {
    const chats = await page(this, 'chat.list', filter, typeof next === 'string' ? next : undefined);
    people = (chats.chats as unknown as { chat: Address; name?: string }[])
      .map(({ chat, name }) => ({ name, value: addressOf(chat) }))
      .filter(({ value }) => !value.endsWith('@g.us'))
      .map(({ name, value }) => ({ name: name ? `${name} (${value})` : value, value }));
    next = chats.next;
  } while (next && !people.length);
  if (next) return answer(people, next);
  try {
    const { results, paginationToken: more } = await groups(this, filter);
    return answer([...people, ...results], more);
  } catch {
    return answer(people, undefined);
  }
}

/** The groups that the line's account is in, by subject. */
async function groups(ctx: ILoadOptionsFunctions, filter?: string, before?: string): Promise<INodeListSearchResult> {
  const { groups: found, next } = await page(ctx, 'group.list', filter, before);
  return answer((found as unknown as { chat: Address; subject: string; members: number }[]).map(({ chat, subject, members }) =>
    ({ name: `${subject} (group of ${members})`, value: chat.jid ?? '' })), typeof next === 'string' && next ? groupsAfter + next : undefined);
}

/** Approved templates, each in each of its languages: "visit_reminder/en". */
export async function searchTemplates(this: ILoadOptionsFunctions, filter?: string): Promise<INodeListSearchResult> {
  const { templates } = await call(this, 'template.list', { status: 'APPROVED' });
  return {
    results: (templates as unknown as { name: string; language: string; content?: { body?: string } }[])
      .filter(({ name, language, content }) => matches(filter, `${name}/${language}`, content?.body))
      .map(({ name, language, content }) => ({ name: `${name} (${language})`, value: `${name}/${language}`, ...(content?.body ? { description: content.body.slice(0, 120) } : {}) })),
  };
}

/** The lists that nodes offer, by the names that their properties ask for. */
export const listSearch = { searchLines, searchChats, searchTemplates };

