import type { Method } from '@nodeline/client';

const methods: readonly string[] = [
  'message.sendText', 'message.send', 'message.sendMedia', 'message.sendButtons', 'message.sendList', 'message.sendPoll',
  'message.sendTemplate', 'message.sendLocation', 'message.sendContact', 'message.ask', 'message.edit',
];

/** Whether a method sends a message that a preview can show. */
export const previewed = (method: Method | ''): boolean => methods.includes(method);
