// @ts-check
// The sandbox's own words, for people: errors of its interface and notes on
// messages, known by how they start. What is not known here is shown as it came.

/** @type {[start: string, en: string, ru: string][]} */
export const known = [
  ['no such phone', 'This sandbox has no such phone.', 'В этой песочнице нет такого телефона.'],
  ['phone exists already', 'There is a phone with this number already.', 'Телефон с таким номером уже есть.'],
  ['phone must be', 'A phone number has 7 to 15 digits, with or without +.', 'В номере телефона от 7 до 15 цифр, с + или без него.'],
  ['the phone is offline', 'This phone is offline. Switch it online and try again.', 'Телефон не в сети. Включите его и повторите.'],
  ['this phone\'s own number', 'This is the phone’s own number. Write to another one.', 'Это номер самого телефона. Напишите на другой.'],
  ['this number is not on WhatsApp', 'This number is not on WhatsApp: the sandbox has no such phone. Add it first.', 'Этого номера нет в WhatsApp: в песочнице нет такого телефона. Сначала добавьте его.'],
  ['no such group', 'This sandbox has no such group.', 'В этой песочнице нет такой группы.'],
  ['this phone is not in the group', 'This phone is not in the group.', 'Этого телефона нет в группе.'],
  ['only an admin of the group', 'Only an admin of the group may do this.', 'Это может только администратор группы.'],
  ['this number is in the group', 'This number is in the group already.', 'Этот номер уже в группе.'],
  ['a subject has', 'A subject has 1 to 100 characters.', 'В названии от 1 до 100 знаков.'],
  ['a description has', 'A description has at most 2048 characters.', 'В описании не больше 2048 знаков.'],
  ['a group has at most', 'A group has at most 1024 members.', 'В группе не больше 1024 участников.'],
  ['only who wrote a message', 'Only who wrote a message may do this.', 'Это может только автор сообщения.'],
  ['only a text or a caption can be edited', 'Only a text or a caption can be changed.', 'Изменить можно только текст или подпись.'],
  ['this phone wrote the message', 'This phone wrote the message itself.', 'Это сообщение написано на этом же телефоне.'],
  ['no such message', 'This message is not in the chat any more.', 'Этого сообщения в чате уже нет.'],
  ['the message has no such button', 'The message has no such button.', 'У сообщения нет такой кнопки.'],
  ['the poll has no such option', 'The poll has no such option.', 'В опросе нет такого варианта.'],
  ['only one option of this poll', 'Only one option of this poll can be chosen.', 'В этом опросе можно выбрать только один вариант.'],
  ['the message is not visible', 'A real phone does not show this message, so it cannot be answered.', 'Настоящий телефон это сообщение не показывает, ответить на него нельзя.'],
  ['the message is empty', 'Write something first.', 'Сначала напишите что-нибудь.'],
  ['the message has', 'The message is too long.', 'Сообщение слишком длинное.'],
  ['the network refused the message', 'The sandbox refused the message, as its rules say.', 'Песочница отклонила сообщение: так говорят её правила.'],
  ['no such linked device', 'This device is not linked any more.', 'Это устройство уже не привязано.'],
  ['this is not the text of a linking QR code', 'This is not the text of a linking QR code. Copy it whole from the place that shows the code.', 'Это не текст QR-кода для привязки. Скопируйте его целиком там, где показан код.'],
  ['this QR code is not waiting', 'This QR code has run out. Copy the text of the one that is shown now.', 'Этот QR-код истёк. Скопируйте текст того, который показан сейчас.'],
  ['this QR code has been scanned', 'This QR code has been scanned already. Ask for a new one.', 'Этот QR-код уже отсканирован. Запросите новый.'],
  ['only the QR code\'s client', 'A code’s secret never passes the network: copy the code’s text where it is shown and paste it below.', 'Секрет кода по сети не передаётся: скопируйте текст кода там, где он показан, и вставьте его ниже.'],
  ['the QR code\'s keys', 'This QR code belongs to another program than the one that waits. Ask for a new code.', 'Этот QR-код не от той программы, которая ждёт. Запросите новый код.'],
  ['no device waits for a code', 'No device waits for a code of this phone: it has run out, or was asked for another number. Ask for a new one.', 'Никакое устройство не ждёт кода для этого телефона: код истёк или запрошен для другого номера. Запросите новый.'],
  ['the code is not the one', 'This is not the code that the device shows. Look at it again and retype it.', 'Это не тот код, который показывает устройство. Сверьте его и введите ещё раз.'],
  ['WhatsApp asks for a passkey', 'WhatsApp asks to confirm with a passkey before it links this device, and nobody confirms it here. If nothing follows on a real phone, ask for a new code and link the other way: by phone number, or by QR code.', 'Перед привязкой WhatsApp просит подтвердить ключом доступа, а подтвердить здесь некому. Если и на настоящем телефоне ничего не происходит, запросите новый код и привяжите другим способом: по номеру телефона или по QR-коду.'],
  ['the client refused', 'The device refused to be linked. Ask for a new code.', 'Устройство отказалось от привязки. Запросите новый код.'],
  ['the client has gone', 'The device is gone. Ask it for a new code.', 'Устройство пропало. Запросите у него новый код.'],
  ['the client does not answer', 'The device does not answer. Ask it for a new code.', 'Устройство не отвечает. Запросите у него новый код.'],
  ['A real phone shows nothing: the stanza does not say', 'A real phone shows nothing: the message does not say that it is a poll.', 'Настоящий телефон ничего не покажет: сообщение не говорит, что это опрос.'],
  ['A real phone shows nothing: the stanza', 'A real phone shows nothing: the message has buttons but came without the full <biz> node that they need.', 'Настоящий телефон ничего не покажет: у сообщения есть кнопки, но нет полного узла <biz>, который им нужен.'],
  ['A real phone shows nothing: this is the retired ListMessage', 'A real phone shows nothing: this is a list of the old kind (ListMessage).', 'Настоящий телефон ничего не покажет: это список старого вида (ListMessage).'],
  ['A real phone shows nothing: a poll', 'A real phone shows nothing: a poll has 2 to 12 different options, and a secret that votes are sealed with.', 'Настоящий телефон ничего не покажет: в опросе от 2 до 12 разных вариантов и секрет, которым шифруются голоса.'],
  ['A real phone shows nothing here', 'A real phone shows nothing here: it draws no buttons of linked devices.', 'Настоящий телефон ничего не покажет: кнопки от связанных устройств он не рисует.'],
  ['A real phone shows nothing: this is the retired', 'A real phone shows nothing: these are buttons of the old kind (ButtonsMessage).', 'Настоящий телефон ничего не покажет: это кнопки старого вида (ButtonsMessage).'],
  ['A real phone shows nothing: a button\'s', 'A real phone shows nothing: a button has no text or no id.', 'Настоящий телефон ничего не покажет: у кнопки нет текста или идентификатора.'],
  ['A real phone shows nothing: the interactive', 'A real phone shows nothing: the message has none of the buttons that can be tapped.', 'Настоящий телефон ничего не покажет: в сообщении нет кнопок, которые можно нажать.'],
  ['A real phone shows nothing: the message is empty', 'A real phone shows nothing: the message is empty.', 'Настоящий телефон ничего не покажет: сообщение пустое.'],
  ['A real phone shows nothing: the location', 'A real phone shows nothing: there is no such place on the globe.', 'Настоящий телефон ничего не покажет: такого места на карте нет.'],
  ['a location has a', 'A location has a latitude from -90 to 90 and a longitude from -180 to 180.', 'У места широта от -90 до 90 и долгота от -180 до 180.'],
  ['This page does not draw templates', 'A template: the sandbox does not draw it.', 'Шаблон: песочница его не рисует.'],
  ['there is no file', 'This message has no file.', 'В этом сообщении нет файла.'],
  ['the file is not there', 'The sandbox does not keep this file any more.', 'Песочница этот файл уже не хранит.'],
  ['the attachment cannot be read', 'The file cannot be decrypted.', 'Файл не удаётся расшифровать.'],
  ['only sound can be a voice note', 'Only sound can be a voice note.', 'Голосовым сообщением бывает только звук.'],
  ['a file has 1 to', 'The file is empty or larger than 32 MB.', 'Файл пустой или больше 32 МБ.'],
  ['A real phone shows nothing: the attachment', 'A real phone shows nothing: the file has no place, key or checksum.', 'Настоящий телефон ничего не покажет: у файла нет места, ключа или контрольной суммы.'],
  ['A real phone does not show this document', 'A real phone does not show this document’s caption: it is not in the envelope that captions need.', 'Настоящий телефон не покажет подпись этого документа: она не в той обёртке, которая нужна для подписей.'],
  ['Waiting for this message', 'Waiting for this message: it could not be decrypted, and the sender was asked for another copy.', 'Ждём это сообщение: расшифровать его не удалось, у отправителя запрошена ещё одна копия.'],
  ['no device waits for a code', 'No device waits for a code of this phone. Ask for a new code.', 'Ни одно устройство не ждёт кода с этого телефона. Запросите новый код.'],
  ['no such fault', 'This trouble is switched off already.', 'Этот сбой уже выключен.'],
  ['no such preset', 'This sandbox does not know this trouble. Reload the page.', 'Этой песочнице такой сбой не известен. Обновите страницу.'],
  ['this preset needs a phone', 'Choose a phone first.', 'Сначала выберите телефон.'],
  ['with a preset go', 'This trouble cannot be set in that way.', 'Этот сбой так не настраивается.'],
  ['the code of a temporary ban', 'The code of a temporary ban is 101, 102, 103, 104 or 106.', 'Код временной блокировки: 101, 102, 103, 104 или 106.'],
  ['Deleted for everyone', 'Deleted for everyone.', 'Удалено для всех.'],
];

/**
 * @param {string} text as the interface gives it
 * @param {import('./common/i18n.js').Lang} lang
 */
export function worded(text, lang) {
  const found = known.find(([start]) => text.startsWith(start));
  if (found) return lang === 'ru' ? found[2] : found[1];
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}
