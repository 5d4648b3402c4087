package catalog

import (
	"slices"

	"github.com/nodeline/nodeline/schema"
)

// Category is a part of Node-RED's palette. Editors translate it by a key made of it.
type Category string

// Categories: the kinds of nodes.
const (
	Triggers   Category = "WhatsApp triggers"
	Robots     Category = "WhatsApp robots"
	Activities Category = "WhatsApp activities"
	Actions    Category = "WhatsApp actions"
)

// Chooser is a field of the node itself that chooses among its cases by their ids. It
// begins with the first.
type Chooser struct {
	Param string
	Label schema.Text
	Help  schema.Text
}

// Case is one thing that a node of the palette does: an entry in one of its ways, or
// what Node-RED alone has.
type Case struct {
	ID        string // the chooser's value; empty where there is no chooser
	On        bool   // the state of the switch
	Operation string // method of the RPC; empty where the node does it by itself
	Title     schema.Text
	Help      schema.Text
	// Fields in the order shown, those with More after the others. The line is not
	// among them: it is a config node.
	Fields []Field
	Minted []string
	Fixed  map[string]string
	// Kinds are the events of a trigger that offers no choice of them.
	Kinds []schema.EventKind
	// Outcomes in the order of the outputs, the error last where there is one.
	Outcomes []Outcome
	// Result is a zero value of the result, where it is not the operation's.
	Result any
}

// PaletteNode is a node of Node-RED's palette. It has one case, one for each state of
// its switch, or one for each value of its chooser.
type PaletteNode struct {
	Type     string // "nodeline-send-text"
	Category Category
	Title    schema.Text // in the palette
	Help     schema.Text
	Chooser  *Chooser
	Switch   *Switch
	Cases    []Case
}

// Palette lists every node of Node-RED's palette, in the order shown. Nodes stand
// apart where their outputs or the question of every day differ; what only looks
// something up, or changes one thing, shares a node with a chooser.
var Palette = slices.Concat(triggerNodes, robotNodes, activityNodes, actionNodes)

var whatToDo = &Chooser{Param: "operation", Label: text("What to do", "Что сделать"), Help: text(
	"The fields below are for this.", "Поля ниже относятся к этому.")}

// Outputs beside those that nodes share.
var (
	redSent   = Outcome{ID: "result", Label: text("Sent", "Отправлено")}
	redDone   = Outcome{ID: "result", Label: text("Done", "Готово")}
	redResult = Outcome{ID: "result", Label: text("Result", "Результат")}
)

// Fields that Node-RED has in a form of its own.
var (
	// redSaveTo takes the place of entrySaveTo: a message has parts, and is not replaced.
	redSaveTo = Field{Path: "saveTo", Control: Line1, Own: true, More: true, Start: "nodeline", StartIn: "msg", Example: "nodeline",
		Label: entrySaveTo.Label, Help: text(
			"Where the result goes: a property of the message, the flow or all flows. The rest of the message is kept.",
			"Куда попадает результат: свойство сообщения, потока или всех потоков. Остальное в сообщении сохраняется.")}
	// redChoiceID is made up once, and names the output.
	redChoiceID = withHelp(choiceID, "Comes back as the ID of the answer.", "Возвращается как идентификатор ответа.")
	// redChoices hold the answers of a template, which its own buttons give.
	redChoices = Field{Path: "choices", Control: Group, Own: true, Label: label("Quick replies", "Быстрые ответы"), Fields: []Field{choiceText, redChoiceID}, Help: text(
		"The template's own quick replies, each with an output.", "Быстрые ответы самого шаблона, у каждого свой выход.")}
	// redSentMessage is one of the line's own, which WhatsApp lets it change.
	redSentMessage = Field{Path: "message", As: "sentMessage", Control: Message, Start: "nodeline", StartIn: "msg", Example: entryMessage.Example, Help: text(
		"One of the line's own messages: its ID, or what the send gave.", "Одно из сообщений самой линии: его номер или то, что дала отправка.")}
	// A file of the message itself; what the other fields of a file hold is sent too.
	redFileFrom = Field{Path: "from", Control: Select, Own: true, Start: "url", Label: label("File", "Файл"), Help: text(
		"Where the file comes from.", "Откуда берётся файл."), Options: []Option{
		{Value: "url", Label: text("By link", "По ссылке"), Help: text("The sidecar fetches it.", "Сервис скачает его сам.")},
		{Value: "message", Label: text("From the message", "Из сообщения"), Help: text("A Buffer, or a text.", "Буфер (Buffer) или текст.")},
		{Value: "mediaId", Label: text("Uploaded before", "Загруженный раньше"), Help: text("By its ID.", "По его номеру.")},
	}}
	redFileData = Field{Path: "data", Control: Line1, Own: true, Start: "payload", StartIn: "msg", Label: label("Content", "Содержимое"), When: from("message"), Help: text(
		"The file itself: a Buffer, or a text.", "Сам файл: буфер (Buffer) или текст.")}
	redFileMime = Field{Path: "mime", Control: Line1, Own: true, Example: "application/pdf", Label: label("Type", "Тип"), When: from("message"), Help: text(
		"The file's MIME type. Empty: judged by its name.", "MIME-тип файла. Пусто: определяется по имени.")}
)

