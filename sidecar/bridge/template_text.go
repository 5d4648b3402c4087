package bridge

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nodeline/nodeline/schema"
)

var (
	placeholder   = regexp.MustCompile(`\{\{([^{}]*)\}\}`)
	variableName  = regexp.MustCompile(`^(?:[1-9][0-9]?|[a-z][a-z0-9_]{0,63})$`)
	variablesSide = regexp.MustCompile(`\}\}\s*\{\{`)
)

// templateField is one text of a template.
type templateField struct {
	path  string
	label schema.Text
	text  *string
	max   int // code points, once it is filled in
	holds int // variables at most; -1: any number
}

// templateFields lists a template's texts; those that hold variables can be changed by it.
func templateFields(c *schema.TemplateContent) (list []templateField) {
	if c.Header != nil {
		list = append(list, templateField{"content.header.text", schema.Text{En: "Header text", Ru: "Текст заголовка"}, &c.Header.Text, schema.HeaderMax, 1})
	}
	list = append(list,
		templateField{"content.body", schema.Text{En: "Message", Ru: "Сообщение"}, &c.Body, schema.BodyMax, -1},
		templateField{"content.footer", schema.Text{En: "Footer", Ru: "Подпись"}, &c.Footer, schema.FooterMax, 0})
	for i := range c.Buttons {
		list = append(list, templateField{fmt.Sprintf("content.buttons[%d].text", i), numbered("Button", "Кнопка", i), &c.Buttons[i].Text, schema.TemplateButtonTextMax, 0})
	}
	for i := range c.Links {
		list = append(list,
			templateField{fmt.Sprintf("content.links[%d].text", i), numbered("Link button", "Кнопка-ссылка", i), &c.Links[i].Text, schema.TemplateButtonTextMax, 0},
			templateField{fmt.Sprintf("content.links[%d].url", i), numbered("Link address", "Адрес ссылки", i), &c.Links[i].URL, schema.LinkURLMax, 1})
	}
	return list
}

func numbered(en, ru string, i int) schema.Text {
	n := " " + strconv.Itoa(i+1)
	return schema.Text{En: en + n, Ru: ru + n}
}

