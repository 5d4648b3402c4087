package bridge

import (
	"crypto/sha256"
	"slices"
	"strings"

	"github.com/nodeline/nodeline/schema"
)

// readVote finds what a vote chose: of the poll's own options, by their texts' sums.
// The vote is unreadable where one of them is not known, or the poll is not ours. poll
// is the key of ours, "" for none.
func readVote(v View, in *Incoming) (out *schema.Vote, poll schema.Key, err error) {
	out = &schema.Vote{Options: []schema.VoteOption{}, Unreadable: in.Vote.Unreadable}
	m, ok, err := v.MessageByID(in.Line, in.QuotedID)
	if err != nil || out.Unreadable {
		return out, m.Key, err
	}
	found := 0
	if ok {
		for i, btn := range m.Content.Buttons {
			sum := sha256.Sum256([]byte(optionText(m.Content, i)))
			if slices.ContainsFunc(in.Vote.Chosen, func(c []byte) bool { return string(c) == string(sum[:]) }) {
				found++
				out.Options = append(out.Options, schema.VoteOption{ID: btn.ID, Text: btn.Text, Index: i + 1})
			}
		}
	}
	if found != len(in.Vote.Chosen) {
		return &schema.Vote{Options: []schema.VoteOption{}, Unreadable: true}, m.Key, nil
	}
	var texts []string
	for _, o := range out.Options {
		texts = append(texts, o.Text)
	}
	in.Text = strings.Join(texts, ", ")
	if found > 0 {
		in.ButtonID = out.Options[0].ID
	}
	return out, m.Key, nil
}

// silent reports that a vote chooses nothing that is known: it was withdrawn, or
// could not be read. It is told, and answers nothing.
func silent(in Incoming) bool { return in.Kind == schema.ContentVote && in.ButtonID == "" }
