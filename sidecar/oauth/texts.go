package oauth

import "github.com/nodeline/nodeline/schema"

var (
	textForeign = schema.Text{
		En: "This call is not from the sidecar's own page.",
		Ru: "Этот вызов не со страницы самого сервиса."}
	textForeignHint = schema.Text{
		En: "Behind a proxy, have it pass the Host header on, or start the sidecar with --origin and the address in the browser.",
		Ru: "Если сервис за прокси, пусть прокси передаёт заголовок Host, или запустите сервис с --origin и адресом из браузера."}
	textGone = schema.Text{
		En: "This window was left alone for too long, was used already, or the sidecar has restarted.",
		Ru: "Окно слишком долго оставалось без внимания, уже использовано, или сервис перезапущен."}
	textSignIn = schema.Text{
		En: "Sign in with the sidecar's admin token first.",
		Ru: "Сначала войдите с токеном администратора сервиса."}
	textNoAdmin = schema.Text{
		En: "This is not the sidecar's admin token.",
		Ru: "Это не токен администратора сервиса."}
	textSignInHint = schema.Text{
		En: "It is in the file “admin-token” in the sidecar's data folder; check that it was copied whole.",
		Ru: "Он записан в файле «admin-token» в папке данных сервиса; проверьте, что скопирован целиком."}
	textUnlinked = schema.Text{
		En: "This line is not linked to WhatsApp.",
		Ru: "Эта линия не привязана к WhatsApp."}
	textUnlinkedHint = schema.Text{
		En: "Link it first: scan the QR code or type the code on the phone.",
		Ru: "Сначала привяжите её: отсканируйте QR-код или введите код на телефоне."}
)
