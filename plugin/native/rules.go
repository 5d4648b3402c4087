package native

import (
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"

	"github.com/nodeline/nodeline/plugin/sentence"
	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/label"
	"github.com/nodeline/nodeline/schema/shape"
)

var (
	keyForm    = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,` + strconv.Itoa(sentence.KeyMax) + `}$`)
	lineForm   = regexp.MustCompile(`^[a-z0-9-]{1,` + strconv.Itoa(sentence.LineIDMax) + `}$`)
	regionForm = regexp.MustCompile(`^[A-Z]{2}$`)
	phoneForm  = regexp.MustCompile(`^[+＋]?[0-9０-９]{4,20}$`)
	jidForm    = regexp.MustCompile(`^(?:[0-9]{5,20}@(?:s\.whatsapp\.net|c\.us|lid)|[0-9]{5,30}(?:-[0-9]{5,20})?@g\.us)$`)
	callDigits = regexp.MustCompile(`^[+＋][0-9０-９]{7,15}$`)
	webForm    = regexp.MustCompile(`^(?i:https?)://[^/?#@]+(?:[/?#].*)?$`)
	degreeForm = regexp.MustCompile(`^[+-]?[0-9]{1,3}(?:[.,][0-9]{1,17})?$`)
	splitForm  = regexp.MustCompile(`[,;/\n\r]`)
)

// judge is validator/v10 with the rules of our own.
var judge = func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	text := func(ok func(string) bool) validator.Func {
		return func(fl validator.FieldLevel) bool { return ok(fl.Field().String()) }
	}
	for tag, rule := range map[string]validator.Func{
		sentence.NotBlank: text(func(s string) bool { return !label.Blank(s) }),
		sentence.Key:      text(keyForm.MatchString),
		sentence.LineID:   text(lineForm.MatchString),
		sentence.Region:   text(regionForm.MatchString),
		sentence.ChatForm: text(chatForm),
		sentence.WebURL:   text(webURL),
		sentence.CallForm: text(func(s string) bool { return callDigits.MatchString(strings.Map(dropBetween, label.Strip(s))) }),
		sentence.Alone: func(fl validator.FieldLevel) bool {
			return !filled(fl.Field()) || firstFilled(fl.Parent(), fl.Param()) == ""
		},
		sentence.Labels: func(fl validator.FieldLevel) bool {
			at, _ := label.Clash(labelsOf(fl.Field()))
			return at < 0
		},
		sentence.IDs: func(fl validator.FieldLevel) bool {
			at, _ := sameID(fl.Field())
			return at < 0
		},
		sentence.Growing: func(fl validator.FieldLevel) bool {
			at, _ := notLater(fl.Field())
			return at < 0
		},
		sentence.Emoji: text(label.Emoji),
		sentence.Degrees: func(fl validator.FieldLevel) bool {
			limit, err := strconv.ParseInt(fl.Param(), 10, 64)
			return err == nil && degrees(fl.Field().String(), limit)
		},
		sentence.InTime: func(fl validator.FieldLevel) bool {
			otherwise, err := strconv.ParseInt(fl.Param(), 10, 64)
			return err == nil && afterDeadline(fl.Field(), deadlineOf(fl.Parent(), otherwise)) < 0
		},
	} {
		if err := v.RegisterValidation(tag, rule); err != nil {
			panic(fmt.Sprintf("register rule %s: %v", tag, err)) // a name that the library reserves
		}
	}
	orElse := func(fl validator.FieldLevel) bool {
		return !fl.Field().IsZero() || firstFilled(fl.Parent(), fl.Param()) != ""
	}
	if err := v.RegisterValidation(sentence.OrElse, orElse, true); err != nil {
		panic(fmt.Sprintf("register rule %s: %v", sentence.OrElse, err))
	}
	return v
}()

// chatForm judges a chat by its form; whether a number exists is judged later.
func chatForm(s string) bool {
	if strings.Contains(s, "@") {
		return jidForm.MatchString(s)
	}
	phones := 0
	for _, part := range splitForm.Split(s, -1) {
		if label.Blank(part) {
			continue
		}
		phones++
		bare := strings.Map(dropBetween, label.Strip(part))
		if !phoneForm.MatchString(bare) {
			return false
		}
	}
	return phones >= 1 && phones <= 10
}

