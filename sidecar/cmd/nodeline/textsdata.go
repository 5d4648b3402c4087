package main

import "github.com/nodeline/nodeline/schema"

// The texts of backup, restore and check.
var (
	textKeepNegative = schema.Text{
		En: "--keep: how many backups stay, 1 or more; leave it out to keep all.",
		Ru: "--keep: сколько копий оставить, 1 или больше; без него остаются все."}
	textKeepDays = schema.Text{
		En: "--keep-messages, --keep-events and --keep-media are days, 1 or more.",
		Ru: "--keep-messages, --keep-events и --keep-media задаются в днях, 1 или больше."}
	textBackupExists = schema.Text{
		En: "A backup of this very second is in %s already. Nothing was overwritten; run it again.",
		Ru: "В %s уже есть копия этой же секунды. Ничего не перезаписано; запустите ещё раз."}
	textNoState = schema.Text{
		En: "There is no nodeline.db in %s. Name the sidecar's data directory.",
		Ru: "В %s нет nodeline.db. Укажите папку данных сервиса."}
	textBackupNoRoom = schema.Text{
		En: "There is not enough room for a backup in %s. What was begun is removed again.",
		Ru: "В %s не хватает места для копии. Начатое удалено."}
	textBackupMade = schema.Text{
		En: "Backup made and verified: %d line(s), %s MB, with all that was stored until %s.",
		Ru: "Копия сделана и проверена: линий %d, %s МБ, со всем, что сохранено до %s."}
	textBackupProgress = schema.Text{En: "%d%% of %s MB", Ru: "%d%% из %s МБ"}

	textStateExists = schema.Text{
		En: "%s holds a state already, last changed %s. Nothing was changed.\nWith --yes it is moved into a folder beside the restored files, never deleted.",
		Ru: "В %s уже есть данные, последнее изменение %s. Ничего не изменено.\nС --yes они переносятся в папку рядом с восстановленными файлами и не удаляются."}
	textNoBackup = schema.Text{
		En: "%s is no backup: it has no manifest.json.",
		Ru: "%s не копия: в ней нет manifest.json."}
	textBackupDamaged = schema.Text{
		En: "The backup is damaged: %s (%v). Nothing was changed; take another one.",
		Ru: "Копия повреждена: %s (%v). Ничего не изменено; возьмите другую."}
	textPausedReason = schema.Text{
		En: "Restored from the backup of %s. Read the report, then resume.",
		Ru: "Восстановлено из копии от %s. Прочитайте отчёт, затем возобновите."}
	textReportKept = schema.Text{En: "This report is kept in %s", Ru: "Отчёт сохранён в %s"}

	textRestored = schema.Text{
		En: "%s is restored from the backup of %s, which is %s old (made by nodeline %s).",
		Ru: "%s восстановлена из копии от %s, возраст %s (создана nodeline %s)."}
	textRestoredAside   = schema.Text{En: "The files of before are in %s.", Ru: "Прежние файлы лежат в %s."}
	textRestoredNoLines = schema.Text{En: "It holds no line: there is nothing that may repeat.", Ru: "В ней нет ни одной линии: повторяться нечему."}
	textRestoredLines   = schema.Text{
		En: "\nEvery line is PAUSED: it receives, and sends nothing until it is resumed.",
		Ru: "\nВсе линии ПРИОСТАНОВЛЕНЫ: принимают, но ничего не отправляют, пока их не возобновят."}
	textRestoredLine = schema.Text{
		En: "  %s: %d message(s) were still to be sent (%d of them may have gone), %d open ask(s)",
		Ru: "  %s: не отправлено сообщений %d (из них могли уйти %d), открытых вопросов %d"}
	textRestoredNotLinked = schema.Text{En: "    it was not linked to WhatsApp", Ru: "    не была привязана к WhatsApp"}
	textRestoredRepeat    = schema.Text{
		En: `
What may repeat, and what nobody here can know:
  - What happened in the last %s is not in the backup: how many messages were sent, asked and received then is unknown.
  - A message that was still to be sent goes again under the same WhatsApp id. If it had gone, the customer's phone
    drops the repeat.
  - A host that repeats a call of that time with the same key gets the same WhatsApp id, because it is made from the
    line's secret and the key. The phone drops the repeat here too. With another key it is another message.
  - An ask that is open here may have ended since: then its host gets a second outcome, with another delivery id.
  - %d outcome(s) that no host had acknowledged are delivered again, with the delivery id of before.
  - Messages that came since and were delivered to the sidecar are gone here; WhatsApp does not deliver them twice.`,
		Ru: `
Что может повториться и чего здесь узнать нельзя:
  - Того, что было за последние %s, в копии нет: сколько сообщений и вопросов ушло и пришло за это время, неизвестно.
  - Неотправленное сообщение уйдёт под тем же номером WhatsApp. Если оно уже уходило, телефон клиента отбросит повтор.
  - Если система повторит вызов того времени с тем же ключом, номер WhatsApp будет тем же: он получается из секрета
    линии и ключа. Телефон отбросит и такой повтор. С другим ключом это другое сообщение.
  - Открытый здесь вопрос мог с тех пор завершиться: тогда система получит второй исход, с другим номером доставки.
  - Неподтверждённые исходы (%d) будут доставлены снова, с прежними номерами доставки.
  - Сообщений, которые с тех пор пришли в сервис, здесь нет; WhatsApp не доставляет их дважды.`}
	textRestoredNext = schema.Text{
		En: `
What was done so that nothing is lost in silence: the encryption sessions of before are forgotten. Each line starts anew
with every phone, and asks phones to send again what it cannot read. Own copies of group keys too.

Next: start the sidecar, look at the lines on its status page, and resume them one by one (line.resume). A line that says
"logged out" was unlinked or linked anew since the backup: press Link and scan its code.`,
		Ru: `
Чтобы ничего не терялось молча, прежние сеансы шифрования забыты. Каждая линия начинает новый сеанс с каждым телефоном и
просит прислать ещё раз то, что не может прочитать. То же с её ключами групп.

Дальше: запустите сервис, посмотрите линии на его странице и возобновите их по одной (line.resume). Линия в состоянии
«отвязана» с тех пор была отвязана или привязана заново: нажмите «Привязать» и отсканируйте код.`}

	textCheckSound   = schema.Text{En: "%s: sound, %s MB", Ru: "%s: в порядке, %s МБ"}
	textCheckDamaged = schema.Text{En: "%s: DAMAGED: %v", Ru: "%s: ПОВРЕЖДЁН: %v"}
	textCheckBad     = schema.Text{
		En: "Something is damaged; nothing was changed. Stop the sidecar and restore the newest sound backup: nodeline restore BACKUP --yes",
		Ru: "Есть повреждения; ничего не изменено. Остановите сервис и восстановите последнюю исправную копию: nodeline restore КОПИЯ --yes"}
)