func from(values ...string) *When { return &When{Name: "from", Values: values} }

// inMessage makes a field begin with a property of the message.
func inMessage(f Field, property string) Field {
	f.Start, f.StartIn = property, "msg"
	return f
}

// startsInMessage says with which property of the message fields begin, by name, so
// that a node needs no settings behind a trigger or a send of ours.
var startsInMessage = map[string]string{
	"chat": "phone", "phone": "phone", "messageId": "event", "key": "nodeline.key", "askId": "ask.id", "mediaId": "event.message.media.mediaId",
}

// inNodeRED gives fields of an entry the form that they have in Node-RED.
func inNodeRED(fields []Field, own ...Field) []Field {
	var shown, more []Field
	for _, f := range append(slices.Clone(fields), own...) {
		switch property := startsInMessage[f.Name()]; {
		case f.Control == LinePicker, f.Name() == entrySaveTo.Name() && f.StartIn == "":
			continue
		case property != "" && !f.More && f.StartIn == "":
			f = inMessage(f, property)
			if f.Path == entryKey.Path {
				f.Label = label("Message's key", "Ключ сообщения")
			}
		case f.Path == entryBody.Path:
			f.As = "" // the name in flows of old
		case f.Path == "status" && f.As == "":
			f.As = "messageStatus" // an editor's node has a status of its own
		case f.Control == Files:
			f = inMessageToo(f)
		case f.Control == Group:
			f.Fields = slices.Clone(f.Fields)
			for i, g := range f.Fields {
				if g.Path == choiceID.Path {
					f.Fields[i] = redChoiceID
				}
			}
		}
		if f.More {
			more = append(more, f)
		} else {
			shown = append(shown, f)
		}
	}
	return append(shown, more...)
}

// inMessageToo lets files be of the message.
func inMessageToo(f Field) Field {
	inner := []Field{redFileFrom}
	for _, g := range f.Fields {
		if g.Path != "title" {
			g.When = from(g.Path)
		}
		inner = append(inner, g)
		if g.Path == "mediaId" {
			inner = append(inner, redFileData)
		}
	}
	f.Fields = append(inner, redFileMime)
	return f
}

// once is the case of an entry that goes on at once.
func once(e Entry, result Outcome) Case {
	w := e.Ways[0]
	return Case{Operation: e.Operation, Title: e.Phrase, Help: e.Help, Fields: inNodeRED(w.Fields, redSaveTo), Minted: w.Minted, Fixed: w.Fixed,
		Outcomes: []Outcome{result, outError}}
}

// chosen is once with the value of the chooser.
func chosen(id string, e Entry, result Outcome) Case {
	c := once(e, result)
	c.ID = id
	return c
}

// waits is the case of an entry that waits, in one of its ways. The choices come
// first among the outputs, then what else may become of a question.
func waits(e Entry, way string) Case {
	w := e.Ways[slices.IndexFunc(e.Ways, func(w Way) bool { return w.ID == way })]
	c := Case{On: true, Operation: e.Operation, Title: w.Title, Help: w.Help, Fields: inNodeRED(w.Fields), Minted: w.Minted, Fixed: w.Fixed}
	if way == "template" {
		c.Fields = inNodeRED(w.Fields, redChoices)
		for i, f := range c.Fields {
			c.Fields[i].Needed = f.Needed || f.Path == entryTemplate.Path
		}
	}
	for _, o := range w.Outcomes {
		if o.ID == outPicked.ID && !o.PerButton {
			o = outChoice
		}
		if !slices.Contains([]string{outOther.ID, outNoAnswer.ID, outCancelled.ID}, o.ID) {
			c.Outcomes = append(c.Outcomes, o)
		}
	}
	c.Outcomes = append(c.Outcomes, outOther, outNoAnswer, outCancelled, outError)
	return c
}

// entry finds an entry of a picker; tests hold every name.
func entry(kind Kind, offer, id string) Entry {
	for _, o := range PickerOf(kind).Offers {
		for _, e := range o.Entries {
			if o.ID == offer && e.ID == id {
				return e
			}
		}
	}
	panic("no entry " + offer + "." + id)
}

func action(offer, id string) Entry { return entry(Action, offer, id) }
