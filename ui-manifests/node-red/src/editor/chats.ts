// People and groups of the chosen line, for the pick list of a chat.
import type { Chat } from '@nodeline/client';
import type { DialogApi } from './dialog-api.js';

/** The most that one list shows. */
const most = 30;

/** Finds chats by what is typed: who wrote to the line, then the account's groups. */
export function chatSearch(api: DialogApi) {
  return async (text: string): Promise<{ value: string; label: string }[]> => {
    const [chats, groups] = await Promise.allSettled([api.chats(text.trim()), api.groups(text.trim())]);
    return [
      ...(chats.status === 'fulfilled' ? chats.value.chats.map((chat) => option(chat.chat, chat.name)) : []),
      ...(groups.status === 'fulfilled' ? groups.value.groups.map((group) => option(group.chat, group.subject)) : []),
    ].slice(0, most);
  };
}

/** A chat by what is typed for it: its number, or its address where it has none. */
function option({ phone, jid, lid }: Chat['chat'], name: string | undefined): { value: string; label: string } {
  const value = phone ?? jid ?? lid ?? '';
  return { value, label: name ? `${name} (${value})` : value };
}
