package bridge

import (
	"fmt"
	"math/big"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/label"
)

// An answer in the customer's own words is read by the ask's rule:
//
//	a choice ────────────── outcome button
//	a word that cancels ─── outcome cancelled
//	fits the rule ───────── outcome answered, with its value
//	does not ─┬─ tries left ─ one commit: miss counted + retry text in the outbox
//	          └─ none ─────── outcome other
//
// The message of a retry has a key made of the ask's, as a reminder's has, so its
// WhatsApp id is the same after any crash.

// repeatSign parts an ask's id from the number of a repeated question. No key of a caller has it.
const repeatSign = "!"

// repeatKey is the key of the message that follows an ask's n-th miss.
func repeatKey(ask schema.Key, n int) schema.Key {
	return ask + repeatSign + schema.Key(strconv.Itoa(n))
}

// termsOf are what a request says of its answer and its item.
func termsOf(r schema.AskRequest) AskTerms {
	plain := plainAsk(r)
	return AskTerms{Answer: r.Answer, CancelWords: r.CancelWords, Supersede: plain.Supersede, Stage: r.Stage, Kind: plain.Kind}
}

func triesOf(rule schema.AnswerRule) int {
	if rule.Tries == 0 {
		return schema.AnswerTriesDefault
	}
	return rule.Tries
}

// cancels reports whether a text is one of the words that cancel.
func cancels(words []string, text string) bool {
	typed := label.Fold(text)
	return slices.ContainsFunc(words, func(word string) bool { return label.Fold(word) == typed })
}

// missed counts an answer that does not fit and asks again, in the transaction that
// received it. In a group the answer is quoted, so that it is seen who is asked.
func (b *Bridge) missed(tx Tx, o *owner, m match, in Incoming) error {
	a := m.ask
	if m.quoted != "" {
		if err := b.arrived(tx, in.Line, m.quoted); err != nil {
			return err
		}
		var err error
		if a, _, err = tx.Ask(a.Line, a.ID); err != nil {
			return err
		}
	}
	a.Misses++
	content := Content{Body: retryText(*a.Terms.Answer, regionOf(o.line()), a.Lang)}
	if in.Group {
		content.Quote = &Quote{ID: in.ID, From: in.From.JID, Payload: in.Payload, Text: in.Text}
	}
	again, err := b.follow(o, a, repeatKey(a.ID, a.Misses), "retry", content, schema.PriorityDialogue)
	if err != nil {
		// Its text cannot be encoded: that will not change, and the miss counts.
		b.log.Error("make retry", "line", o.id, "ask", a.ID, "error", err)
	} else if _, err := b.insert(tx, o, a.Lang, again, nil, nil); err != nil {
		return err
	}
	return tx.UpdateAsk(a)
}

