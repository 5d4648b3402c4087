package schema

import "slices"

// templateErrors are those of sending a template.
var templateErrors = []Code{CodeTemplateNotFound, CodeTemplateNotApproved, CodeTemplatePaused, CodeTemplateDisabled, CodeTemplateVariables, CodeTemplateTooLong}

var templateOperations = []Operation{
	{Method: "message.sendTemplate", Scope: ScopeLine, Request: SendTemplateRequest{}, Result: SendResult{}, Errors: slices.Concat(withQuote, templateErrors),
		Title: Text{"Send a template", "Отправить шаблон"},
		Help:  Text{"Fills in an approved template and sends it.", "Заполняет одобренный шаблон и отправляет его."}},
	{Method: "template.create", Scope: ScopeAdmin, Request: TemplateCreateRequest{}, Result: Template{}, Errors: []Code{CodeTemplateExists},
		Title: Text{"Create a template", "Создать шаблон"},
		Help:  Text{"Writes a message template, a draft. It belongs to all lines.", "Создаёт черновик шаблона сообщения. Шаблон общий для всех линий."}},
	{Method: "template.update", Scope: ScopeAdmin, Request: TemplateUpdateRequest{}, Result: Template{}, Errors: []Code{CodeTemplateNotFound},
		Title: Text{"Change a template", "Изменить шаблон"},
		Help:  Text{"Changes a template's words, or approves, pauses or disables it. Approving is your own review: WhatsApp reviews nothing on a linked device.", "Меняет текст шаблона либо одобряет, приостанавливает или отключает его. Одобрение - ваша собственная проверка: на привязанном устройстве WhatsApp ничего не проверяет."}},
	{Method: "template.get", Scope: ScopeRead, Request: TemplateGetRequest{}, Result: Template{}, Errors: []Code{CodeTemplateNotFound},
		Title: Text{"Get a template", "Прочитать шаблон"},
		Help:  Text{"A template, or an older version of it.", "Шаблон или его прежняя версия."}},
	{Method: "template.list", Scope: ScopeRead, Request: TemplateListRequest{}, Result: TemplateListResult{},
		Title: Text{"List templates", "Список шаблонов"},
		Help:  Text{"Every template, by name and language.", "Все шаблоны по названию и языку."}},
	{Method: "template.preview", Scope: ScopeRead, Request: TemplatePreviewRequest{}, Result: TemplatePreviewResult{}, Errors: []Code{CodeTemplateNotFound, CodeTemplateVariables, CodeTemplateTooLong},
		Title: Text{"Preview a template", "Посмотреть шаблон"},
		Help:  Text{"A template filled in, and sent to nobody.", "Заполненный шаблон; никому не отправляется."}},
	{Method: "template.import", Scope: ScopeAdmin, Request: TemplateImportRequest{}, Result: Template{}, Errors: []Code{CodeTemplateTags},
		Title: Text{"Import a template", "Импортировать шаблон"},
		Help:  Text{"Makes a draft of a text with BPMSoft's tags.", "Создаёт черновик из текста с тегами BPMSoft."}},
	{Method: "template.export", Scope: ScopeRead, Request: TemplateRequest{}, Result: TemplateExportResult{}, Errors: []Code{CodeTemplateNotFound, CodeTemplateTags},
		Title: Text{"Export a template", "Экспортировать шаблон"},
		Help:  Text{"A template as a text with BPMSoft's tags, and what they cannot carry.", "Шаблон текстом с тегами BPMSoft и перечень того, что теги не передают."}},
	{Method: "template.delete", Scope: ScopeAdmin, Request: TemplateRequest{}, Result: Template{}, Errors: []Code{CodeTemplateNotFound},
		Title: Text{"Delete a template", "Удалить шаблон"},
		Help:  Text{"Forgets a template with all its versions. What was sent stays as it is.", "Удаляет шаблон со всеми версиями. Отправленное остаётся как есть."}},
}
