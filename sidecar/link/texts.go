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
	textType     = schema.Text{
		En: "Or choose there: Link with phone number instead, and on the phone %s type this code:",
		Ru: "Или выберите там привязку по номеру телефона и на телефоне %s введите этот код:"}
	textAsking = schema.Text{
		En: "Asking WhatsApp for a code to type on %s ...",
		Ru: "Запрашиваю у WhatsApp код для ввода на %s ..."}
	textNoCode = schema.Text{
		En: "No code to type: %s %s",
		Ru: "Кода для ввода нет: %s %s"}
	textBothSeconds = schema.Text{
		En: "The QR code works for %d s more, the code to type for %d s.",
		Ru: "QR-код действует ещё %d с, код для ввода ещё %d с."}
	textScanned = schema.Text{En: "The phone has taken the code. WhatsApp is finishing ...", Ru: "Телефон принял код. WhatsApp завершает привязку ..."}
	textPasskey = schema.Text{
		En: "WhatsApp asks to confirm with a passkey before it links this account, and a linked program cannot do that itself.\nIf the phone asks, confirm there. If nothing follows, link the other way: with --phone and the phone's number, or by QR code.",
		Ru: "Перед привязкой WhatsApp просит подтвердить ключом доступа, а сама привязанная программа этого сделать не может.\nЕсли телефон спрашивает, подтвердите на нём. Если ничего не происходит, привяжите другим способом: с --phone и номером телефона или по QR-коду."}
	textExpired    = schema.Text{En: "The code was not used in time.", Ru: "Кодом не успели воспользоваться."}
	textPressEnter = schema.Text{En: "Press Enter for a new code, Ctrl-C to stop.", Ru: "Нажмите Enter для нового кода, Ctrl-C для выхода."}
	textAskNew     = schema.Text{En: "Run the same command with --new for a new code.", Ru: "Для нового кода запустите ту же команду с --new."}
	textLinked     = schema.Text{En: "linked as %s", Ru: "привязана как %s"}
)
