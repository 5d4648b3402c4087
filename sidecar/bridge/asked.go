package bridge

import (
	"slices"

	"github.com/nodeline/nodeline/schema"
)

// askedPersons are those who may answer an ask in a group; none: anyone.
func askedPersons(rec LineRecord, r schema.AskRequest, lang schema.Lang) ([]schema.Address, error) {
	label := schema.Text{En: "Who is asked", Ru: "Кого спрашивают"}
	switch {
	case r.AnswerFrom != schema.AnswerAsked && r.AskedPerson == "":
		return nil, nil
	case r.AnswerFrom != schema.AnswerAsked:
		return nil, invalidField("askedPerson", schema.Text{En: "this counts only where “Who may answer in a group” is the person asked.",
			Ru: "учитывается, только если отвечать может тот, кого спрашивают."}, "answer_from", label, lang)
	case r.AskedPerson == "":
		return nil, invalidField("askedPerson", schema.Text{En: "name the person whose answer counts.",
			Ru: "укажите, чей ответ засчитать."}, "required", label, lang)
	}
	phones, person, err := readChat(r.AskedPerson, regionOf(rec))
	if err != nil {
		return nil, invalidPhone("askedPerson", lang, err)
	}
	if len(phones) == 0 && person.LID == "" {
		return nil, invalidField("askedPerson", schema.Text{En: "a person, not a group.", Ru: "укажите человека, а не группу."}, "person", label, lang)
	}
	if len(phones) == 0 {
		return []schema.Address{person}, nil
	}
	persons := make([]schema.Address, len(phones))
	for i, phone := range phones {
		persons[i].Phone = phone
	}
	return persons, nil
}

// mayAnswer reports whether a message's sender is one whose answer to an ask counts.
func mayAnswer(a AskRecord, in Incoming) bool {
	return !in.Group || len(a.Persons) == 0 || slices.ContainsFunc(a.Persons, func(p schema.Address) bool {
		return samePhone(p.Phone, in.From.Phone) || p.LID != "" && p.LID == in.From.LID
	})
}
