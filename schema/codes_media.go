package schema

// Codes of attachments.
const (
	CodeFileUnavailable Code = "file_unavailable" // its link does not give it
	CodeFileIsPage      Code = "file_is_page"     // its link gives a page of HTML
	CodeFileTooLarge    Code = "file_too_large"
	CodeFileEmpty       Code = "file_empty"
	CodeFileRefused     Code = "file_address_refused" // this sidecar does not fetch from there
	CodeMediaNotFound   Code = "media_not_found"
	CodeMediaGone       Code = "media_gone" // WhatsApp does not have it any more
	CodeMediaLink       Code = "media_link_expired"
	CodeMediaFull       Code = "media_full" // the files that the sidecar keeps take all that they may
)

var mediaCodes = []CodeInfo{
	{CodeFileUnavailable, -32140, 502, false,
		Text{"The file's link does not work.", "Ссылка на файл не работает."},
		Text{"Open the link in a private browser window: it must give the file without signing in. The message was not sent.", "Откройте ссылку в приватном окне браузера: она должна отдавать файл без входа. Сообщение не отправлено."}},
	{CodeFileIsPage, -32141, 400, false,
		Text{"This opens a page, not the file.", "Ссылка открывает страницу, а не файл."},
		Text{"Use the direct link for downloading; a share link of a cloud drive shows a page. The message was not sent.", "Нужна прямая ссылка на скачивание; ссылка «поделиться» облачного диска открывает страницу. Сообщение не отправлено."}},
	{CodeFileTooLarge, -32142, 413, false,
		Text{"The file is too large.", "Файл слишком большой."},
		Text{"As media: pictures up to 5 MB, sound and video 16 MB; as a document up to 100 MB. The message was not sent.", "Как медиа: изображения до 5 МБ, звук и видео до 16 МБ; документом до 100 МБ. Сообщение не отправлено."}},
	{CodeFileEmpty, -32143, 400, false,
		Text{"The file is empty.", "Файл пустой."},
		Text{"Check what the link gives. The message was not sent.", "Проверьте, что отдаёт ссылка. Сообщение не отправлено."}},
	{CodeFileRefused, -32144, 400, false,
		Text{"The sidecar does not fetch files from this address.", "Сервис не забирает файлы с этого адреса."},
		Text{"Use a public address, or start the sidecar with --media-from and this address.", "Используйте публичный адрес либо запустите сервис с --media-from и этим адресом."}},
	{CodeMediaNotFound, -32145, 404, false,
		Text{"There is no such file.", "Такого файла нет."},
		Text{"It may have been deleted: files are kept for some time only. Upload it again.", "Возможно, он удалён: файлы хранятся ограниченное время. Загрузите его снова."}},
	{CodeMediaGone, -32146, 410, false,
		Text{"WhatsApp does not have this file any more.", "В WhatsApp этого файла больше нет."},
		Text{"Open the message on the line's phone, or ask the customer to send it again.", "Откройте сообщение на телефоне линии или попросите клиента прислать файл снова."}},
	{CodeMediaLink, -32147, 403, false,
		Text{"This link is not valid any more.", "Эта ссылка больше не действует."},
		Text{"media.get gives a new one.", "Новую даёт media.get."}},
	{CodeMediaFull, -32148, 507, true,
		Text{"There is no more room for files.", "Места для файлов больше нет."},
		Text{"The file was not kept. Files go by themselves after some days: serve --keep-media says how many, --media-quota how much room there is.", "Файл не сохранён. Файлы удаляются сами через несколько дней: сколько дней, задаёт serve --keep-media, сколько места, --media-quota."}},
}
