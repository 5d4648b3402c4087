package bridge

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/schema/vectors"
)

func TestPhonesAreReadAsTheVectorsSay(t *testing.T) {
	cases, err := vectors.Load(vectors.Sidecar)
	if err != nil || len(cases) == 0 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			var params struct{ Phone, Chat string }
			if err := json.Unmarshal(c.Params, &params); err != nil {
				t.Fatal(err)
			}
			phones, chat, err := readChat(params.Phone+params.Chat, c.Region)
			if c.Method == "line.link" {
				var phone string
				phone, err = linkPhone(LineRecord{Region: c.Region}, params.Phone, schema.English)
				phones = []string{phone}
			}
			if c.Method == "number.check" && err == nil && len(phones) == 0 {
				err = errNotPhone // nothing is known of a group's or a LID's phone
			}
			if !c.OK {
				if err == nil {
					t.Fatalf("read as %v %+v, want %s", phones, chat, c.Code)
				}
				if e := invalidPhone("chat", schema.English, err).(*schema.Error); e.Code != c.Code {
					t.Fatalf("code %s, want %s", e.Code, c.Code)
				}
				return
			}
			if err != nil || !slices.Equal(phones, c.Phones) {
				t.Fatalf("read as %v, %v; want %v", phones, err, c.Phones)
			}
			// A phone's JID is looked up like the phone that it names.
			if jid := c.JID; strings.HasSuffix(jid, "@s.whatsapp.net") {
				if phones[0] != "+"+strings.TrimSuffix(jid, "@s.whatsapp.net") {
					t.Errorf("phone %s for %s", phones[0], jid)
				}
			} else if chat.JID != jid {
				t.Errorf("jid %q, want %q", chat.JID, jid)
			}
		})
	}
}

func TestTheRegionIsTheLinesElseItsPhones(t *testing.T) {
	for want, l := range map[string]LineRecord{
		"DE": {Region: "DE", Phone: "+79000000001"},
		"RU": {Phone: "+79000000001"},
		"KZ": {Phone: "+77012345678"},
		"":   {},
	} {
		if got := regionOf(l); got != want {
			t.Errorf("%+v: %q, want %q", l, got, want)
		}
	}
}

// Of two forms of a number each names the other, and no number of one form has another.
func TestANumberOfTwoFormsIsOne(t *testing.T) {
	for today, formerly := range map[string]string{"+5511987654321": "+551187654321", "+525512345678": "+5215512345678"} {
		if twin(today) != formerly || twin(formerly) != today || !samePhone(today, formerly) || !samePhone(formerly, today) {
			t.Errorf("%s and %s: %q, %q", today, formerly, twin(today), twin(formerly))
		}
	}
	for _, one := range []string{"", "+79123456789", "+551132654321", "+5511387654321", "+12025550123", "+52155123456789"} {
		if other := twin(one); other != "" || samePhone(one, "") {
			t.Errorf("%s is %q too", one, other)
		}
	}
}

func TestLettersAndExtensionsAreNoGuess(t *testing.T) {
	for _, s := range []string{"8 800 CALL-NOW", "+7 812 438-16-78 доб. 12", "+7 812 438-16-78 ext 12", "+78124381678#12", "@c.us", "x@s.whatsapp.net", ";"} {
		if phones, chat, err := readChat(s, "RU"); err == nil {
			t.Errorf("%q read as %v %+v", s, phones, chat)
		}
	}
}

func TestMarkedTextKeepsItsSigns(t *testing.T) {
	c := Content{Header: "Two\nlines", Body: "Body", Footer: "snake_case", Rendering: schema.RenderNumbered,
		Buttons: []schema.Button{{Text: "One"}, {Text: "Two"}}}
	if got, want := drawn(c).Body, "*Two*\n*lines*\nBody\n\n1. One\n2. Two\n\nsnake_case"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestButtonsWithoutAnIDGetOneOfTheirOwn(t *testing.T) {
	got := withIDs([]schema.Button{{Text: "A"}, {ID: "b1", Text: "B"}, {Text: "C"}})
	if got[0].ID != "b1_" || got[1].ID != "b1" || got[2].ID != "b3" {
		t.Errorf("%+v", got)
	}
}
