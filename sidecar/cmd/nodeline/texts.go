package main

import (
	"strings"

	"github.com/alecthomas/kong"

	"github.com/nodeline/nodeline/schema"
)

var (
	textAbout = schema.Text{
		En: "WhatsApp lines for flow builders. Unofficial: not Meta's, and a number used with it can be banned.",
		Ru: "Линии WhatsApp для редакторов потоков. Неофициально: не от Meta, номер могут заблокировать."}
	textSeeHelp = schema.Text{
		En: "See: nodeline --help, or nodeline COMMAND --help.",
		Ru: "Справка: nodeline --help или nodeline КОМАНДА --help."}

	textInsecure = schema.Text{
		En: "--listen %s: tokens and messages would pass readable beyond this machine.\nUse a loopback address, give --tls-cert and --tls-key, or say --insecure-listen if something in front encrypts.",
		Ru: "--listen %s: токены и сообщения вышли бы за пределы этой машины открытым текстом.\nУкажите локальный адрес, задайте --tls-cert и --tls-key или добавьте --insecure-listen, если шифрует прокси."}
	textLoopbackOnly = schema.Text{
		En: "%s %s: a sandbox works on this machine only; use 127.0.0.1:PORT.",
		Ru: "%s %s: песочница работает только на этой машине; укажите 127.0.0.1:ПОРТ."}
	textBadPace = schema.Text{
		En: "--pace %s: write on, off, or one message in how long and how many at once, such as line=1s/60,recipient=6s/45.",
		Ru: "--pace %s: укажите on, off или одно сообщение за какое время и сколько сразу, например line=1s/60,recipient=6s/45."}
	textDeliverTo = schema.Text{
		En: "--deliver-to %s: write HOST, HOST:PORT or an address range such as 10.0.0.0/8, one for each flag.",
		Ru: "--deliver-to %s: укажите ХОСТ, ХОСТ:ПОРТ или диапазон адресов, например 10.0.0.0/8, по одному на флаг."}
	textMediaQuota = schema.Text{
		En: "--media-quota is gigabytes, 1 or more.",
		Ru: "--media-quota задаётся в гигабайтах, 1 или больше."}
	textMediaFrom = schema.Text{
		En: "--media-from %s: write HOST, HOST:PORT or an address range such as 10.0.0.0/8, one for each flag.",
		Ru: "--media-from %s: укажите ХОСТ, ХОСТ:ПОРТ или диапазон адресов, например 10.0.0.0/8, по одному на флаг."}
	textURL = schema.Text{
		En: "%s %s: write a whole address, http:// or https://.",
		Ru: "%s %s: укажите полный адрес, http:// или https://."}
	textBusy = schema.Text{
		En: "%s is taken: another nodeline may be running there. Stop it, or choose another address with --listen.",
		Ru: "%s занят: возможно, там уже работает nodeline. Остановите его или укажите другой адрес в --listen."}

	textDirLocked = schema.Text{
		En: "%s belongs to a nodeline that is running. Stop it, or choose another directory with --data.",
		Ru: "%s принадлежит работающему nodeline. Остановите его или укажите другую папку в --data."}
	textDirSandbox = schema.Text{
		En: "%s belongs to a sandbox and is not used with the real WhatsApp. Add --sandbox, or choose another directory with --data.",
		Ru: "%s относится к песочнице и не используется с настоящим WhatsApp. Добавьте --sandbox или укажите другую папку в --data."}
	textDirReal = schema.Text{
		En: "%s belongs to the real WhatsApp and is not used with a sandbox. Leave --sandbox out, or choose another directory with --data.",
		Ru: "%s относится к настоящему WhatsApp и не используется с песочницей. Уберите --sandbox или укажите другую папку в --data."}
	textDirNewer = schema.Text{
		En: "%s is of a newer nodeline (version %d; this program knows %d). Use that program.",
		Ru: "%s создан более новой версией nodeline (версия %d, эта программа знает %d). Используйте её."}
	textDamaged = schema.Text{
		En: "%s is damaged (%v). Nothing was changed.\nLook at all of it with: nodeline check %[3]s\nRestore the newest backup with: nodeline restore BACKUP --data %[3]s --yes",
		Ru: "%s повреждён (%v). Ничего не изменено.\nПолная проверка: nodeline check %[3]s\nВосстановить последнюю копию: nodeline restore КОПИЯ --data %[3]s --yes"}
	textRestoring = schema.Text{
		En: "A restore into %s was interrupted. Run it again: nodeline restore.",
		Ru: "Восстановление в %s прервано. Запустите его ещё раз: nodeline restore."}
	textDiskFull = schema.Text{
		En: "The disk of %s is full. Free some space and start again; nothing was changed.",
		Ru: "На диске с %s нет места. Освободите его и запустите снова; ничего не изменено."}
	textNotBuilt = schema.Text{
		En: "This nodeline was built without validator.wasm. Build it with: just build.",
		Ru: "Этот nodeline собран без validator.wasm. Соберите его: just build."}

	textNoTokenFile = schema.Text{
		En: "There is no token file %s. The sidecar writes it at its first start; name it with --token-file, or its folder with --data.",
		Ru: "Нет файла с токеном %s. Сервис создаёт его при первом запуске; укажите файл в --token-file или его папку в --data."}
	textNoSidecar = schema.Text{
		En: "No sidecar answers at %s (%w). Start it with: nodeline serve. Another address: --url.",
		Ru: "По адресу %s сервис не отвечает (%w). Запустите его: nodeline serve. Другой адрес: --url."}
	textNotASidecar = schema.Text{
		En: "%s is not a Nodeline sidecar: it answers %s.",
		Ru: "%s не является сервисом Nodeline: ответ %s."}

	textTokenMade = schema.Text{
		En: "Token %s, shown this once:",
		Ru: "Токен %s, показывается только сейчас:"}
	textTokenColumns = schema.Text{En: "ID\tALLOWS\tLINE\tCREATED\tNAME", Ru: "НОМЕР\tРАЗРЕШАЕТ\tЛИНИЯ\tСОЗДАН\tНАЗВАНИЕ"}
	textTokenGone    = schema.Text{En: "Token %s (%s) is revoked.", Ru: "Токен %s (%s) отозван."}
	textSandboxMark  = schema.Text{En: "[SANDBOX: nothing reaches WhatsApp]", Ru: "[ПЕСОЧНИЦА: в WhatsApp ничего не уходит]"}

	textServing = schema.Text{
		En: "nodeline %s\n  status       %s/\n  rpc          %s/rpc (websocket and POST)\n  admin token  in %s",
		Ru: "nodeline %s\n  состояние             %s/\n  rpc                   %s/rpc (websocket и POST)\n  токен администратора  в файле %s"}
	textServingSandbox = schema.Text{
		En: "SANDBOX at %s: simulated phones, nothing reaches WhatsApp.",
		Ru: "ПЕСОЧНИЦА на %s: имитация телефонов, в WhatsApp ничего не уходит."}
	textServingReal = schema.Text{
		En: "Real WhatsApp, unofficially: a number used with it can be banned.",
		Ru: "Настоящий WhatsApp, неофициально: номер могут заблокировать."}
	textNoSandbox = schema.Text{
		En: "No sandbox answers at %s (%v). Start it with: nodeline sandbox --listen %[1]s. Trying again every %[3]s.",
		Ru: "По адресу %s песочница не отвечает (%v). Запустите её: nodeline sandbox --listen %[1]s. Повтор каждые %[3]s."}
	textSandboxRuns = schema.Text{
		En: "SANDBOX, a WhatsApp network of simulated phones; nothing reaches WhatsApp.\n  phones   %s/\n  sidecar  nodeline serve --sandbox %s",
		Ru: "ПЕСОЧНИЦА, сеть WhatsApp с имитацией телефонов; в WhatsApp ничего не уходит.\n  телефоны  %s/\n  сервис    nodeline serve --sandbox %s"}
	textStopping = schema.Text{
		En: "Stopping; running calls end first. A second signal ends at once.",
		Ru: "Останавливаюсь, сначала завершаются начатые вызовы. Второй сигнал остановит сразу."}
)

