package bridge

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/nodeline/nodeline/schema"
)

// SendMedia implements API. Files that come within a moment are fetched before
// anything is stored, so that a dead link refuses the whole request; what takes
// longer is fetched in its turn, see prepare.go.
func (b *Bridge) SendMedia(ctx context.Context, c Caller, r schema.SendMediaRequest) (schema.SendMediaResult, error) {
	plain := r
	plain.Priority, plain.Quote = plainPriority(r.Priority), plainRef(r.Quote)
	hash, err := hashOf("media", plain)
	if err != nil {
		return schema.SendMediaResult{}, b.fail("send media", c.Lang, err)
	}
	return b.sendParts(ctx, c, parcel{hash: hash, line: r.Line, key: r.Key, chat: r.Chat, text: r.Caption, attachments: r.Attachments,
		as: r.As, quote: r.Quote, priority: r.Priority, expires: seconds(r.TimeLimit)})
}

// SendMessage implements API.
func (b *Bridge) SendMessage(ctx context.Context, c Caller, r schema.SendRequest) (schema.SendMediaResult, error) {
	plain := r
	plain.Priority, plain.Quote = plainPriority(r.Priority), plainRef(r.Quote)
	hash, err := hashOf("message", plain)
	if err != nil {
		return schema.SendMediaResult{}, b.fail("send message", c.Lang, err)
	}
	if strings.TrimSpace(r.Text) == "" && len(r.Attachments) == 0 {
		return schema.SendMediaResult{}, invalidField("text", schema.Text{En: "write a text, or attach a file.",
			Ru: "напишите текст или приложите файл."}, "required", schema.Text{En: "Message", Ru: "Сообщение"}, c.Lang)
	}
	return b.sendParts(ctx, c, parcel{hash: hash, line: r.Line, key: r.Key, chat: r.Chat, text: r.Text, attachments: r.Attachments,
		as: r.As, quote: r.Quote, mentions: r.Mentions, priority: r.Priority, expires: seconds(r.TimeLimit)})
}

// parcel is a request that may be several messages.
type parcel struct {
	hash        []byte
	line        schema.LineID
	key         schema.Key
	chat        string
	text        string
	attachments []schema.Attachment
	as          schema.SendAs
	quote       *schema.MessageRef // of the first message
	mentions    []string           // in the text
	priority    schema.Priority
	expires     time.Duration
}

// partKey is the key of a parcel's n-th message, from 0. Callers cannot write "#".
func (p parcel) partKey(n int) schema.Key {
	if n == 0 {
		return p.key
	}
	return p.key + schema.Key("#"+strconv.Itoa(n+1))
}

func (b *Bridge) sendParts(ctx context.Context, c Caller, p parcel) (out schema.SendMediaResult, err error) {
	o, err := b.owner(p.line, c.Lang)
	if err != nil {
		return out, err
	}
	list, err := b.acceptParts(ctx, o, c.Lang, p)
	if err != nil {
		return out, b.fail("accept message", c.Lang, err)
	}
	ctx, cancel := context.WithTimeout(ctx, b.timing.FirstTry) // for all of them
	defer cancel()
	for _, m := range list {
		out.Messages = append(out.Messages, sendResult(o, b.firstTry(ctx, o, m), c.Lang))
	}
	out.SendResult = out.Messages[0]
	return out, nil
}

