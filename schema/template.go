package schema

// TemplateStatus says whether a template sends.
type TemplateStatus string

// Template statuses. On a linked device WhatsApp reviews nothing: approving is an
// admin's review here.
const (
	TemplateDraft    TemplateStatus = "DRAFT"    // being written, or changed and not approved anew
	TemplateApproved TemplateStatus = "APPROVED" // an admin read and approved it; only this one sends
	TemplatePaused   TemplateStatus = "PAUSED"   // held back for a while
	TemplateDisabled TemplateStatus = "DISABLED" // of no use any more
)

// TemplateCategory says what a template is for.
type TemplateCategory string

// Template categories, those of the Meta Cloud API.
const (
	CategoryMarketing      TemplateCategory = "marketing"
	CategoryUtility        TemplateCategory = "utility" // about an order, a visit, an account
	CategoryAuthentication TemplateCategory = "authentication"
)

// TemplateContent is what a template says. Its limits are the Meta Cloud API's.
//
// Variables are {{1}}, {{2}}, ... without a gap, or {{name}} of small Latin letters,
// digits and _; one style in a template. In the body none stands first or last or
// right beside another; a header holds one at most, a link one at its very end;
// other texts hold none.
type TemplateContent struct {
	Header *TemplateHeader `json:"header,omitempty" validate:"omitempty" en:"Header" ru:"Заголовок"`
	Body   string          `json:"body" validate:"required,notblank,max=1024" norm:"trim" limit:"cloud" en:"Message" ru:"Сообщение"`
	Footer string          `json:"footer,omitempty" validate:"omitempty,max=60" norm:"trim" limit:"cloud" en:"Footer" ru:"Подпись"`
	// Buttons are quick replies. With Links and Call there are ten in all at most.
	Buttons []TemplateButton `json:"buttons,omitempty" validate:"omitempty,max=10,labels,ids,dive" norm:"dropblank" limit:"cloud" en:"Buttons" ru:"Кнопки"`
	Links   []TemplateLink   `json:"links,omitempty" validate:"omitempty,max=2,dive" limit:"cloud" en:"Link buttons" ru:"Кнопки-ссылки"`
	Call    *TemplateCall    `json:"call,omitempty" validate:"omitempty" en:"Call button" ru:"Кнопка звонка"`
	// Samples hold an example of each variable, for those who read the template.
	Samples []TemplateValue `json:"samples,omitempty" validate:"omitempty,max=50,dive" en:"Samples" ru:"Примеры"`
}

// TemplateHeader stands above the body: a text, or a file by its direct link. One of
// the four is given.
type TemplateHeader struct {
	Text     string `json:"text,omitempty" validate:"omitempty,max=60" norm:"trim" limit:"cloud" en:"Header text" ru:"Текст заголовка"`
	Image    string `json:"image,omitempty" validate:"omitempty,max=2000,weburl" norm:"trim" limit:"cloud" en:"Header picture" ru:"Картинка заголовка"`
	Video    string `json:"video,omitempty" validate:"omitempty,max=2000,weburl" norm:"trim" limit:"cloud" en:"Header video" ru:"Видео заголовка"`
	Document string `json:"document,omitempty" validate:"omitempty,max=2000,weburl" norm:"trim" limit:"cloud" en:"Header document" ru:"Документ заголовка"`
}

// Media is the link of the header's file, "" for a text.
func (h *TemplateHeader) Media() string {
	if h == nil {
		return ""
	}
	return h.Image + h.Video + h.Document // one of them at most
}

// TemplateButton is a quick reply.
type TemplateButton struct {
	// ID is the stable name of the button. Absent: "b1", "b2", ... by place.
	ID   string `json:"id,omitempty" validate:"omitempty,max=256" norm:"trim" default:"b{n}" en:"Button {n} id" ru:"Идентификатор кнопки {n}"`
	Text string `json:"text" validate:"required,max=25" norm:"trim" limit:"cloud" en:"Button {n}" ru:"Кнопка {n}"`
}

// TemplateLink opens a page.
type TemplateLink struct {
	Text string `json:"text" validate:"required,notblank,max=25" norm:"trim" limit:"cloud" en:"Link button {n}" ru:"Кнопка-ссылка {n}"`
	URL  string `json:"url" validate:"required,max=2000,weburl" norm:"trim" limit:"cloud" en:"Link address {n}" ru:"Адрес ссылки {n}"`
}

