package schema

// Limits that rules and code share. Lengths are Unicode code points.
// Where a rule's tag repeats a number, a test holds the two together.
const (
	HeaderMax = 60   // Meta Cloud API, interactive message header
	BodyMax   = 1024 // Meta Cloud API, interactive message body
	FooterMax = 60   // Meta Cloud API, interactive message footer
	TextMax   = 4096 // Meta Cloud API, text message body

	ButtonsMax    = 3  // Meta Cloud API, reply buttons
	ButtonTextMax = 20 // Meta Cloud API, reply button title

	ListRowsMax           = 10   // Meta Cloud API, rows of a list in all its sections
	ListRowMax            = 24   // Meta Cloud API, list row title
	ListRowIDMax          = 200  // Meta Cloud API, list row id
	ListRowDescriptionMax = 72   // Meta Cloud API, list row description
	ListSectionMax        = 24   // Meta Cloud API, list section title
	ListButtonMax         = 20   // Meta Cloud API, list button
	ListBodyMax           = 4096 // Meta Cloud API, list message body

	PollOptionsMin  = 2   // WhatsApp's own apps
	PollOptionsMax  = 12  // WhatsApp's own apps
	PollQuestionMax = 255 // WhatsApp's own apps
	PollOptionMax   = 100 // WhatsApp's own apps

	LinkTextMax = 20   // Meta Cloud API, link button
	LinkURLMax  = 2000 // Meta Cloud API, link button

	// WindowSeconds is how long a chat stays open after the customer wrote or called
	// (Meta Cloud API, customer service window).
	WindowSeconds = 24 * 60 * 60

	TemplateNameMax       = 512 // Meta Cloud API, message template name
	TemplateButtonsMax    = 10  // Meta Cloud API, buttons of a template, of all kinds
	TemplateLinksMax      = 2   // Meta Cloud API, link buttons of a template
	TemplateButtonTextMax = 25  // Meta Cloud API, button of a template

	// DeadlineDefaultSeconds is a day: long enough for a person to answer
	// tomorrow, short enough that a forgotten ask ends.
	DeadlineDefaultSeconds = 24 * 60 * 60
	// DeadlineMaxSeconds is 30 days.
	DeadlineMaxSeconds = 30 * 24 * 60 * 60

	// UndeliveredDefaultSeconds is when a new line reports a message that no phone has
	// confirmed: a phone that is off at night is on again by then.
	UndeliveredDefaultSeconds = 24 * 60 * 60
	// UndeliveredMaxSeconds is 30 days.
	UndeliveredMaxSeconds = 30 * 24 * 60 * 60

	// EditMaxSeconds is how long WhatsApp lets a message be edited after it was sent
	// (whatsmeow's EditWindow).
	EditMaxSeconds = 20 * 60
	// DeleteMaxSeconds is how long a message can be deleted for everyone: WhatsApp's
	// apps say about 2 days and 12 hours.
	DeleteMaxSeconds = 60 * 60 * 60

	// MadeKeyMax is the longest key of a message: a caller's of 128 characters, and a
	// sign and a number where the message was made of another.
	MadeKeyMax = 140

	RemindersMax       = 3
	ReminderTextMax    = BodyMax
	ReminderMaxSeconds = DeadlineMaxSeconds - 1 // before the latest deadline

	// AnswerTriesDefault is how many answers an ask reads.
	AnswerTriesDefault = 3

	CaptionMax     = 1024 // Meta Cloud API, media caption
	AttachmentsMax = 10   // of one request

	ImageMaxBytes    = 5 << 20   // Meta Cloud API, jpeg and png
	SoundMaxBytes    = 16 << 20  // Meta Cloud API, video and audio
	DocumentMaxBytes = 100 << 20 // Meta Cloud API
	StickerMaxBytes  = 500 << 10 // Meta Cloud API, one that moves

	// SubscriptionsMax is how many subscriptions to events one connection has.
	SubscriptionsMax = 256

	// RequestMaxBytes is the largest RPC request (HTTP 413, websocket close 1009 beyond it).
	RequestMaxBytes = 1 << 20
	// ValidatorMaxBytes is the largest input that the validator parses.
	ValidatorMaxBytes = 64 << 10
	// ContextMaxBytes is the largest opaque context that travels with an ask.
	ContextMaxBytes = 256 << 10
	// DepthMax is how deep a request's JSON may nest.
	DepthMax = 32
)