// helps are the texts of the flags and commands.
var helps = map[string]schema.Text{
	"h_config":     {En: "JSON file with flags: {\"log-format\":\"json\",\"serve\":{\"listen\":\"...\"}}.", Ru: "Файл JSON с параметрами: {\"log-format\":\"json\",\"serve\":{\"listen\":\"...\"}}."},
	"h_lang":       {En: "Language of texts, en or ru; by default the locale's.", Ru: "Язык текстов, en или ru; по умолчанию язык системы."},
	"h_log_level":  {En: "What is logged: debug, info, warn or error.", Ru: "Что писать в журнал: debug, info, warn или error."},
	"h_log_format": {En: "text or json.", Ru: "text или json."},

	"h_serve":   {En: "Run the sidecar: own WhatsApp lines, answer flow editors.", Ru: "Запустить сервис: владеть линиями WhatsApp, отвечать редакторам потоков."},
	"h_sandbox": {En: "Run a local WhatsApp network with simulated phones.", Ru: "Запустить локальную сеть WhatsApp с имитацией телефонов."},
	"h_link":    {En: "Link a line: show the QR code, or a code to type on the phone, in this terminal.", Ru: "Привязать линию: показать в этом терминале QR-код или код для ввода на телефоне."},
	"h_token":   {En: "Make, list and revoke tokens.", Ru: "Создать, показать и отозвать токены."},
	"h_version": {En: "Print the version.", Ru: "Показать версию."},

	"h_listen":      {En: "Address of the status page and the RPC.", Ru: "Адрес страницы состояния и RPC."},
	"h_data":        {En: "Data directory; by default ${datadir}.", Ru: "Папка данных; по умолчанию ${datadir}."},
	"h_cache":       {En: "Folder that keeps the compiled validator between starts; by default one in the data directory.", Ru: "Папка для скомпилированного валидатора между запусками; по умолчанию в папке данных."},
	"h_use_sandbox": {En: "Use the sandbox at this loopback address instead of WhatsApp.", Ru: "Использовать песочницу по этому локальному адресу вместо WhatsApp."},
	"h_origin":      {En: "Browser origin that may call the RPC, and of a flow editor that may link lines, beside loopback ones. Repeatable.", Ru: "Источник страниц, которым можно вызывать RPC, и редактора, которому можно привязывать линии, кроме локальных. Можно повторять."},
	"h_host":        {En: "Host name that a loopback listener answers to, beside localhost; linking from a flow editor asks for the admin token then. Repeatable.", Ru: "Имя хоста, на которое отвечает локальный адрес, кроме localhost; привязка из редактора тогда требует токен администратора. Можно повторять."},
	"h_insecure":    {En: "Allow plain HTTP beyond this machine.", Ru: "Разрешить HTTP без шифрования за пределами этой машины."},
	"h_tls_cert":    {En: "Certificate file (PEM) for HTTPS.", Ru: "Файл сертификата (PEM) для HTTPS."},
	"h_tls_key":     {En: "Key file (PEM) of the certificate.", Ru: "Файл ключа (PEM) этого сертификата."},
	"h_rate":        {En: "Calls per second that one token may make.", Ru: "Вызовов в секунду на один токен."},
	"h_pace":        {En: "Pace of lines without one of their own: one message in so long and so many at once, of a line and to one recipient.", Ru: "Темп линий, у которых нет своего: одно сообщение за столько времени и столько сразу, для линии и для одного получателя."},
	"h_device":      {En: "Name shown on the phone under Linked devices.", Ru: "Имя в списке связанных устройств на телефоне."},
	"h_deliver_to": {En: "Address that webhooks and reply URLs may lead to beside public ones (https) and this machine, and that may be plain http; repeatable.",
		Ru: "Адрес, на который можно отправлять вебхуки и ответы, кроме публичных (https) и этой машины; там разрешён и http. Можно повторять."},
	"h_deliver_for": {En: "How old a delivery by webhook or reply URL may get before it is given up.", Ru: "Сколько времени пытаться доставить на вебхук или адрес ответа, прежде чем отказаться."},
	"h_media_from": {En: "Address that files may be fetched from beside public ones, this machine's own included; repeatable.",
		Ru: "Адрес, с которого можно забирать файлы, кроме публичных; для этой машины тоже нужен. Можно повторять."},
	"h_media_proxy": {En: "Proxy that files are fetched through.", Ru: "Прокси, через который забирать файлы."},
	"h_public_url": {En: "Where the sidecar is reached from outside, for links to files; by default its own listener.",
		Ru: "Адрес сервиса снаружи, для ссылок на файлы; по умолчанию адрес, который он слушает."},
	"h_media_quota": {En: "Gigabytes that files may take before uploads are refused; 10 by default.", Ru: "Сколько гигабайт могут занять файлы, прежде чем загрузки отклоняются; по умолчанию 10."},
	"h_keep_media":  {En: "Days that files are kept; 7 by default.", Ru: "Сколько дней хранить файлы; по умолчанию 7."},
	"h_web_version": {En: "WhatsApp Web version to claim (2.3000.N), for when WhatsApp refuses the built-in one.", Ru: "Версия WhatsApp Web (2.3000.N) на случай, если WhatsApp отклоняет встроенную."},

	"h_sandbox_listen": {En: "Loopback address of the network, its phone page and its HTTP interface.", Ru: "Локальный адрес сети, страницы телефонов и HTTP-интерфейса."},
	"h_empty":          {En: "Start without the three example phones.", Ru: "Запустить без трёх готовых телефонов."},

	"h_url":         {En: "The running sidecar.", Ru: "Работающий сервис."},
	"h_data_remote": {En: "The sidecar's data directory, for its admin-token; by default ${datadir}.", Ru: "Папка данных сервиса, из неё берётся admin-token; по умолчанию ${datadir}."},
	"h_token_file":  {En: "File with the token to use; by default admin-token in the data directory.", Ru: "Файл с токеном; по умолчанию admin-token в папке данных."},

	"h_link_line":   {En: "Id of the line.", Ru: "Идентификатор линии."},
	"h_link_phone":  {En: "Show a code to type on this phone, too: links without a camera. Any form; the line's country reads one without +.", Ru: "Показать и код для ввода на этом телефоне: привязка без камеры. В любом виде; без + читается по стране линии."},
	"h_link_new":    {En: "Start a new round of codes.", Ru: "Начать новый круг кодов."},
	"h_link_create": {En: "Create the line if there is none of that id.", Ru: "Создать линию, если такой ещё нет."},
	"h_link_name":   {En: "With --create: the line's name; by default its id.", Ru: "С --create: название линии; по умолчанию её идентификатор."},
	"h_link_region": {En: "With --create: country (RU, KZ, ...) that reads numbers typed without +.", Ru: "С --create: страна (RU, KZ, ...) для номеров без +."},

	"h_token_create": {En: "Make a token and print it.", Ru: "Создать токен и вывести его."},
	"h_token_list":   {En: "List the tokens that work.", Ru: "Показать действующие токены."},
	"h_token_revoke": {En: "Revoke a token.", Ru: "Отозвать токен."},
	"h_token_name":   {En: "Who uses it, for people.", Ru: "Кто им пользуется, для людей."},
	"h_token_scope":  {En: "What it allows: admin, line or read.", Ru: "Что разрешает: admin, line или read."},
	"h_token_line":   {En: "Line it is bound to; required for the scope line.", Ru: "Линия, для которой он действует; обязательна для line."},
	"h_token_id":     {En: "Its id, as shown by token list.", Ru: "Его номер, как показывает token list."},
}

func helpTexts(lang schema.Lang) kong.Vars {
	vars := kong.Vars{}
	for _, all := range []map[string]schema.Text{helps, dataHelps} {
		for name, text := range all {
			vars[name] = strings.ReplaceAll(text.In(lang), "${datadir}", defaultDataDir())
		}
	}
	return vars
}