// acceptParts stores a parcel's messages in one commit, or finds those of its key.
func (b *Bridge) acceptParts(ctx context.Context, o *owner, lang schema.Lang, p parcel) ([]MessageRecord, error) {
	known, err := b.knownParts(ctx, lang, p)
	if err != nil || len(known) > 0 {
		return known, err
	}
	drafts, files, err := b.drafts(ctx, lang, p)
	if err != nil {
		return nil, err
	}
	fresh := make([]MessageRecord, len(drafts))
	rec := o.line()
	for i := range drafts {
		if fresh[i], err = b.build(ctx, rec, lang, &drafts[i]); err != nil {
			return nil, err
		}
	}
	var list []MessageRecord
	err = b.store.Write(ctx, func(tx Tx) error {
		list = nil
		if _, ok, err := tx.Message(p.line, p.key); err != nil || ok {
			// Two calls with one key at once: the second gets what the first stored.
			if err == nil {
				list, err = partsOf(tx, lang, p)
			}
			return err
		}
		for i := range fresh {
			m := fresh[i]
			if f := files[i]; f != nil {
				rec, err := tx.InsertFile(FileRecord{Line: p.line, File: *f, Created: m.Created, Until: m.Created.Add(b.timing.KeepMedia)})
				if err != nil {
					return err
				}
				m.File = rec.ID
			}
			if m.Warning, m.Window, err = b.admit(tx, rec, lang, drafts[i]); err != nil {
				return err
			}
			stored, err := b.insert(tx, o, lang, m, nil, nil)
			if err != nil {
				return err
			}
			list = append(list, stored)
		}
		return nil
	})
	return list, err
}

func (b *Bridge) knownParts(ctx context.Context, lang schema.Lang, p parcel) (list []MessageRecord, err error) {
	err = b.store.Read(ctx, func(v View) (err error) {
		list, err = partsOf(v, lang, p)
		return err
	})
	return list, err
}