// TemplateCall calls a number, as CallButton does.
type TemplateCall struct {
	Text  string `json:"text" validate:"required,notblank,max=25" norm:"trim" limit:"cloud" en:"Call button" ru:"Кнопка звонка"`
	Phone string `json:"phone" validate:"required,max=40,callform" norm:"trim" en:"Number to call" ru:"Номер для звонка"`
}

// TemplateValue is what stands in a variable's place.
type TemplateValue struct {
	Name  string `json:"name" validate:"required,max=64" norm:"trim" en:"Variable {n}" ru:"Переменная {n}"` // without braces: "1", "name"
	Value string `json:"value" validate:"required,notblank,max=1024" norm:"trim" en:"Value {n}" ru:"Значение {n}"`
}

// Template is a message written beforehand. Templates belong to all lines: they are
// the company's words, not a number's.
type Template struct {
	Stamp
	Name     string           `json:"name" en:"Template" ru:"Шаблон"`
	Language string           `json:"language" en:"Language" ru:"Язык"`
	Category TemplateCategory `json:"category" en:"Category" ru:"Категория"`
	Status   TemplateStatus   `json:"status" en:"Status" ru:"Статус"`
	// Version is 1 for a new template and grows when its words change. Older
	// versions stay readable; what was sent is not touched.
	Version int             `json:"version"`
	Content TemplateContent `json:"content"`
	// Variables are the names of all that has to be filled in, in order.
	Variables []string `json:"variables"`
	// Note says what the status means, in the caller's language.
	Note      string `json:"note"`
	CreatedAt Time   `json:"createdAt"`
	UpdatedAt Time   `json:"updatedAt"`
}

// TemplateCreateRequest writes a new template, a draft.
type TemplateCreateRequest struct {
	// Name is of small Latin letters, digits and _.
	Name string `json:"name" validate:"required,max=512" norm:"trim" limit:"cloud" en:"Template" ru:"Шаблон"`
	// Language is as in "ru" or "en_US"; a name can have a template in each.
	Language string           `json:"language" validate:"required,max=15" norm:"trim" en:"Language" ru:"Язык"`
	Category TemplateCategory `json:"category" validate:"required,oneof=marketing utility authentication" en:"Category" ru:"Категория"`
	Content  *TemplateContent `json:"content" validate:"required" en:"Content" ru:"Содержание"`
}

// TemplateUpdateRequest changes a template. An absent field stays as it is. Another
// content or category makes a new version, a draft unless Status says otherwise.
type TemplateUpdateRequest struct {
	Name     string           `json:"name" validate:"required,max=512" norm:"trim" limit:"cloud" en:"Template" ru:"Шаблон"`
	Language string           `json:"language" validate:"required,max=15" norm:"trim" en:"Language" ru:"Язык"`
	Category TemplateCategory `json:"category,omitempty" validate:"omitempty,oneof=marketing utility authentication" en:"Category" ru:"Категория"`
	Status   TemplateStatus   `json:"status,omitempty" validate:"omitempty,oneof=DRAFT APPROVED PAUSED DISABLED" en:"Status" ru:"Статус"`
	Content  *TemplateContent `json:"content,omitempty" validate:"omitempty" en:"Content" ru:"Содержание"`
}

// TemplateRequest names a template.
type TemplateRequest struct {
	Name     string `json:"name" validate:"required,max=512" norm:"trim" limit:"cloud" en:"Template" ru:"Шаблон"`
	Language string `json:"language" validate:"required,max=15" norm:"trim" en:"Language" ru:"Язык"`
}

// TemplateGetRequest reads a template.
type TemplateGetRequest struct {
	Name     string `json:"name" validate:"required,max=512" norm:"trim" limit:"cloud" en:"Template" ru:"Шаблон"`
	Language string `json:"language" validate:"required,max=15" norm:"trim" en:"Language" ru:"Язык"`
	// Version absent: the newest.
	Version int `json:"version,omitempty" validate:"omitempty,min=1" en:"Version" ru:"Версия"`
}

// TemplateListRequest reads every template's newest version, by name and language.
type TemplateListRequest struct {
	Status TemplateStatus `json:"status,omitempty" validate:"omitempty,oneof=DRAFT APPROVED PAUSED DISABLED" en:"Status" ru:"Статус"`
}