// dropBetween removes what people put between a number's digits.
func dropBetween(r rune) rune {
	if unicode.IsSpace(r) || strings.ContainsRune("().-‐‑‒–—―−", r) {
		return -1
	}
	return r
}

// webURL judges an address by its form.
func webURL(s string) bool {
	hidden := strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) && r <= 0x7F || label.Invisible(r)
	})
	return !hidden && webForm.MatchString(s)
}

// filled reports whether a field holds anything; lists have lost their blank items by now.
func filled(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Len() > 0
	}
	return !v.IsZero()
}

// firstFilled gives the name on the wire of the first of the fields (names, separated
// by spaces) that is filled in, "" for none.
func firstFilled(parent reflect.Value, names string) string {
	for _, name := range strings.Fields(names) {
		for i := range parent.NumField() {
			wire, _, _ := strings.Cut(parent.Type().Field(i).Tag.Get("json"), ",")
			if wire == name && filled(parent.Field(i)) {
				return name
			}
		}
	}
	return ""
}

// degrees judges a decimal from -limit to limit, exactly.
func degrees(s string, limit int64) bool {
	if !degreeForm.MatchString(s) {
		return false
	}
	n, ok := new(big.Rat).SetString(strings.Replace(s, ",", ".", 1))
	return ok && n.Abs(n).Cmp(new(big.Rat).SetInt64(limit)) <= 0
}

func labelsOf(buttons reflect.Value) []string {
	texts := make([]string, buttons.Len())
	for i := range texts {
		texts[i] = buttons.Index(i).FieldByName("Text").String()
	}
	return texts
}

// sameID finds the first button whose id an earlier one has; absent ids count as
// the ones they will get.
func sameID(buttons reflect.Value) (at, with int) {
	first := map[string]int{}
	for i := range buttons.Len() {
		id := buttons.Index(i).FieldByName("ID").String()
		if id == "" {
			id = "b" + strconv.Itoa(i+1)
		}
		if j, ok := first[id]; ok {
			return i, j
		}
		first[id] = i
	}
	return -1, -1
}

// notLater finds the first reminder that is not later than one before it.
func notLater(reminders reflect.Value) (at, with int) {
	with = -1
	for i := range reminders.Len() {
		n := afterOf(reminders, i)
		switch {
		case n <= 0:
		case with >= 0 && n <= afterOf(reminders, with):
			return i, with
		default:
			with = i
		}
	}
	return -1, -1
}

// afterDeadline finds the first reminder that is not before the deadline.
func afterDeadline(reminders reflect.Value, deadline int64) int {
	for i := range reminders.Len() {
		if deadline > 0 && afterOf(reminders, i) >= deadline {
			return i
		}
	}
	return -1
}

func afterOf(reminders reflect.Value, i int) int64 {
	return reminders.Index(i).FieldByName("AfterSeconds").Int()
}

// deadlineOf is the deadline of a request, in seconds.
func deadlineOf(request reflect.Value, otherwise int64) int64 {
	if n := request.FieldByName("DeadlineSeconds").Int(); n != 0 {
		return n
	}
	return otherwise
}

// checkRules runs validator/v10 and writes down what it refuses.
func (r *report) checkRules(request any) error {
	err := judge.Struct(request)
	var refused validator.ValidationErrors
	if err != nil && !errors.As(err, &refused) {
		return fmt.Errorf("run rules: %w", err)
	}
	r.failed = map[string]bool{}
	r.request = reflect.Indirect(reflect.ValueOf(request))
	for _, fe := range refused {
		if err := r.translate(fe); err != nil {
			return err
		}
	}
	return nil
}

// spot is a field found by validator's path, as the caller knows it.
type spot struct {
	field *shape.Field
	label string
	path  string // in the caller's list
	left  string // among the items that are left
	item  bool
}

// find walks a path like "buttons[1].text" among the items that are left.
func (r *report) find(path string) (spot, error) {
	var at spot
	s, place := r.root, 0
	for _, step := range strings.Split(path, ".") {
		name, index, indexed := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		f, ok := s.Field(name)
		if !ok {
			return at, fmt.Errorf("find field %s: %s is not in %s", path, name, s.Name)
		}
		dot := ""
		if at.path != "" {
			dot = "."
		}
		at = spot{field: f, label: sentence.Place(f.Label.In(r.lang), place), path: at.path + dot + name, left: at.left + dot + name}
		place = 0
		if indexed {
			i, err := strconv.Atoi(index)
			if err != nil {
				return at, fmt.Errorf("find field %s: %w", path, err)
			}
			place = r.places.of(at.left, i) + 1
			at.item = true
			at.label += " " + strconv.Itoa(place)
			at.path += "[" + strconv.Itoa(place-1) + "]"
			at.left += "[" + index + "]"
		}
		s = f.Object
	}
	return at, nil
}