// partsOf finds the messages of a parcel's key: none for a new one.
func partsOf(v View, lang schema.Lang, p parcel) (list []MessageRecord, err error) {
	for i := range schema.AttachmentsMax + 1 {
		m, ok, err := v.Message(p.line, p.partKey(i))
		if err != nil || !ok {
			return list, err
		}
		if err := same(m, p.hash, lang); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// drafts turns a parcel into messages. The n-th of files is the n-th one's, where
// it was fetched just now.
func (b *Bridge) drafts(ctx context.Context, lang schema.Lang, p parcel) (list []draft, files []*File, err error) {
	parts, err := b.gather(ctx, lang, p)
	if err != nil {
		return nil, nil, err
	}
	quote := p.quote
	add := func(d draft, file *File) {
		if d.quote, quote = quote, nil; d.content.Body != "" {
			d.mentions = p.mentions
		}
		d.line, d.key, d.chat, d.hash, d.priority, d.expires = p.line, p.partKey(len(list)), p.chat, p.hash, p.priority, p.expires
		list, files = append(list, d), append(files, file)
	}
	caption := p.text
	if strings.TrimSpace(caption) == "" {
		caption = ""
	}
	if caption != "" && (len(parts) == 0 || !parts[0].captioned() || utf8.RuneCountInString(caption) > schema.CaptionMax) {
		add(draft{content: Content{Body: caption}}, nil)
		caption = ""
	}
	for _, part := range parts {
		add(draft{content: Content{Body: caption, Media: &part.media}, stage: part.stage(), file: part.id}, part.fetched)
		caption = ""
	}
	return list, files, nil
}

// part is one attachment, as far as it is known.
type part struct {
	media   Media
	id      schema.MediaID // of a file that was here
	fetched *File          // brought just now
	kind    schema.ContentKind
}

// stage is what is left to do.
func (p part) stage() Stage {
	if p.id == "" && p.fetched == nil {
		return StageFetch
	}
	return StageUpload
}

// captioned reports whether WhatsApp surely shows a caption with it.
func (p part) captioned() bool { return p.media.As == schema.AsDocument || p.kind.Captioned() }

// gather looks at a parcel's attachments: those that were uploaded are found, the
// others are fetched at once, as far as they come within a moment. What will never
// come refuses the request.
func (b *Bridge) gather(ctx context.Context, lang schema.Lang, p parcel) ([]part, error) {
	parts, failed := make([]part, len(p.attachments)), make([]error, len(p.attachments))
	ctx, cancel := context.WithTimeout(ctx, b.timing.FirstTry)
	defer cancel()
	var all sync.WaitGroup
	for i, a := range p.attachments {
		field := "attachments[" + strconv.Itoa(i) + "]"
		parts[i].media = Media{URL: a.URL, As: p.as, Title: a.Title}
		if (a.URL == "") == (a.MediaID == "") {
			return nil, invalidField(field+".url", schema.Text{En: "give a direct link, or an uploaded file's id.",
				Ru: "укажите прямую ссылку или номер загруженного файла."}, "required", schema.Text{En: "Direct file link", Ru: "Прямая ссылка на файл"}, lang)
		}
		all.Go(func() {
			if a.MediaID != "" {
				parts[i].media.Field = field + ".mediaId"
				failed[i] = b.uploaded(ctx, p.line, a.MediaID, &parts[i])
				return
			}
			parts[i].media.Field = field + ".url"
			failed[i] = b.fetchSoon(ctx, &parts[i])
		})
	}
	all.Wait()
	for i, err := range failed {
		if err != nil {
			return nil, fileFailure(err, parts[i].media.Field, lang)
		}
	}
	return parts, nil
}

// uploaded finds a file by its id.
func (b *Bridge) uploaded(ctx context.Context, line schema.LineID, id schema.MediaID, p *part) error {
	var rec FileRecord
	var ok bool
	err := b.store.Read(context.WithoutCancel(ctx), func(v View) (err error) {
		rec, ok, err = v.File(line, id)
		return err
	})
	switch {
	case err != nil:
		return err
	case !ok || rec.Sum == "" && rec.Remote == nil:
		return &FileError{Code: schema.CodeMediaNotFound}
	case p.media.As != schema.AsDocument && rec.Size > schema.MediaLimit(rec.Kind):
		return &FileError{Code: schema.CodeFileTooLarge}
	}
	p.id, p.kind = rec.ID, rec.Kind
	return nil
}

// fetchSoon fetches a link's file. One that does not come in time, or whose host
// is in trouble, is left for later.
func (b *Bridge) fetchSoon(ctx context.Context, p *part) error {
	f, err := b.files.Fetch(ctx, p.media.URL, p.media.As, func(at Progress) { p.kind = at.Kind })
	if err == nil {
		p.fetched, p.kind = &f, f.Kind
		return nil
	}
	known, ok := errors.AsType[*FileError](err)
	if ctx.Err() != nil || ok && known.Retry {
		return nil
	}
	return err
}

// fileFailure says what is wrong with a file, and which field names it.
func fileFailure(err error, field string, lang schema.Lang) error {
	known, ok := errors.AsType[*FileError](err)
	if !ok {
		return err
	}
	return fileError(known.Code, Detail{Field: field, Host: known.Host, Status: known.Status, Trouble: known.Trouble}, lang, err)
}

var fileTroubles = map[schema.FileTrouble]schema.Text{
	"":                     {En: "%s does not answer. ", Ru: "%s не отвечает. "},
	schema.FileNoHost:      {En: "There is no host %s: look at the link's spelling. ", Ru: "Хоста %s не существует: проверьте, верно ли написана ссылка. "},
	schema.FileCertificate: {En: "The certificate of %s is not valid. ", Ru: "Сертификат %s недействителен. "},
	schema.FileRedirects:   {En: "%s redirects too many times. ", Ru: "%s перенаправляет слишком много раз. "},
}

// fileError is an error about a file, with the host and what it answered in its hint.
func fileError(code schema.Code, d Detail, lang schema.Lang, cause error) *schema.Error {
	e := schema.NewError(code, lang, cause)
	e.Field = d.Field
	if d.Host == "" {
		return e
	}
	e.Link = &schema.FileLink{Host: d.Host, Answered: d.Status, Trouble: d.Trouble}
	switch {
	case code != schema.CodeFileUnavailable:
		e.Hint = schema.Text{En: "The link leads to " + d.Host + ". ", Ru: "Ссылка ведёт на " + d.Host + ". "}.In(lang) + e.Hint
	case d.Status != 0:
		e.Hint = schema.Text{En: fmt.Sprintf("%s answered %d. ", d.Host, d.Status), Ru: fmt.Sprintf("%s ответил: %d. ", d.Host, d.Status)}.In(lang) + e.Hint
	default:
		e.Hint = fmt.Sprintf(fileTroubles[d.Trouble].In(lang), d.Host) + e.Hint
	}
	return e
}

// named is a file as the customer sees it called.
func (m Media) named(f File) File {
	if m.Title == "" {
		return f
	}
	f.Name = FileName(m.Title, f.Mime, path.Ext(f.Name))
	return f
}
