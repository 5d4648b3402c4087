package link

import "github.com/nodeline/nodeline/schema"

var (
	textSandbox = schema.Text{
		En: "SANDBOX: scan with a simulated phone on the sandbox's page; a real phone cannot.",
		Ru: "ПЕСОЧНИЦА: сканируйте имитацией телефона на странице песочницы; настоящий телефон не подойдёт."}
	textWaiting = schema.Text{En: "Connecting to WhatsApp ...", Ru: "Подключаюсь к WhatsApp ..."}
	textScan    = schema.Text{
		En: "On the phone open WhatsApp, Linked devices, Link a device, and scan this code:",
		Ru: "На телефоне откройте WhatsApp: Связанные устройства, Привязка устройства, и отсканируйте код:"}
	textCodeText = schema.Text{En: "The code as text: %s", Ru: "Код текстом: %s"}
	textNewCode  = schema.Text{En: "Enter: a new code. Ctrl-C: stop.", Ru: "Enter: новый код. Ctrl-C: выход."}
	textSeconds  = schema.Text{En: "This code works for %d s more.", Ru: "Код действует ещё %d с."}
	textScanned  = schema.Text{En: "Scanned. WhatsApp is finishing ...", Ru: "Отсканирован. WhatsApp завершает привязку ..."}
	textPasskey  = schema.Text{
		En: "The phone asks for a passkey: confirm on the phone.",
		Ru: "Телефон просит ключ доступа: подтвердите на телефоне."}
	textExpired    = schema.Text{En: "Nobody scanned the code in time.", Ru: "Код никто не отсканировал вовремя."}
	textPressEnter = schema.Text{En: "Press Enter for a new code, Ctrl-C to stop.", Ru: "Нажмите Enter для нового кода, Ctrl-C для выхода."}
	textAskNew     = schema.Text{En: "Run the same command with --new for a new code.", Ru: "Для нового кода запустите ту же команду с --new."}
	textLinked     = schema.Text{En: "linked as %s", Ru: "привязана как %s"}
)
