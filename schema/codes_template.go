package schema

// Error codes of templates. Beside some stands the Meta Cloud API's number for the
// same; it is not WhatsApp's answer here, so Server stays empty.
const (
	CodeTemplateNotFound    Code = "template_not_found" // 132001
	CodeTemplateExists      Code = "template_exists"
	CodeTemplateNotApproved Code = "template_not_approved"
	CodeTemplatePaused      Code = "template_paused"    // 132015
	CodeTemplateDisabled    Code = "template_disabled"  // 132016
	CodeTemplateVariables   Code = "template_variables" // 132000
	CodeTemplateTooLong     Code = "template_too_long"  // 132005
	CodeTemplateTags        Code = "template_tags"
	CodeWindowClosed        Code = "window_closed" // 131047
)

var templateCodes = []CodeInfo{
	{CodeTemplateNotFound, -32130, 404, false,
		Text{"There is no such template in this language.", "Такого шаблона на этом языке нет."},
		Text{"template.list shows those that are there. Nothing was sent.", "Список шаблонов показывает template.list. Ничего не отправлено."}},
	{CodeTemplateExists, -32131, 409, false,
		Text{"A template of this name and language already exists.", "Шаблон с таким названием и языком уже есть."},
		Text{"Change it with template.update, or choose another name.", "Измените его методом template.update или выберите другое название."}},
	{CodeTemplateNotApproved, -32132, 409, false,
		Text{"The template is a draft: nobody has approved it yet.", "Шаблон - черновик: его ещё не одобрили."},
		Text{"An admin reads and approves it here, with template.update and the status APPROVED; WhatsApp reviews nothing on a linked device. Nothing was sent.", "Администратор проверяет и одобряет его здесь: template.update со статусом APPROVED; на привязанном устройстве WhatsApp ничего не проверяет. Ничего не отправлено."}},
	{CodeTemplatePaused, -32133, 409, false,
		Text{"The template is paused.", "Шаблон приостановлен."},
		Text{"An admin gives it the status APPROVED again with template.update. Nothing was sent.", "Администратор снова одобряет его: template.update со статусом APPROVED. Ничего не отправлено."}},
	{CodeTemplateDisabled, -32134, 409, false,
		Text{"The template is disabled.", "Шаблон отключён."},
		Text{"Use another template. Nothing was sent.", "Используйте другой шаблон. Ничего не отправлено."}},
	{CodeTemplateVariables, -32135, 400, false,
		Text{"The values do not fit the template's variables.", "Значения не подходят к переменным шаблона."},
		Text{"Give each variable of the template one value, and no others. Nothing was sent.", "Задайте каждой переменной шаблона одно значение и не задавайте других. Ничего не отправлено."}},
	{CodeTemplateTooLong, -32136, 400, false,
		Text{"The template with these values is too long.", "Шаблон с этими значениями слишком длинный."},
		Text{"Shorten the values of the fields named below. Nothing was sent.", "Сократите значения указанных полей. Ничего не отправлено."}},
	{CodeTemplateTags, -32137, 400, false,
		Text{"The text does not fit BPMSoft's tags.", "Текст не соответствует тегам BPMSoft."},
		Text{"The form is [#HSM#]body, then [*HEAD*]text or [*IMAGE*]link, then [*FOOT*]text.", "Форма такая: [#HSM#]текст, затем [*HEAD*]заголовок или [*IMAGE*]ссылка, затем [*FOOT*]подпись."}},
	{CodeWindowClosed, -32138, 409, false,
		Text{"The chat's 24-hour window is not open.", "24-часовое окно диалога не открыто."},
		Text{"This line lets only templates out then: send one with message.sendTemplate, wait until the customer writes, or change the line's window policy. The rule is Nodeline's, WhatsApp does not check it here. Nothing was sent.", "Вне окна эта линия отправляет только шаблоны: используйте message.sendTemplate, дождитесь сообщения клиента или измените правило окна у линии. Правило задаёт Nodeline, WhatsApp здесь его не проверяет. Ничего не отправлено."}},
}