// TemplateListResult is all of them.
type TemplateListResult struct {
	Stamp
	Templates []Template `json:"templates"`
}

// TemplatePreviewRequest fills a template in and sends nothing. Values that are not
// given are the samples.
type TemplatePreviewRequest struct {
	Name      string          `json:"name" validate:"required,max=512" norm:"trim" limit:"cloud" en:"Template" ru:"Шаблон"`
	Language  string          `json:"language" validate:"required,max=15" norm:"trim" en:"Language" ru:"Язык"`
	Variables []TemplateValue `json:"variables,omitempty" validate:"omitempty,max=50,dive" en:"Variables" ru:"Переменные"`
}

// TemplatePreviewResult is a template as it would be sent.
type TemplatePreviewResult struct {
	Stamp
	Version int             `json:"version"`
	Status  TemplateStatus  `json:"status"`
	Content TemplateContent `json:"content"` // filled in, without samples
	Text    string          `json:"text"`    // as numbered text, which surely shows
}

// TemplateImportRequest makes a draft, or a new version, of BPMSoft's tags:
// [#HSM#]body[*HEAD*]text or [*IMAGE*]link[*FOOT*]text. What the tags cannot carry
// stays as it was in a template that is there.
type TemplateImportRequest struct {
	Name     string `json:"name" validate:"required,max=512" norm:"trim" limit:"cloud" en:"Template" ru:"Шаблон"`
	Language string `json:"language" validate:"required,max=15" norm:"trim" en:"Language" ru:"Язык"`
	// Category absent: that of the template that is there, else utility.
	Category TemplateCategory `json:"category,omitempty" validate:"omitempty,oneof=marketing utility authentication" en:"Category" ru:"Категория"`
	Tags     string           `json:"tags" validate:"required,notblank,max=8192" en:"Text with tags" ru:"Текст с тегами"`
	// Samples as in TemplateContent. Absent: those of the template that is there.
	Samples []TemplateValue `json:"samples,omitempty" validate:"omitempty,max=50,dive" en:"Samples" ru:"Примеры"`
}

// TemplateUse fills a template in.
type TemplateUse struct {
	Name      string          `json:"name" validate:"required,max=512" norm:"trim" limit:"cloud" en:"Template" ru:"Шаблон"`
	Language  string          `json:"language" validate:"required,max=15" norm:"trim" en:"Template language" ru:"Язык шаблона"`
	Variables []TemplateValue `json:"variables,omitempty" validate:"omitempty,max=50,dive" en:"Variables" ru:"Переменные"`
	// HeaderURL is sent in place of the header's picture, video or document.
	HeaderURL string `json:"headerUrl,omitempty" validate:"omitempty,max=2000,weburl" norm:"trim" limit:"cloud" en:"Header file link" ru:"Ссылка на файл заголовка"`
}

// SendTemplateRequest asks for one message of an approved template. Its buttons go
// as those of SendButtonsRequest do; beside a picture, video or document they are
// written out in its caption.
type SendTemplateRequest struct {
	Line     LineID       `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key      Key          `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat     string       `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Template *TemplateUse `json:"template" validate:"required" en:"Template" ru:"Шаблон"`
	// Rendering and Renderings as in SendButtonsRequest.
	Rendering  Rendering   `json:"rendering,omitempty" validate:"omitempty,oneof=auto native poll numbered" default:"auto" en:"How buttons are shown" ru:"Как показать кнопки"`
	Renderings []Rendering `json:"renderings,omitempty" validate:"omitempty,max=3,dive,oneof=native poll numbered" en:"Preferred ways" ru:"Предпочтения показа"`
	Priority   Priority    `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// Quote as in SendTextRequest.
	Quote *MessageRef `json:"quote,omitempty" validate:"omitempty" en:"Quote" ru:"Цитата"`
	// TimeLimit as in SendTextRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// TemplateExportResult is a template in BPMSoft's tags.
type TemplateExportResult struct {
	Stamp
	Tags string `json:"tags"`
	// Left names the fields that the tags cannot carry: "content.buttons", "language", ...
	Left []string `json:"left"`
	Note string   `json:"note"` // the same, in the caller's language
}