func (r *report) translate(fe validator.FieldError) error {
	_, path, _ := strings.Cut(fe.Namespace(), ".") // after the struct's name
	at, err := r.find(path)
	if err != nil {
		return err
	}
	r.failed[at.left] = true
	kind := at.field.Kind
	if at.item {
		kind = at.field.Item
	}
	f := sentence.Fact{Rule: sentence.RuleOf(fe.Tag()), Label: at.label, Kind: string(kind)}
	value := reflect.ValueOf(fe.Value())
	switch fe.Tag() {
	case sentence.Min, sentence.Max:
		f.Actual = sizeOf(value)
		if f.Limit, err = strconv.ParseInt(fe.Param(), 10, 64); err != nil {
			return fmt.Errorf("read rule %s of %s: %w", fe.Tag(), at.path, err)
		}
	case sentence.Degrees:
		if f.Limit, err = strconv.ParseInt(fe.Param(), 10, 64); err != nil {
			return fmt.Errorf("read rule %s of %s: %w", fe.Tag(), at.path, err)
		}
	case sentence.Key:
		f.Limit, f.Actual = sentence.KeyMax, sizeOf(value)
	case sentence.LineID:
		f.Limit, f.Actual = sentence.LineIDMax, sizeOf(value)
	case sentence.Region:
		f.Limit, f.Actual = sentence.RegionLen, sizeOf(value)
	case sentence.OneOf:
		f.Other = strings.Join(strings.Fields(fe.Param()), ", ")
	case sentence.Alone:
		other, _ := r.root.Field(firstFilled(r.request, fe.Param()))
		f.Other = other.Label.In(r.lang)
	case sentence.Labels:
		i, j := label.Clash(labelsOf(value))
		texts := labelsOf(value)
		f.Number = schema.FoldLabel(texts[i]) != schema.FoldLabel(texts[j])
		r.refusePair(at, f, "text", r.places.of(at.left, i), r.places.of(at.left, j))
		return nil
	case sentence.IDs:
		i, j := sameID(value)
		r.refusePair(at, f, "id", r.places.of(at.left, i), r.places.of(at.left, j))
		return nil
	case sentence.Growing:
		i, j := notLater(value)
		f.Actual, f.Limit = afterOf(value, i), afterOf(value, j)
		r.refusePair(at, f, "afterSeconds", r.places.of(at.left, i), r.places.of(at.left, j))
		return nil
	case sentence.InTime:
		otherwise, err := strconv.ParseInt(fe.Param(), 10, 64)
		if err != nil {
			return fmt.Errorf("read rule %s of %s: %w", fe.Tag(), at.path, err)
		}
		f.Limit = deadlineOf(r.request, otherwise)
		i := afterDeadline(value, f.Limit)
		f.Actual = afterOf(value, i)
		place := r.places.of(at.left, i)
		inner, _ := at.field.Object.Field("afterSeconds")
		f.Label = sentence.Place(inner.Label.In(r.lang), place+1)
		r.refuse(at.path+"["+strconv.Itoa(place)+"].afterSeconds", f)
		return nil
	}
	r.refuse(at.path, f)
	return nil
}

// refusePair names a field of two items that get in each other's way.
func (r *report) refusePair(list spot, f sentence.Fact, name string, at, with int) {
	inner, _ := list.field.Object.Field(name)
	text := inner.Label.In(r.lang)
	f.Label, f.Other = sentence.Place(text, at+1), sentence.Place(text, with+1)
	r.refuse(list.path+"["+strconv.Itoa(at)+"]."+name, f)
}

func sizeOf(v reflect.Value) int64 {
	switch v.Kind() {
	case reflect.String:
		return int64(utf8.RuneCountInString(v.String()))
	case reflect.Slice:
		return int64(v.Len())
	}
	return v.Int()
}
