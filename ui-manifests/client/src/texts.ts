// Sentences for what goes wrong between this client and the sidecar; everything
// else is said by the sidecar, in the language it was asked in.

import type { Lang } from './schema.gen.js';

/** Codes of errors that only the client knows. The sidecar's own codes are in the schema. */
export type LocalCode = 'sidecar_unreachable' | 'sidecar_silent' | 'client_stopped' | 'too_large' | 'call_lost' | 'still_queued';

interface Said {
  message: Record<Lang, string>;
  hint: Record<Lang, string>;
  retry: boolean;
}

const said: Record<LocalCode, Said> = {
  sidecar_unreachable: {
    message: {
      en: 'The Nodeline sidecar cannot be reached.',
      ru: 'Нет связи с сервисом Nodeline.',
    },
    hint: {
      en: 'Check that it runs and that its address in the line\'s settings is right. It is tried again by itself.',
      ru: 'Проверьте, что он запущен и что его адрес в настройках линии указан верно. Подключение повторяется само.',
    },
    retry: true,
  },
  sidecar_silent: {
    message: {
      en: 'The Nodeline sidecar did not answer in time.',
      ru: 'Сервис Nodeline не ответил вовремя.',
    },
    hint: {
      en: 'It may have taken the message. Sending it again from this node is safe: the customer sees it once.',
      ru: 'Возможно, сообщение принято. Повторить его из этого узла безопасно: клиент увидит его один раз.',
    },
    retry: true,
  },
  client_stopped: {
    message: {
      en: 'The flow was stopped before the sidecar answered.',
      ru: 'Поток остановлен раньше, чем ответил сервис.',
    },
    hint: {
      en: 'Sending it again from this node is safe: the customer sees it once.',
      ru: 'Повторить из этого узла безопасно: клиент увидит сообщение один раз.',
    },
    retry: true,
  },
  too_large: {
    message: {
      en: 'The request is too large.',
      ru: 'Запрос слишком большой.',
    },
    hint: {
      en: 'The sidecar takes less than 1 MB. Nothing was sent.',
      ru: 'Сервис принимает меньше 1 МБ. Ничего не отправлено.',
    },
    retry: false,
  },
  call_lost: {
    message: {
      en: 'This method cannot be repeated safely, and the connection was lost.',
      ru: 'Этот вызов нельзя безопасно повторить, а связь прервалась.',
    },
    hint: {
      en: 'Look at what stands before calling it again.',
      ru: 'Проверьте состояние, прежде чем вызывать снова.',
    },
    retry: false,
  },
  still_queued: {
    message: {
      en: 'The message is stored, but WhatsApp has not taken it yet.',
      ru: 'Сообщение сохранено, но WhatsApp его ещё не принял.',
    },
    hint: {
      en: 'It goes out by itself when the line is back. Sending it again from this node is safe: the customer sees it once.',
      ru: 'Оно уйдёт само, когда линия восстановится. Повторить его из этого узла безопасно: клиент увидит его один раз.',
    },
    retry: true,
  },
};

/** The sentence, hint and retry word of a local code. */
export function sayLocal(code: LocalCode, lang: Lang): { message: string; hint: string; retry: boolean } {
  const { message, hint, retry } = said[code];
  return { message: message[lang], hint: hint[lang], retry };
}

/** The language of sentences for a host's locale, such as "ru-RU". English unless it is Russian. */
export function langOf(locale: string | undefined): Lang {
  return locale?.toLowerCase().startsWith('ru') ? 'ru' : 'en';
}
