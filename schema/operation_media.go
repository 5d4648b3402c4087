package schema

import "slices"

var mediaErrors = slices.Concat(withQuote, []Code{CodeMediaNotFound,
	CodeFileUnavailable, CodeFileIsPage, CodeFileTooLarge, CodeFileEmpty, CodeFileRefused})

var mediaOperations = []Operation{
	{Method: "message.send", Scope: ScopeLine, Request: SendRequest{}, Result: SendMediaResult{}, Errors: mediaErrors,
		Title: Text{"Send a message", "Отправить сообщение"},
		Help:  Text{"Sends text, files, or both: the text is the first file's caption where WhatsApp shows one.", "Отправляет текст, файлы или всё вместе: текст становится подписью первого файла, если WhatsApp её показывает."}},
	{Method: "message.sendMedia", Scope: ScopeLine, Request: SendMediaRequest{}, Result: SendMediaResult{}, Errors: mediaErrors,
		Title: Text{"Send files", "Отправить файлы"},
		Help:  Text{"Sends pictures, videos, sound, voice notes, stickers and documents, by link or uploaded.", "Отправляет изображения, видео, звук, голосовые, стикеры и документы: по ссылке или загруженные."}},
	{Method: "media.get", Scope: ScopeRead, Request: MediaGetRequest{}, Result: MediaGetResult{}, Errors: []Code{CodeLineNotFound, CodeMediaNotFound},
		Title: Text{"Get a file's link", "Получить ссылку на файл"},
		Help:  Text{"What is known of a file, and a new link to it.", "Сведения о файле и новая ссылка на него."}},
}
