package schema

// Error codes of messages that point at others, and of calls with a time limit.
const (
	CodeMessageUnknown Code = "message_unknown" // the message that a request points at
	CodeNotOwn         Code = "not_own_message"
	CodeUnfit          Code = "message_unfit" // WhatsApp does not do this to a message of its kind
	CodeEditTooLate    Code = "edit_too_late"
	CodeDeleteTooLate  Code = "delete_too_late"
	CodeTargetNotSent  Code = "target_not_sent" // the message to change never went
	CodeTimedOut       Code = "timed_out"       // of calls that send nothing
	CodePreviewLink    Code = "preview_link"    // the text does not hold the preview's link
)

var messageCodes = []CodeInfo{
	{CodeMessageUnknown, -32100, 404, false,
		Text{"This line does not know the message that is pointed at.", "Линия не знает сообщения, на которое указано."},
		Text{"Pass on the whole result of the node that sent it, or the whole incoming message. Nothing was sent.", "Передайте результат отправившего его узла целиком или входящее сообщение целиком. Ничего не отправлено."}},
	{CodeNotOwn, -32101, 409, false,
		Text{"Only messages that this line wrote can be changed or deleted.", "Изменить или удалить можно только сообщения этой линии."},
		Text{"Point at the result of a send on the same line. Nothing was sent.", "Укажите результат отправки на этой же линии. Ничего не отправлено."}},
	{CodeUnfit, -32102, 409, false,
		Text{"WhatsApp does not allow this for a message of this kind.", "WhatsApp не позволяет этого для сообщения такого вида."},
		Text{"Only text can be edited; text, places, contacts and attachments can be forwarded; reactions and deletions cannot be pointed at. Nothing was sent.", "Изменить можно только текст; переслать текст, место, контакт или вложение; на реакции и удаления указывать нельзя. Ничего не отправлено."}},
	{CodeEditTooLate, -32103, 409, false,
		Text{"The message can no longer be edited: WhatsApp allows it for 20 minutes.", "Сообщение уже нельзя изменить: WhatsApp даёт на это 20 минут."},
		Text{"Send a new message, quoting the old one if need be. Nothing was sent.", "Отправьте новое сообщение, при необходимости с цитатой. Ничего не отправлено."}},
	{CodeDeleteTooLate, -32104, 409, false,
		Text{"The message can no longer be deleted for everyone: WhatsApp allows it for about 2.5 days.", "Сообщение уже нельзя удалить у всех: WhatsApp даёт на это около 2,5 суток."},
		Text{"It stays with the customer. Nothing was sent.", "Оно остаётся у клиента. Ничего не отправлено."}},
	{CodeTargetNotSent, -32105, 409, false,
		Text{"The message that is pointed at was never sent.", "Сообщение, на которое указано, так и не было отправлено."},
		Text{"The customer never saw it, so there is nothing to change. message.get says why it was not sent.", "Клиент его не видел, менять нечего. Почему оно не ушло, скажет message.get."}},
	{CodeTimedOut, -32106, 504, true,
		Text{"The time limit of this call is over.", "Лимит времени этого вызова истёк."},
		Text{"The line may be away from WhatsApp; calling again is safe.", "Возможно, у линии нет связи с WhatsApp; повторять безопасно."}},
	{CodePreviewLink, -32107, 400, false,
		Text{"The text does not hold the link of its preview.", "В тексте нет ссылки, которую описывает карточка."},
		Text{"Put the link into the text exactly as it stands in the preview. Nothing was sent.", "Добавьте ссылку в текст точно так, как она записана в карточке. Ничего не отправлено."}},
}
