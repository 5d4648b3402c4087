package bridge

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"github.com/nodeline/nodeline/schema"
)

var (
	errNoCountry = errors.New("a number without + on a line without a country")
	errNotPhone  = errors.New("not a phone number")

	phoneJID = regexp.MustCompile(`^([0-9]{5,15})@(?:s\.whatsapp\.net|c\.us)$`)
	lidJID   = regexp.MustCompile(`^[0-9]{5,20}@lid$`)
	groupJID = regexp.MustCompile(`^[0-9]{5,20}(?:-[0-9]{5,20})?@g\.us$`)
)

// readChat reads what a chat field holds: a group or a LID is a chat at once;
// otherwise phones (E.164, in the order written), the first of which that is on
// WhatsApp is meant. region reads numbers without '+'; "" refuses them.
func readChat(s, region string) (phones []string, chat schema.Address, err error) {
	s = strings.TrimSpace(s)
	jid := strings.ToLower(s)
	switch {
	case !strings.Contains(jid, "@"):
	case groupJID.MatchString(jid):
		return nil, schema.Address{JID: jid}, nil
	case lidJID.MatchString(jid):
		return nil, schema.Address{LID: jid, JID: jid}, nil
	default:
		m := phoneJID.FindStringSubmatch(jid)
		if m == nil {
			return nil, chat, fmt.Errorf("read chat: %w", errNotPhone)
		}
		return []string{"+" + m[1]}, chat, nil
	}
	// Split before parsing: a parser takes the second of "8912...;8921..." for an extension.
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",;/\r\n", r) }) {
		phone, bad := readPhone(part, region)
		if bad != nil {
			err = errors.Join(err, bad)
		} else if phone != "" && !slices.Contains(phones, phone) {
			phones = append(phones, phone)
		}
	}
	if len(phones) > 0 {
		return phones, chat, nil
	}
	if err == nil {
		err = fmt.Errorf("read chat: %w", errNotPhone)
	}
	return nil, chat, err
}

// readPhone reads one number; "" for white space.
func readPhone(s, region string) (string, error) {
	// Numbers copied from contacts carry marks of direction that nobody sees.
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s))
	if s == "" {
		return "", nil
	}
	// The parser would read letters as the keys they stand on, and "ext" as an extension.
	if strings.ContainsFunc(s, unicode.IsLetter) {
		return "", fmt.Errorf("read phone: %w", errNotPhone)
	}
	number, err := phonenumbers.Parse(s, region)
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode) && region == "" && !strings.ContainsAny(s, "+＋"):
		return "", fmt.Errorf("read phone: %w", errNoCountry)
	case err != nil:
		return "", fmt.Errorf("read phone: %w", err)
	}
	phone := phonenumbers.Format(number, phonenumbers.E164)
	if number.GetExtension() != "" || !phonenumbers.IsValidNumber(number) && !formerly(phone) {
		return "", fmt.Errorf("read phone: %w", errNotPhone)
	}
	return phone, nil
}

// WhatsApp keeps the form that a number had when its account was made: in Brazil
// without the ninth digit of today's mobile numbers, in Mexico with a 1 that is gone.
// Rests on tulir/whatsmeow issue 874.
var (
	brazilNew = regexp.MustCompile(`^(\+55[1-9][1-9])9([6-9][0-9]{7})$`)
	brazilOld = regexp.MustCompile(`^(\+55[1-9][1-9])([6-9][0-9]{7})$`)
	mexicoNew = regexp.MustCompile(`^(\+52)([2-9][0-9]{9})$`)
	mexicoOld = regexp.MustCompile(`^(\+52)1([2-9][0-9]{9})$`)
)

// twin is the other form, E.164, of a number that people write in one and WhatsApp
// may know in the other; "" for a number of one form.
func twin(phone string) string {
	for _, pair := range []struct {
		form  *regexp.Regexp
		other string
	}{{brazilNew, "$1$2"}, {brazilOld, "${1}9$2"}, {mexicoNew, "${1}1$2"}, {mexicoOld, "$1$2"}} {
		if pair.form.MatchString(phone) {
			return pair.form.ReplaceAllString(phone, pair.other)
		}
	}
	return ""
}

// formerly reports that a number is of a form which only WhatsApp still uses: it is
// in its answers and events, and is taken back from there.
func formerly(phone string) bool { return brazilOld.MatchString(phone) || mexicoOld.MatchString(phone) }

// samePhone reports that two numbers are one, written in either form.
func samePhone(a, b string) bool { return a != "" && b != "" && (a == b || a == twin(b)) }

// inEitherForm puts beside each number its other form.
func inEitherForm(phones []string) []string {
	var all []string
	for _, phone := range phones {
		all = append(all, phone)
		if other := twin(phone); other != "" {
			all = append(all, other)
		}
	}
	return all
}

// regions are the countries of the lines' own numbers: every send needs one.
var regions sync.Map

// regionOf is the country that reads a line's numbers without '+'.
func regionOf(l LineRecord) string {
	if l.Region != "" || l.Phone == "" {
		return l.Region
	}
	if known, ok := regions.Load(l.Phone); ok {
		return known.(string)
	}
	region := ""
	if number, err := phonenumbers.Parse(l.Phone, ""); err == nil {
		// Others than two letters are of no country, as +800.
		if code := phonenumbers.GetRegionCodeForNumber(number); len(code) == 2 {
			region = code
		}
	}
	regions.Store(l.Phone, region)
	return region
}