// takeBackRepeats ends the messages of retries that are still to be sent.
func (b *Bridge) takeBackRepeats(tx Tx, a AskRecord, held *holds) error {
	for n := range a.Misses {
		m, ok, err := tx.Message(a.Line, repeatKey(a.ID, n+1))
		if err == nil && ok && !m.Settled {
			err = b.takeBack(tx, m, held.take(m.Key), schema.CodeAskEnded)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reading is an answer that fits.
type reading struct {
	value string
	index int // of the option, from 1
}

// readAnswer reads a typed text by a rule that checkAnswer has let through. region
// reads phone numbers without '+'.
func readAnswer(rule schema.AnswerRule, text, region string) (r reading, ok bool) {
	text = strings.TrimSpace(label.Strip(text))
	if text == "" {
		return r, false
	}
	switch rule.Kind {
	case schema.AnswerText:
		n := utf8.RuneCountInString(text)
		return reading{value: text}, inBounds(rule, strconv.Itoa(n), compareNumbers)
	case schema.AnswerNumber:
		r.value, ok = readNumber(text)
		return r, ok && inBounds(rule, r.value, compareNumbers)
	case schema.AnswerPhone:
		phone, err := readPhone(text, region)
		return reading{value: phone}, err == nil && phone != ""
	case schema.AnswerEmail:
		r.value, ok = readEmail(text)
		return r, ok
	case schema.AnswerDate:
		r.value, ok = readDate(text)
		return r, ok && inBounds(rule, r.value, strings.Compare)
	case schema.AnswerOneOf:
		return readOption(rule.Options, text)
	}
	whole, err := wholePattern(rule.Pattern)
	return reading{value: text}, err == nil && whole.MatchString(text)
}

// inBounds reports whether a value lies between a rule's bounds, in their common form.
func inBounds(rule schema.AnswerRule, value string, compare func(a, b string) int) bool {
	least, greatest, _ := boundsOf(rule)
	return (least == "" || compare(value, least) >= 0) && (greatest == "" || compare(value, greatest) <= 0)
}

// boundsOf reads a rule's bounds into the form of its values; bad is the field
// that cannot be read, "" for none.
func boundsOf(rule schema.AnswerRule) (least, greatest, bad string) {
	read := readNumber
	if rule.Kind == schema.AnswerDate {
		read = readDate
	}
	var ok bool
	if rule.Min != "" {
		if least, ok = read(rule.Min); !ok {
			return "", "", "min"
		}
	}
	if rule.Max != "" {
		if greatest, ok = read(rule.Max); !ok {
			return "", "", "max"
		}
	}
	return least, greatest, ""
}

func compareNumbers(a, b string) int {
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	if !okX || !okY {
		return 0
	}
	return x.Cmp(y)
}

var (
	plainNumber = regexp.MustCompile(`^([+-]?)([0-9]{1,30})(?:[.,]([0-9]{1,30}))?$`)
	// Groups of three with the other sign, or several with the same one, are thousands.
	groupedNumber = regexp.MustCompile(`^[+-]?[0-9]{1,3}(?:(?:\.[0-9]{3})+(?:,[0-9]{1,30})?|(?:,[0-9]{3})+(?:\.[0-9]{1,30})?)$`)
)

// readNumber reads a decimal number; one comma or one point is the decimal sign,
// white space and apostrophes part thousands. "1 234,50" gives "1234.5".
func readNumber(s string) (string, bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), r == '\'', r == '’':
			return -1
		case r >= '０' && r <= '９':
			return '0' + r - '０'
		case r == '−':
			return '-'
		}
		return r
	}, s)
	if strings.Count(s, ".")+strings.Count(s, ",") > 1 {
		if !groupedNumber.MatchString(s) {
			return "", false
		}
		first := s[strings.IndexAny(s, ".,")]
		s = strings.ReplaceAll(s, string(first), "")
	}
	parts := plainNumber.FindStringSubmatch(s)
	if parts == nil {
		return "", false
	}
	whole, rest := strings.TrimLeft(parts[2], "0"), strings.TrimRight(parts[3], "0")
	if whole == "" {
		whole = "0"
	}
	if rest != "" {
		whole += "." + rest
	}
	if parts[1] == "-" && whole != "0" {
		whole = "-" + whole
	}
	return whole, true
}

// emailMax is RFC 5321's longest path without its brackets.
const emailMax = 254

// readEmail reads a bare address whose domain has a dot in it.
func readEmail(s string) (string, bool) {
	if len(s) > emailMax || strings.ContainsFunc(s, unicode.IsSpace) {
		return "", false
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s {
		return "", false
	}
	at := strings.LastIndexByte(s, '@')
	domain := strings.ToLower(s[at+1:])
	for part := range strings.SplitSeq(domain, ".") {
		if part == "" || strings.Trim(part, "-") != part || strings.ContainsAny(part, "[]_!#$%&'*+/=?^`{|}~") {
			return "", false
		}
	}
	return s[:at+1] + domain, strings.Contains(domain, ".")
}

// readDate reads a day of the calendar and gives it as yyyy-mm-dd.
func readDate(s string) (string, bool) {
	for _, form := range []string{"2.1.2006", "2/1/2006", "2006-1-2"} {
		if day, err := time.Parse(form, s); err == nil && day.Year() >= 1000 {
			return day.Format(time.DateOnly), true
		}
	}
	return "", false
}

// readOption finds one of the options by its words, then by its number.
func readOption(options []string, text string) (reading, bool) {
	typed, at := label.Fold(text), -1
	for i, option := range options {
		if label.Fold(option) == typed {
			at = i
			break
		}
	}
	if n := label.Number(text); at < 0 && n <= len(options) {
		at = n - 1
	}
	if at < 0 {
		return reading{}, false
	}
	return reading{value: options[at], index: at + 1}, true
}

// wholePattern compiles a pattern that a whole text has to match.
func wholePattern(pattern string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(pattern); err != nil {
		return nil, fmt.Errorf("read pattern: %w", err)
	}
	whole, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("read pattern: %w", err)
	}
	return whole, nil
}
