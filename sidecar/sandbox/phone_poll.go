package sandbox

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/chat"
)

var (
	errNoOption = errors.New("the poll has no such option")
	errOneVote  = errors.New("only one option of this poll can be chosen")
)

// Vote votes in a poll of the chat with a number, or of a group: options are the whole choice, by
// their texts; none takes the vote back. It returns the vote's id. A vote can be
// changed by another.
func (p *Phone) Vote(with, id string, options ...string) (string, error) {
	r, err := p.room(with)
	if err != nil {
		return "", err
	}
	m, original, ok := p.book.Get(r.key(), id)
	switch {
	case !ok || m.Kind != chat.KindPoll:
		return "", errNoMessage
	case !m.Visible:
		return "", errHidden
	case len(options) > 1 && !m.Multiple:
		return "", errOneVote
	}
	var chosen [][]byte
	for _, option := range options {
		if !slices.ContainsFunc(m.Buttons, func(b Button) bool { return b.ID == option }) {
			return "", errNoOption
		}
		sum := sha256.Sum256([]byte(option))
		chosen = append(chosen, sum[:])
	}
	vote, err := p.sealVote(r, m, chat.SecretOf(original), chosen)
	if err != nil {
		return "", err
	}
	p.ballot(r, id, p.Number(), options)
	sent := messageID()
	message := &waE2E.Message{PollUpdateMessage: vote}
	p.do(func() {
		if err := p.transmit(r, sent, message); err != nil {
			p.account.net.log.Warn("phone could not vote", "error", err)
		}
	})
	return sent, nil
}

// sealVote encrypts a choice with the poll's secret, for the one who made the poll and
// the one who votes.
//
// Rests on whatsmeow's msgsecret.go. The faults: vote_as_number seals it with the
// voter's number though the message comes from a LID (reported of whatsmeow: "message
// authentication failed"), seal_votes with a secret that nobody has.
func (p *Phone) sealVote(r room, m Message, secret []byte, chosen [][]byte) (*waE2E.PollUpdateMessage, error) {
	plain, err := proto.Marshal(&waE2E.PollVoteMessage{SelectedOptions: chosen})
	if err != nil {
		return nil, fmt.Errorf("encode vote: %w", err)
	}
	creator, voter := p.named(r, p.author(r, m)), p.named(r, p.account)
	if p.account.net.faults.find(Account, FaultVoteAsNumber, p.Number(), 0, nil) != nil {
		voter = p.account.pn
	}
	if p.account.net.faults.find(Account, FaultSealVotes, p.Number(), 0, nil) != nil {
		secret = make([]byte, 32)
		_, _ = rand.Read(secret)
	}
	key, bound := voteKey(secret, m.ID, creator, voter)
	iv := make([]byte, 12)
	_, _ = rand.Read(iv)
	sealed, err := gcmutil.Encrypt(key, iv, plain, bound)
	if err != nil {
		return nil, fmt.Errorf("seal vote: %w", err)
	}
	poll := &waCommon.MessageKey{RemoteJID: proto.String(p.address(r).String()), FromMe: &m.FromMe, ID: &m.ID}
	if r.group != nil {
		poll.Participant = proto.String(creator.String())
	}
	return &waE2E.PollUpdateMessage{
		PollCreationMessageKey: poll,
		Vote:                   &waE2E.PollEncValue{EncPayload: sealed, EncIV: iv},
		SenderTimestampMS:      proto.Int64(p.now().UnixMilli()),
	}, nil
}

// voteKey is the key of a vote, and what the ciphertext is bound to.
func voteKey(secret []byte, poll string, creator, voter types.JID) (key, bound []byte) {
	by := voter.ToNonAD().String()
	key = hkdfutil.SHA256(secret, nil, []byte(poll+creator.ToNonAD().String()+by+"Poll Vote"), 32)
	return key, []byte(poll + "\x00" + by)
}

// count shows a vote that came in the poll that it is about; one that cannot be
// opened is not shown.
func (p *Phone) count(r room, voter *account, vote *waE2E.PollUpdateMessage) {
	id := vote.GetPollCreationMessageKey().GetID()
	m, original, ok := p.book.Get(r.key(), id)
	if !ok {
		return
	}
	creator := p.author(r, m)
	for _, hidden := range []bool{true, false} {
		as := func(a *account) types.JID {
			if hidden {
				return a.hidden()
			}
			return a.pn
		}
		key, bound := voteKey(chat.SecretOf(original), id, as(creator), as(voter))
		plain, err := gcmutil.Decrypt(key, vote.GetVote().GetEncIV(), vote.GetVote().GetEncPayload(), bound)
		if err != nil {
			continue
		}
		var choice waE2E.PollVoteMessage
		if proto.Unmarshal(plain, &choice) != nil {
			return
		}
		var options []string
		for _, b := range m.Buttons {
			sum := sha256.Sum256([]byte(b.ID))
			if slices.ContainsFunc(choice.GetSelectedOptions(), func(s []byte) bool { return string(s) == string(sum[:]) }) {
				options = append(options, b.ID)
			}
		}
		p.ballot(r, id, voter.e164(), options)
		return
	}
}

// ballot notes a vote in a poll, in place of the voter's one before.
func (p *Phone) ballot(r room, id, voter string, options []string) {
	p.book.Update(r.key(), id, func(m *Message) {
		m.Votes = slices.DeleteFunc(slices.Clone(m.Votes), func(b chat.Ballot) bool { return b.From == voter })
		if len(options) > 0 {
			m.Votes = append(m.Votes, chat.Ballot{From: voter, Options: slices.Clone(options)})
		}
	})
	p.note(UpdateMessage, r.key(), id)
}
