package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/creachadair/jrpc2"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

// errorData is the data member of a JSON-RPC error.
type errorData struct {
	*schema.Error
	Sandbox bool `json:"sandbox"`
}

// onWire brings an error to the form it leaves in.
func (s *Server) onWire(e *schema.Error) *jrpc2.Error {
	data, err := json.Marshal(errorData{e, s.opts.Sandbox})
	if err != nil {
		s.log.Error("encode error", "code", e.Code, "error", err)
		data = nil
	}
	return &jrpc2.Error{Code: jrpc2.Code(schema.InfoOf(e.Code).RPC), Message: e.Message, Data: data}
}

// known turns any error into one of the vocabulary; what is not in it is
// logged whole and leaves as internal. A call that ended because its caller, whose
// end is ctx's, went away is no error: nobody is there to read the answer.
func (s *Server) known(ctx context.Context, err error, method string, lang schema.Lang) *schema.Error {
	var e *schema.Error
	switch {
	case s.drain.Err() != nil && errors.Is(err, context.Canceled): // cut short
		return schema.NewError(schema.CodeShuttingDown, lang, err)
	case errors.As(err, &e):
	case s.force.Err() != nil:
		return schema.NewError(schema.CodeShuttingDown, lang, err)
	case bridge.StorageCode(err) != "": // the store has logged it
		e = schema.NewError(bridge.StorageCode(err), lang, err)
	default:
		e = schema.NewError(schema.CodeInternal, lang, err)
	}
	switch {
	case e.Code == schema.CodeInvalidRequest && len(e.Issues) > 0: // whoever found them, it is said alike
		return invalid(e.Issues, lang)
	case e.Code != schema.CodeInternal:
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		s.log.Debug("call ended with its caller", "method", method, "error", err)
	default:
		s.log.Error("call ended in an internal error", "method", method, "error", err)
	}
	return e
}

// invalid is the refusal of a request's fields; its message is the issues' own sentences.
func invalid(issues []schema.Issue, lang schema.Lang) *schema.Error {
	e := schema.NewError(schema.CodeInvalidRequest, lang, nil)
	sentences := make([]string, 0, len(issues))
	for _, issue := range issues {
		if issue.Message != "" {
			sentences = append(sentences, issue.Message)
		}
	}
	if len(sentences) > 0 {
		e.Message = strings.Join(sentences, " ")
	}
	if len(issues) > 0 {
		e.Field, e.Issues = issues[0].Field, issues
	}
	return e
}

// worded is an error of a known code with a sentence and hint of its own.
func worded(code schema.Code, lang schema.Lang, message, hint schema.Text) *schema.Error {
	e := schema.NewError(code, lang, nil)
	e.Message, e.Hint = message.In(lang), hint.In(lang)
	return e
}

func tooFast(lang schema.Lang) *schema.Error {
	return worded(schema.CodeRateLimited, lang,
		schema.Text{En: "Too many calls with this token at once.", Ru: "Слишком много вызовов с этим токеном сразу."},
		schema.Text{En: "Slow down and call again; repeating with the same key is safe.", Ru: "Снизьте темп и повторите; повтор с тем же ключом безопасен."})
}

func tooManyUploads(lang schema.Lang) *schema.Error {
	return worded(schema.CodeRateLimited, lang,
		schema.Text{En: "Too many files are uploaded with this token at once.", Ru: "С этим токеном одновременно загружается слишком много файлов."},
		schema.Text{En: "At most four at a time: upload this one when another has ended. It was not kept.", Ru: "Не больше четырёх сразу: загрузите этот файл, когда закончится другой. Он не сохранён."})
}

func tooManySubscriptions(lang schema.Lang) *schema.Error {
	return worded(schema.CodeRateLimited, lang,
		schema.Text{En: "This connection has too many subscriptions.", Ru: "У этого соединения слишком много подписок."},
		schema.Text{En: "At most 256 at a time: end one with event.unsubscribe, or open another connection.", Ru: "Не больше 256 сразу: завершите лишние через event.unsubscribe или откройте ещё одно соединение."})
}

func batchTooLong(lang schema.Lang) *schema.Error {
	return worded(schema.CodeTooLarge, lang,
		schema.Text{En: "The batch has too many calls.", Ru: "В пакете слишком много вызовов."},
		schema.Text{En: "Send at most 256 calls in a batch. Nothing was sent.", Ru: "Не больше 256 вызовов в пакете. Ничего не отправлено."})
}

// fromLibrary is an error of jrpc2's own: its refusal of a message that is JSON but
// not a request, or the end of a call with its connection. Such a call may have
// been carried out, so it must not look like one that was refused.
func fromLibrary(e *jrpc2.Error, lang schema.Lang) *schema.Error {
	switch e.Code {
	case jrpc2.MethodNotFound:
		return schema.NewError(schema.CodeMethodNotFound, lang, nil)
	case jrpc2.Cancelled, jrpc2.DeadlineExceeded:
		return schema.NewError(schema.CodeShuttingDown, lang, e)
	case jrpc2.InternalError, jrpc2.SystemError:
		return schema.NewError(schema.CodeInternal, lang, e)
	}
	out := schema.NewError(schema.CodeInvalidRPC, lang, nil)
	out.Message = strings.TrimSuffix(out.Message, ".") + ": " + e.Message + "."
	return out
}

// response is one answer as it leaves.
type response struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *jrpc2.Error    `json:"error,omitempty"`
}

// complete gives the errors that jrpc2 made by itself (a strange version or id,
// a field too many) our code, sentence and data. Answers without such an error
// pass as they are.
func (s *Server) complete(out []byte, lang schema.Lang) []byte {
	if !bytes.Contains(out, []byte(`"error":{"code":-`)) {
		return out
	}
	batch := out[0] == '['
	var answers []response
	if batch {
		if json.Unmarshal(out, &answers) != nil {
			return out
		}
	} else {
		answers = make([]response, 1)
		if json.Unmarshal(out, &answers[0]) != nil {
			return out
		}
	}
	changed := false
	for i := range answers {
		if e := answers[i].Error; e != nil && !bytes.HasPrefix(e.Data, []byte(`{"code":`)) {
			answers[i].Error = s.onWire(fromLibrary(e, lang))
			changed = true
		}
	}
	if !changed {
		return out
	}
	var v any = answers[0]
	if batch {
		v = answers
	}
	completed, err := json.Marshal(v)
	if err != nil {
		return out
	}
	return completed
}

// failure is a whole answer that is an error of no particular call.
func (s *Server) failure(e *schema.Error) []byte {
	out, err := json.Marshal(response{Version: jrpc2.Version, ID: json.RawMessage("null"), Error: s.onWire(e)})
	if err != nil {
		return []byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"internal"}}`)
	}
	return out
}