var dataHelps = map[string]schema.Text{
	"h_keep_messages":  {En: "Days that messages, asks and deliveries are kept once they have ended; 90 by default.", Ru: "Сколько дней хранить завершённые сообщения, вопросы и доставки; по умолчанию 90."},
	"h_keep_events":    {En: "Days that events are kept; 90 by default.", Ru: "Сколько дней хранить события; по умолчанию 90."},
	"h_backup":         {En: "Copy the data directory, while the sidecar runs or not.", Ru: "Сделать копию папки данных, сервис может работать."},
	"h_backup_folder":  {En: "Folder for backups; each is a folder of its own in it, named by time.", Ru: "Папка для копий; каждая копия в ней отдельная папка с временем в имени."},
	"h_backup_keep":    {En: "Remove all but the newest N backups of the folder afterwards.", Ru: "После этого оставить в папке только N последних копий."},
	"h_restore":        {En: "Put a backup in place; lines come up paused.", Ru: "Восстановить копию; линии будут приостановлены."},
	"h_restore_backup": {En: "The backup: one of the folders that backup made.", Ru: "Копия: одна из папок, созданных командой backup."},
	"h_restore_yes":    {En: "Move a state that is there aside.", Ru: "Перенести имеющиеся данные в сторону."},
	"h_check":          {En: "Look for damage in a data directory or a backup.", Ru: "Проверить папку данных или копию на повреждения."},
	"h_check_dir":      {En: "Data directory or backup; by default ${datadir}.", Ru: "Папка данных или копия; по умолчанию ${datadir}."},
}