// variablesIn are the variables in a text, in order.
func variablesIn(text string) (names []string) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// variablesOf are the variables of a template, each once, in order.
func variablesOf(c schema.TemplateContent) (names []string) {
	for _, f := range templateFields(&c) {
		for _, name := range variablesIn(*f.text) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

var overLength = schema.Text{En: "%d characters, at most %d", Ru: "символов: %d, можно не больше %d"}

// checkContent judges a template's variables and buttons, and the lengths of its
// texts, which tags bring in without the validator's judgement.
func checkContent(c schema.TemplateContent, lang schema.Lang) (issues []schema.Issue) {
	for _, f := range templateFields(&c) {
		if wrong, ok := f.wrong(); ok {
			issues = append(issues, f.issue("variables", wrong, lang))
		}
		if long, ok := f.over(overLength, lang); ok {
			issues = append(issues, long)
		}
	}
	if h := c.Header; h != nil {
		f := templateField{path: "content.header.image", label: schema.Text{En: "Header picture", Ru: "Картинка заголовка"}, text: &h.Image, max: schema.LinkURLMax}
		if long, ok := f.over(overLength, lang); ok {
			issues = append(issues, long)
		}
	}
	if h := c.Header; h != nil && filledIn(h.Text, h.Image, h.Video, h.Document) != 1 {
		f := templateField{path: "content.header", label: schema.Text{En: "Header", Ru: "Заголовок"}}
		issues = append(issues, f.issue("alone", schema.Text{En: "give a text, a picture, a video or a document, one of them", Ru: "укажите что-то одно: текст, картинку, видео или документ"}, lang))
	}
	names := variablesOf(c)
	body := templateField{path: "content.body", label: schema.Text{En: "Message", Ru: "Сообщение"}}
	numbers := 0
	for _, name := range names {
		if name != "" && name[0] <= '9' {
			numbers++
		}
	}
	switch {
	case numbers > 0 && numbers < len(names):
		issues = append(issues, body.issue("variables", schema.Text{En: "use numbers or names for variables, not both", Ru: "для переменных используйте либо номера, либо имена"}, lang))
	case numbers > 0:
		for n := range names {
			if want := strconv.Itoa(n + 1); !slices.Contains(names, want) {
				issues = append(issues, body.issue("variables", schema.Text{En: "variables are numbered from 1 without a gap; {{" + want + "}} is missing",
					Ru: "переменные нумеруются с 1 без пропусков; нет {{" + want + "}}"}, lang))
				break
			}
		}
	}
	issues = append(issues, checkSamples(c, names, lang)...)
	count := len(c.Buttons) + len(c.Links)
	if c.Call != nil {
		count++
		if _, err := readCall(&schema.CallButton{Text: c.Call.Text, Phone: c.Call.Phone}, lang); err != nil {
			f := templateField{path: "content.call.phone", label: schema.Text{En: "Number to call", Ru: "Номер для звонка"}}
			issues = append(issues, f.issue("phone", schema.Text{En: "this is not a phone number that can be called", Ru: "это не настоящий номер телефона"}, lang))
		}
	}
	if count > schema.TemplateButtonsMax {
		f := templateField{path: "content.buttons", label: schema.Text{En: "Buttons", Ru: "Кнопки"}}
		over := f.issue("max", schema.Text{En: "ten in all at most, with links and call", Ru: "не больше десяти вместе со ссылками и звонком"}, lang)
		over.Limit, over.Actual = schema.TemplateButtonsMax, count
		issues = append(issues, over)
	}
	return issues
}

// filledIn counts the texts that are not empty.
func filledIn(texts ...string) (n int) {
	for _, t := range texts {
		if t != "" {
			n++
		}
	}
	return n
}

func (f templateField) issue(rule string, what schema.Text, lang schema.Lang) schema.Issue {
	return issue(f.path, rule, f.label, schema.Text{En: what.En + ".", Ru: what.Ru + "."}, lang)
}

// wrong says what is wrong with the variables of one text.
func (f templateField) wrong() (schema.Text, bool) {
	text, names := *f.text, variablesIn(*f.text)
	rest := placeholder.ReplaceAllString(text, "")
	bad := slices.IndexFunc(names, func(n string) bool { return !variableName.MatchString(n) })
	at := placeholder.FindAllStringIndex(text, -1)
	switch {
	case strings.Contains(rest, "{{") || strings.Contains(rest, "}}"):
		return schema.Text{En: "{{ and }} stand only around a variable's name", Ru: "{{ и }} ставятся только вокруг имени переменной"}, true
	case bad >= 0:
		return schema.Text{En: "{{" + names[bad] + "}} is no variable: write {{1}} or {{name}} in small Latin letters, digits and _",
			Ru: "{{" + names[bad] + "}} не переменная: пишите {{1}} или {{name}} строчными латинскими буквами, цифрами и _"}, true
	case f.holds == 0 && len(names) > 0:
		return schema.Text{En: "no variables here", Ru: "здесь переменных быть не может"}, true
	case f.holds == 1 && len(names) > 1:
		return schema.Text{En: "one variable here at most", Ru: "здесь может быть не больше одной переменной"}, true
	case f.holds == 1 && len(names) == 1 && strings.HasSuffix(f.path, ".url") && at[0][1] != len(text):
		return schema.Text{En: "the variable stands at the end of the address", Ru: "переменная ставится в самом конце адреса"}, true
	case f.holds < 0 && variablesSide.MatchString(text):
		return schema.Text{En: "between two variables there must be words", Ru: "между двумя переменными должны быть слова"}, true
	case f.holds < 0 && len(at) > 0 && (at[0][0] == 0 || at[len(at)-1][1] == len(text)):
		return schema.Text{En: "the text neither begins nor ends with a variable", Ru: "текст не может начинаться или заканчиваться переменной"}, true
	}
	return schema.Text{}, false
}

// over says that a text is too long, in a sentence with its length and the limit.
func (f templateField) over(format schema.Text, lang schema.Lang) (schema.Issue, bool) {
	count := utf8.RuneCountInString(*f.text)
	if count <= f.max {
		return schema.Issue{}, false
	}
	long := f.issue("max", schema.Text{En: fmt.Sprintf(format.En, count, f.max), Ru: fmt.Sprintf(format.Ru, count, f.max)}, lang)
	long.Limit, long.Actual = f.max, count
	return long, true
}

// checkSamples wants one sample for each variable.
func checkSamples(c schema.TemplateContent, names []string, lang schema.Lang) (issues []schema.Issue) {
	missing, extra := unmatched(names, c.Samples)
	f := templateField{path: "content.samples", label: schema.Text{En: "Samples", Ru: "Примеры"}}
	if len(missing) > 0 {
		issues = append(issues, f.issue("variables", schema.Text{En: "no sample of " + braced(missing), Ru: "нет примера для " + braced(missing)}, lang))
	}
	if len(extra) > 0 {
		issues = append(issues, f.issue("variables", schema.Text{En: "more than one sample, or no such variable: " + braced(extra), Ru: "больше одного примера или нет такой переменной: " + braced(extra)}, lang))
	}
	return issues
}

// unmatched compares variables with values: those without one, and the values that
// are of none or given twice.
func unmatched(names []string, values []schema.TemplateValue) (missing, extra []string) {
	given := map[string]bool{}
	for _, v := range values {
		if given[v.Name] || !slices.Contains(names, v.Name) {
			extra = append(extra, v.Name)
		}
		given[v.Name] = true
	}
	for _, name := range names {
		if !given[name] {
			missing = append(missing, name)
		}
	}
	return missing, extra
}

func braced(names []string) string { return "{{" + strings.Join(names, "}}, {{") + "}}" }

// fill puts values in the place of variables.
func fill(c schema.TemplateContent, values []schema.TemplateValue, lang schema.Lang) (schema.TemplateContent, error) {
	missing, extra := unmatched(variablesOf(c), values)
	if len(missing)+len(extra) > 0 {
		e := schema.NewError(schema.CodeTemplateVariables, lang, nil)
		e.Field = "variables"
		if len(missing) > 0 {
			e.Hint = schema.Text{En: "Missing: ", Ru: "Не хватает: "}.In(lang) + braced(missing) + ". " + e.Hint
		}
		if len(extra) > 0 {
			e.Hint = schema.Text{En: "Not in the template, or given twice: ", Ru: "Нет в шаблоне или указаны дважды: "}.In(lang) + braced(extra) + ". " + e.Hint
		}
		return c, e
	}
	of := map[string]string{}
	for _, v := range values {
		of[v.Name] = v.Value
	}
	c.Samples = nil
	if c.Header != nil {
		header := *c.Header
		c.Header = &header
	}
	c.Links = slices.Clone(c.Links)
	var issues []schema.Issue
	for _, f := range templateFields(&c) {
		if len(variablesIn(*f.text)) == 0 {
			continue
		}
		*f.text = placeholder.ReplaceAllStringFunc(*f.text, func(m string) string {
			value := of[m[2:len(m)-2]]
			if strings.HasSuffix(f.path, ".url") {
				value = inURL(value)
			}
			return value
		})
		if long, ok := f.over(schema.Text{En: "%d characters with these values, at most %d", Ru: "с этими значениями символов: %d, можно не больше %d"}, lang); ok {
			issues = append(issues, long)
		}
	}
	if len(issues) > 0 {
		e := schema.NewError(schema.CodeTemplateTooLong, lang, nil)
		e.Issues = issues
		return c, e
	}
	return c, nil
}

// inURL escapes what would end a link in the middle of a value.
func inURL(value string) string {
	var out strings.Builder
	for _, r := range value {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			out.WriteString(url.PathEscape(string(r)))
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// templateMessage is a filled template as a message.
func templateMessage(t schema.TemplateContent, lang schema.Lang) (Content, error) {
	c := Content{Body: t.Body, Footer: t.Footer}
	if t.Header != nil {
		c.Header = t.Header.Text
	}
	choices := make([]schema.Button, len(t.Buttons))
	for i, button := range t.Buttons {
		choices[i] = schema.Button(button)
	}
	c.Buttons = withIDs(choices)
	for _, link := range t.Links {
		c.Links = append(c.Links, schema.LinkButton(link))
	}
	if len(c.Links) > 0 {
		c.Link, c.Links = &c.Links[0], c.Links[1:]
	}
	if t.Call == nil {
		return c, nil
	}
	var err error
	c.Call, err = readCall(&schema.CallButton{Text: t.Call.Text, Phone: t.Call.Phone}, lang)
	return c, err
}
