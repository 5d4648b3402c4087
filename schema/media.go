package schema

// MediaID names a file that the sidecar keeps, or can fetch from WhatsApp ("med_" and 26 characters).
type MediaID string

// Content kinds of attachments.
const (
	ContentImage    ContentKind = "image"
	ContentVideo    ContentKind = "video"
	ContentAudio    ContentKind = "audio"
	ContentVoice    ContentKind = "voice" // a voice note: Opus in Ogg
	ContentSticker  ContentKind = "sticker"
	ContentDocument ContentKind = "document"
)

// Captioned reports whether WhatsApp shows a caption with the kind.
func (k ContentKind) Captioned() bool {
	return k == ContentImage || k == ContentVideo || k == ContentDocument
}

// SendAs says how attachments reach the customer.
type SendAs string

// Ways to send attachments.
const (
	// AsMedia: pictures, videos, sound, voice notes and stickers as such, by what the
	// file is; anything else as a document.
	AsMedia SendAs = "media"
	// AsDocument: every file as a document, untouched.
	AsDocument SendAs = "document"
)

// WaitFile: the message's file is being fetched or uploaded.
const WaitFile WaitKind = "file"

// MediaLimit is the largest file of a kind, in bytes. The numbers are the Meta
// Cloud API's; WhatsApp gives none for linked devices.
func MediaLimit(kind ContentKind) int64 {
	switch kind {
	case ContentImage:
		return ImageMaxBytes
	case ContentVideo, ContentAudio, ContentVoice:
		return SoundMaxBytes
	case ContentSticker:
		return StickerMaxBytes
	}
	return DocumentMaxBytes
}

// Attachment is one file to send. Exactly one of URL and MediaID is given.
type Attachment struct {
	// Title is the file's name as the customer sees it. Absent: the name that the
	// file comes with. An ending that it lacks (".pdf") is added.
	Title string `json:"title,omitempty" validate:"omitempty,max=255" norm:"trim" en:"File name" ru:"Название файла"`
	// URL is http or https, and gives the file itself, not a page about it.
	URL string `json:"url,omitempty" validate:"omitempty,max=2048" norm:"trim" en:"Direct file link" ru:"Прямая ссылка на файл"`
	// MediaID is what POST /media gave for an uploaded file.
	MediaID MediaID `json:"mediaId,omitempty" validate:"omitempty,max=64" en:"Uploaded file" ru:"Загруженный файл"`
}

// SendMediaRequest asks for files, each a message of its own, in this order.
type SendMediaRequest struct {
	Line        LineID       `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key         Key          `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat        string       `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Attachments []Attachment `json:"attachments" validate:"required,min=1,max=10,dive" en:"Attachments" ru:"Вложения"`
	As          SendAs       `json:"as,omitempty" validate:"omitempty,oneof=media document" default:"media" en:"Send as" ru:"Отправить как"`
	// Caption goes with the first attachment; where that is a voice note, sound or a
	// sticker, which take none, it is a message before the attachments.
	Caption string `json:"caption,omitempty" validate:"omitempty,max=1024" limit:"cloud" en:"Caption" ru:"Подпись к файлу"`
	// Quote is the message that the first of these answers.
	Quote    *MessageRef `json:"quote,omitempty" validate:"omitempty" en:"Quote" ru:"Цитата"`
	Priority Priority    `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// TimeLimit counts from the moment the messages are stored: one that did not begin
	// to go by then fails as message_expired. Absent: never.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// SendRequest asks for text, files, or both. The text is the caption of the first
// file where WhatsApp shows one with it and it has 1024 characters at most; else it
// is a message before the files.
type SendRequest struct {
	Line        LineID       `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	Key         Key          `json:"key" validate:"required,key" en:"Idempotency key" ru:"Ключ повтора"`
	Chat        string       `json:"chat" validate:"required,chatform" norm:"trim" en:"Phone number or chat" ru:"Номер телефона или диалог"`
	Text        string       `json:"text,omitempty" validate:"omitempty,max=4096" limit:"cloud" en:"Message" ru:"Сообщение"`
	Attachments []Attachment `json:"attachments,omitempty" validate:"omitempty,max=10,dive" en:"Attachments" ru:"Вложения"`
	As          SendAs       `json:"as,omitempty" validate:"omitempty,oneof=media document" default:"media" en:"Send as" ru:"Отправить как"`
	// Quote is the message that the first of these answers.
	Quote *MessageRef `json:"quote,omitempty" validate:"omitempty" en:"Quote" ru:"Цитата"`
	// Mentions as in SendTextRequest; of the text.
	Mentions []string `json:"mentions,omitempty" validate:"omitempty,max=50,dive,required,chatform" en:"Mentions" ru:"Упоминания"`
	Priority Priority `json:"priority,omitempty" validate:"omitempty,oneof=dialogue normal broadcast" default:"normal" en:"Priority" ru:"Приоритет"`
	// TimeLimit as in SendMediaRequest.
	TimeLimit int `json:"timeLimit,omitempty" validate:"omitempty,min=1,max=2592000" en:"Time limit, seconds" ru:"Лимит времени, секунд"`
}

// SendMediaResult is the state of the first message and, in Messages, of all of
// them. The first one has the request's key; each later one that and "#" and its place.
type SendMediaResult struct {
	SendResult
	Messages []SendResult `json:"messages"`
}

// Media is a file that came with a message, or that was uploaded.
type Media struct {
	ID   MediaID     `json:"mediaId"`
	Kind ContentKind `json:"kind"` // image, video, audio, voice, sticker or document
	Mime string      `json:"mime"` // "image/jpeg"
	Size int64       `json:"size"` // bytes
	Name string      `json:"name,omitempty"`
	// Seconds, Width and Height are absent where they are not known.
	Seconds int `json:"seconds,omitempty"`
	Width   int `json:"width,omitempty"` // pixels
	Height  int `json:"height,omitempty"`
	// URL gives the file by GET, without a token, until URLExpiresAt; media.get gives
	// a new one. It leads to the sidecar, which fetches the file from WhatsApp the first time.
	URL          string `json:"url"`
	URLExpiresAt Time   `json:"urlExpiresAt"`
}

// MediaGetRequest finds a file by its id.
type MediaGetRequest struct {
	Line    LineID  `json:"line" validate:"required,lineid" en:"Line" ru:"Линия"`
	MediaID MediaID `json:"mediaId" validate:"required,max=64" en:"File" ru:"Файл"`
}

// MediaGetResult is the file with a new link.
type MediaGetResult struct {
	Stamp
	Media
}
