package sandbox

import "time"

const presetBan = "temporary_ban"

// day is how far offline_day dates messages back, milliseconds.
const day = int64(24 * time.Hour / time.Millisecond)

// streamEnd is the last word of a connection: a number, a conflict, or both.
func streamEnd(code, conflict string) *Element {
	e := &Element{Tag: "stream:error", Attrs: map[string]string{}}
	if code != "" {
		e.Attrs["code"] = code
	}
	if conflict != "" {
		e.Children = []Element{{Tag: "conflict", Attrs: map[string]string{"type": conflict}}}
	}
	return e
}

func refusedLogin(code int) []Fault { return []Fault{{Way: Login, Do: FaultRefuse, Code: code}} }

func refusedMessage(code int) []Fault {
	return []Fault{{Way: Up, Tag: "message", Do: FaultRefuse, Code: code}}
}

// presets are the troubles that are known, each with what it rests on. Names are
// stable: tests and scripts use them.
var presets = []Preset{
	// Messages.
	{Name: "lost_ack", Group: GroupMessages,
		Title:  Words{"Lost acknowledgement", "Подтверждение теряется"},
		Effect: Words{"WhatsApp takes each message, and its word on it is lost. Whether it went is unknown until a receipt comes.", "WhatsApp принимает сообщение, но его подтверждение теряется. Ушло ли оно, неизвестно, пока не придёт отметка о доставке."},
		Rests:  "whatsmeow send.go, ErrMessageTimedOut",
		faults: []Fault{{Way: Down, Tag: "ack", Class: "message", Do: FaultDrop}}},
	{Name: "cut_before", Group: GroupMessages,
		Title:  Words{"Cut before a message is taken", "Обрыв до приёма сообщения"},
		Effect: Words{"Every second message or so: the connection ends and the message is lost.", "Примерно на каждом втором сообщении связь рвётся, и сообщение теряется."},
		Rests:  "whatsmeow retries the stanza after a reconnect (request.go, retryFrame)",
		faults: []Fault{{Way: Up, Tag: "message", Do: FaultCutBefore, Chance: 0.5}}},
	{Name: "cut_after", Group: GroupMessages,
		Title:  Words{"Cut after a message is taken", "Обрыв после приёма сообщения"},
		Effect: Words{"Every second message or so: WhatsApp takes it, and the connection ends before it can say so.", "Примерно на каждом втором сообщении: WhatsApp его принял, но связь рвётся раньше подтверждения."},
		Rests:  "whatsmeow retries the stanza after a reconnect (request.go, retryFrame)",
		faults: []Fault{{Way: Up, Tag: "message", Do: FaultCutAfter, Chance: 0.5}}},
	{Name: "lost_message", Group: GroupMessages,
		Title:  Words{"Lost on the way to the line", "Теряется по пути к линии"},
		Effect: Words{"What customers write does not reach the line until it connects again.", "То, что пишут клиенты, не доходит до линии, пока она не подключится заново."},
		Rests:  "WhatsApp keeps what is not acknowledged (whatsmeow connectionevents.go, offline_preview)",
		faults: []Fault{{Way: Down, Tag: "message", Do: FaultDrop}}},
	{Name: "duplicated", Group: GroupMessages,
		Title:  Words{"Everything comes twice", "Всё приходит дважды"},
		Effect: Words{"Messages and receipts reach the line twice.", "Сообщения и отметки приходят на линию дважды."},
		Rests:  "whatsmeow drops what it has decrypted before (message.go, EnableDecryptedEventBuffer)",
		faults: []Fault{{Way: Down, Tag: "message", Do: FaultDuplicate}, {Way: Down, Tag: "receipt", Do: FaultDuplicate}}},
	{Name: "reordered", Group: GroupMessages,
		Title:  Words{"Out of order", "Не по порядку"},
		Effect: Words{"About half of the messages, receipts and acknowledgements are overtaken by what comes after them.", "Примерно половину сообщений, отметок и подтверждений обгоняет то, что было после них."},
		Rests:  "assumed",
		faults: []Fault{
			{Way: Down, Tag: "message", Do: FaultReorder, Chance: 0.5}, {Way: Down, Tag: "receipt", Do: FaultReorder, Chance: 0.5},
			{Way: Down, Tag: "ack", Do: FaultReorder, Chance: 0.5}}},
	{Name: "garbled", Group: GroupMessages,
		Title:  Words{"Garbled for the line", "Линия не может расшифровать"},
		Effect: Words{"The line cannot decrypt what customers write, and asks for each message again.", "Линия не может расшифровать сообщения клиентов и просит каждое повторить."},
		Rests:  "whatsmeow retry.go, sendRetryReceipt",
		faults: []Fault{{Way: Down, Tag: "message", Fresh: true, Do: FaultGarble}}},
	{Name: "retry_receipts", Group: GroupMessages,
		Title:  Words{"Garbled for the phones", "Телефоны не могут расшифровать"},
		Effect: Words{"The customer's phone cannot decrypt a message, and asks the line for each again.", "Телефон клиента не может расшифровать сообщение и просит линию повторить каждое."},
		Rests:  "whatsmeow retry.go, handleRetryReceipt",
		faults: []Fault{{Way: Up, Tag: "message", Fresh: true, Do: FaultGarble}}},
	{Name: "reachout_refused", Group: GroupMessages,
		Title:  Words{"463: may not write first", "463: нельзя писать первым"},
		Effect: Words{"WhatsApp refuses every message with 463.", "WhatsApp отклоняет каждое сообщение с ошибкой 463."},
		Rests:  "whatsmeow tctoken.go; the number from reports",
		faults: refusedMessage(463)},
	{Name: "invalid_stanza", Group: GroupMessages,
		Title:  Words{"479: message not valid", "479: сообщение неверно"},
		Effect: Words{"WhatsApp refuses every message with 479.", "WhatsApp отклоняет каждое сообщение с ошибкой 479."},
		Rests:  "tulir/whatsmeow pull request 1235",
		faults: refusedMessage(479)},
	{Name: "buttons_refused", Group: GroupMessages,
		Title:  Words{"405: buttons refused", "405: кнопки отклонены"},
		Effect: Words{"WhatsApp refuses every message that carries buttons.", "WhatsApp отклоняет каждое сообщение с кнопками."},
		Rests:  "tulir/whatsmeow pull request 1235, which has it for the retired buttons",
		faults: []Fault{{Way: Up, Tag: "message", Child: "biz", Do: FaultRefuse, Code: 405}}},
	{Name: "too_many_messages", Group: GroupMessages,
		Title:  Words{"429: too many messages", "429: слишком много сообщений"},
		Effect: Words{"WhatsApp refuses every message and asks to slow down.", "WhatsApp отклоняет каждое сообщение и просит снизить темп."},
		Rests:  "assumed: 429 is known of questions",
		faults: refusedMessage(429)},
	{Name: "too_many_questions", Group: GroupMessages,
		Title:  Words{"429: too many checks", "429: слишком много проверок"},
		Effect: Words{"WhatsApp does not say which numbers are there, and asks to slow down.", "WhatsApp не отвечает, какие номера есть, и просит снизить темп."},
		Rests:  "whatsmeow errors.go, ErrIQRateOverLimit",
		faults: []Fault{{Way: Up, Tag: "iq", XMLNS: "usync", Do: FaultRefuse, Code: 429}}},
	{Name: "lid_change", Group: GroupMessages, NeedsPhone: true,
		Title:  Words{"A customer's LID changes", "У клиента меняется LID"},
		Effect: Words{"The phone writes under another hidden address (LID) from now on.", "Телефон дальше пишет под другим скрытым адресом (LID)."},
		Rests:  "assumed: what WhatsApp tells its clients then is not known",
		faults: []Fault{{Way: Account, Do: FaultNewLID}}},
	{Name: "prekeys_used_up", Group: GroupMessages,
		Title:  Words{"Prekeys used up", "Одноразовые ключи кончились"},
		Effect: Words{"New encrypted sessions begin without a one-time key.", "Новые зашифрованные сеансы начинаются без одноразового ключа."},
		Rests:  "whatsmeow prekeys.go: a bundle may come without <key>, and a count asks for more",
		faults: []Fault{{Way: Account, Do: FaultNoPreKeys}}},

	// The account.
	{Name: "device_removed", Group: GroupAccount,
		Title:  Words{"401: unlinked on the phone", "401: отвязано на телефоне"},
		Effect: Words{"The phone unlinks the line. It has to be linked again.", "Телефон отвязывает линию. Её нужно привязать заново."},
		Rests:  "whatsmeow connectionevents.go, conflict device_removed",
		faults: []Fault{{Way: Socket, Do: FaultUnlink, Times: 1}}},
	{Name: "locked", Group: GroupAccount, kick: true,
		Title:  Words{"403: account locked", "403: аккаунт заблокирован (locked)"},
		Effect: Words{"WhatsApp refuses the login and forgets the line. It has to be linked again.", "WhatsApp отклоняет вход и забывает линию. Её нужно привязать заново."},
		Rests:  "whatsmeow connectionevents.go and events.go, ConnectFailureMainDeviceGone",
		faults: refusedLogin(403)},
	{Name: presetBan, Group: GroupAccount, kick: true,
		Title:  Words{"402: temporary ban", "402: временная блокировка"},
		Effect: Words{"WhatsApp refuses the login for an hour, and says why and until when.", "WhatsApp на час отклоняет вход и сообщает причину и срок."},
		Rests:  "whatsmeow events.go, TemporaryBan",
		faults: refusedLogin(402)},
	{Name: "banned", Group: GroupAccount, kick: true,
		Title:  Words{"406: banned", "406: аккаунт забанен"},
		Effect: Words{"WhatsApp refuses the login for good.", "WhatsApp отклоняет вход навсегда."},
		Rests:  "whatsmeow events.go, ConnectFailureUnknownLogout (BANNED in WhatsApp Web)",
		faults: refusedLogin(406)},
	{Name: "client_outdated", Group: GroupAccount, kick: true,
		Title:  Words{"405: version too old", "405: версия устарела"},
		Effect: Words{"WhatsApp refuses the login until the sidecar claims a newer WhatsApp Web version.", "WhatsApp отклоняет вход, пока сервис не назовёт более новую версию WhatsApp Web."},
		Rests:  "whatsmeow connectionevents.go, ClientOutdated",
		faults: refusedLogin(405)},
	{Name: "client_rejected", Group: GroupAccount, kick: true,
		Title:  Words{"409: client rejected", "409: клиент отклонён"},
		Effect: Words{"WhatsApp refuses the login because of what the client says of itself.", "WhatsApp отклоняет вход из-за того, что клиент сообщает о себе."},
		Rests:  "whatsmeow events.go, ConnectFailureBadUserAgent",
		faults: refusedLogin(409)},
	{Name: "reachout_timelock", Group: GroupAccount,
		Title:  Words{"May not write first: notice", "Нельзя писать первым: уведомление"},
		Effect: Words{"WhatsApp tells the line that it may not write first for a week. Who wrote to it is answered; others get 463.", "WhatsApp сообщает линии, что неделю нельзя писать первым. Кто писал сам, тому ответ уходит; остальным ошибка 463."},
		Rests:  "whatsmeow notification.go, NotifyAccountReachoutTimelock; that answers still go is assumed",
		faults: []Fault{{Way: Account, Do: FaultLimit}}},

	// The network.
	{Name: "unavailable", Group: GroupNetwork, kick: true, word: streamEnd("503", ""),
		Title:  Words{"503: WhatsApp is down", "503: WhatsApp не работает"},
		Effect: Words{"WhatsApp ends the connection and lets nobody in.", "WhatsApp обрывает связь и никого не впускает."},
		Rests:  "whatsmeow connectionevents.go, stream error and connect failure 503",
		faults: refusedLogin(503)},
	{Name: "restarts", Group: GroupNetwork,
		Title:  Words{"515: restart at any moment", "515: перезапуск в любой момент"},
		Effect: Words{"After two to ten seconds, each time, WhatsApp asks the line to connect again.", "Каждые две-десять секунд WhatsApp требует подключиться заново."},
		Rests:  "whatsmeow connectionevents.go, stream error 515",
		faults: []Fault{{Way: Socket, Do: FaultCut, DelayMS: 2000, DelayMaxMS: 10000, With: streamEnd("515", "")}}},
	{Name: "replaced", Group: GroupNetwork,
		Title:  Words{"Session used elsewhere", "Сеанс занят другой программой"},
		Effect: Words{"WhatsApp says that another program uses this session.", "WhatsApp сообщает, что сеанс использует другая программа."},
		Rests:  "whatsmeow connectionevents.go, conflict replaced",
		faults: []Fault{{Way: Socket, Do: FaultCut, Times: 1, With: streamEnd("", "replaced")}}},
	{Name: "half_open", Group: GroupNetwork,
		Title:  Words{"Half-open: silence", "Полуоткрытая связь: тишина"},
		Effect: Words{"Connections stay open and nothing goes through.", "Соединения остаются открытыми, но ничего не проходит."},
		Rests:  "what a network does that drops packets without a word",
		faults: []Fault{{Way: Socket, Do: FaultHalfOpen}}},
	{Name: "slow_network", Group: GroupNetwork,
		Title:  Words{"Slow network", "Медленная сеть"},
		Effect: Words{"Everything takes 0.3 s longer, at 8 KB a second.", "Всё идёт на 0,3 с дольше, со скоростью 8 КБ в секунду."},
		Rests:  "what a bad mobile network does",
		faults: []Fault{{Way: Socket, Do: FaultSlow, LatencyMS: 300, BytesPerSecond: 8192}}},
	{Name: "offline_day", Group: GroupNetwork, kick: true,
		Title:  Words{"Offline for a day", "Сутки без связи"},
		Effect: Words{"The line cannot connect. When this is off it gets what waited, dated a day back.", "Линия не может подключиться. После отмены она получит всё, что ждало, с датой на сутки раньше."},
		Rests:  "WhatsApp keeps what is not acknowledged (whatsmeow connectionevents.go, offline_preview)",
		faults: []Fault{{Way: Login, Do: FaultRefuse, Code: 503}, {Way: Account, Do: FaultAge, AgeMS: day}}},

	// Linking.
	{Name: "expired_qr", Group: GroupLinking,
		Title:  Words{"The QR code expires", "QR-код истекает"},
		Effect: Words{"WhatsApp gives one code, and ends it after three seconds.", "WhatsApp даёт один код и закрывает его через три секунды."},
		Rests:  "whatsmeow qrchan.go: when the codes are used up the server closes",
		faults: []Fault{{Way: Link, Do: FaultExpire}}},
	{Name: "late_scan", Group: GroupLinking,
		Title:  Words{"Scanned too late", "Отсканирован слишком поздно"},
		Effect: Words{"The phone scans a code that has just run out.", "Телефон сканирует код, который только что истёк."},
		Rests:  "assumed",
		faults: []Fault{{Way: Link, Do: FaultLate}}},
	{Name: "wrong_secret", Group: GroupLinking,
		Title:  Words{"The QR code is misread", "QR-код прочитан неверно"},
		Effect: Words{"The phone answers with a wrong secret, and the line refuses it.", "Телефон отвечает с неверным секретом, и линия его отклоняет."},
		Rests:  "whatsmeow pair.go, ErrPairInvalidDeviceIdentityHMAC",
		faults: []Fault{{Way: Link, Do: FaultSecret}}},

	// Attachments.
	{Name: "media_gone", Group: GroupAttachments,
		Title:  Words{"410: attachment gone", "410: файла больше нет"},
		Effect: Words{"WhatsApp no longer has the files that customers sent.", "У WhatsApp больше нет файлов, которые прислали клиенты."},
		Rests:  "whatsmeow download.go, ErrMediaDownloadFailedWith410",
		faults: []Fault{{Way: Download, Do: FaultRefuse, Code: 410}}},
	{Name: "slow_upload", Group: GroupAttachments,
		Title:  Words{"Slow upload", "Медленная загрузка файлов"},
		Effect: Words{"Files go to WhatsApp at 16 KB a second.", "Файлы уходят в WhatsApp со скоростью 16 КБ в секунду."},
		Rests:  "what a bad mobile network does",
		faults: []Fault{{Way: Upload, Do: FaultSlow, LatencyMS: 500, BytesPerSecond: 16384}}},
}
