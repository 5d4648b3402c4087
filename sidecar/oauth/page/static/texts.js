// @ts-check
// What the linking page says beside the linking itself.

/** @type {import('./common/i18n.js').Phrases} */
const en = {
  title: 'Link WhatsApp',
  language: 'Language',
  banner: 'Sandbox: simulated phones. Nothing here reaches the real WhatsApp.',
  loading: 'Loading…',
  cancel: 'Cancel',
  close: 'Close',
  retry: 'Try again',
  unreachable: 'The sidecar does not answer. Check that it is running.',
  oddAnswer: 'The sidecar answered with an error ({status}).',

  asks: 'asks to use a WhatsApp line',
  asksHint: 'It will send and receive messages with the line that you choose here, and with no other. Cancel if you did not press Connect there.',
  leaving: 'Going back to {host}…',
  startAgain: 'Start again',

  signInTitle: 'Sign in',
  signInText: 'The flow editor or this browser is not on the sidecar’s machine, so first show that the sidecar is yours: paste its administrator’s token. It is in the file “admin-token” in the sidecar’s data folder.',
  signIn: 'Sign in',
  token: 'Administrator’s token',
  tokenHint: 'It goes to the sidecar only; the flow editor never gets it.',

  linked: 'Already linked',
  others: 'Not linked now',
  use: 'Use this line',
  useThis: 'Use the line {name}',
  link: 'Link',
  relink: 'Link again',
  linkThis: 'Link the line {name}',
  newTitle: 'Link a new WhatsApp',
  newLabel: 'Name',
  newName: 'WhatsApp',
  newHint: 'For people: for example “Reception”.',
  newGo: 'Show the code',
  linkTitle: 'Link “{name}”',
  back: 'Other lines',
};

/** @type {import('./common/i18n.js').Phrases} */
const ru = {
  title: 'Привязка WhatsApp',
  language: 'Язык',
  banner: 'Песочница с ненастоящими телефонами: в WhatsApp ничего не уходит.',
  loading: 'Загрузка…',
  cancel: 'Отмена',
  close: 'Закрыть',
  retry: 'Повторить',
  unreachable: 'Сервис не отвечает. Проверьте, что он запущен.',
  oddAnswer: 'Сервис ответил ошибкой ({status}).',

  asks: 'просит доступ к линии WhatsApp',
  asksHint: 'Он будет отправлять и получать сообщения с линии, которую вы выберете здесь, и ни с какой другой. Если вы не нажимали там Connect, нажмите «Отмена».',
  leaving: 'Возвращаемся на {host}…',
  startAgain: 'Начать заново',

  signInTitle: 'Вход',
  signInText: 'Редактор или этот браузер не на машине сервиса, поэтому сначала подтвердите, что сервис ваш: вставьте токен администратора. Он записан в файле «admin-token» в папке данных сервиса.',
  signIn: 'Войти',
  token: 'Токен администратора',
  tokenHint: 'Его получит только сервис; редактору он не передаётся.',

  linked: 'Уже привязаны',
  others: 'Сейчас не привязаны',
  use: 'Выбрать эту линию',
  useThis: 'Выбрать линию {name}',
  link: 'Привязать',
  relink: 'Привязать снова',
  linkThis: 'Привязать линию {name}',
  newTitle: 'Привязать новый WhatsApp',
  newLabel: 'Название',
  newName: 'WhatsApp',
  newHint: 'Для людей: например, «Регистратура».',
  newGo: 'Показать код',
  linkTitle: 'Привязка «{name}»',
  back: 'Другие линии',
};

export const texts = { en, ru };
