package deliver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
	"github.com/nodeline/nodeline/sidecar/outward"
)

const (
	answerMax = 4 << 10 // bytes of an answer that are read
	saidMax   = 200     // characters of it that are kept
)

// poster sends by POST to addresses that it may send to. Redirects are not
// followed, no proxy is used, and certificates are verified.
type poster struct {
	policy  outward.Policy
	timeout time.Duration
	plain   *http.Client // http
	tls     *http.Client // https
}

func newPoster(targets outward.Targets, timeout time.Duration) *poster {
	p := &poster{policy: outward.Policy{Allowed: targets, Loopback: true}, timeout: timeout}
	p.plain, p.tls = p.client(true), p.client(false)
	return p
}

func (p *poster) client(plain bool) *http.Client {
	return &http.Client{Transport: p.policy.Transport(plain),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (p *poster) close() {
	p.plain.CloseIdleConnections()
	p.tls.CloseIdleConnections()
}

// post sends a delivery once, signed with the secrets, and judges the answer.
func (p *poster) post(ctx context.Context, to string, mode schema.ReplyMode, secrets []string, d schema.Delivery) (got bridge.Posted, err error) {
	if p.policy.RefusesURL(to) != nil {
		return bridge.Posted{Why: bridge.WhyTarget}, nil
	}
	body, err := json.Marshal(d)
	if err != nil {
		return got, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return got, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Nodeline")
	if err := sign(req.Header, secrets, string(d.ID), time.Now(), body); err != nil {
		return got, err
	}
	client := p.tls
	if req.URL.Scheme == "http" {
		client = p.plain
	}
	resp, err := client.Do(req)
	if err != nil {
		return bridge.Posted{Why: whyNot(err)}, nil
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, answerMax))
	if err != nil {
		return bridge.Posted{Why: whyNot(err)}, nil
	}
	return judge(mode, resp, answer), nil
}

// judge says what an answer means.
func judge(mode schema.ReplyMode, resp *http.Response, answer []byte) bridge.Posted {
	got := bridge.Posted{Status: resp.StatusCode}
	taken := resp.StatusCode >= 200 && resp.StatusCode < 300
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	switch {
	case resp.StatusCode == http.StatusGone:
		got.Final, got.Why = true, bridge.WhyGone
	case mode == schema.ReplyN8N && taken:
		var resumed struct {
			Resumed bool `json:"resumed"`
		}
		switch {
		case json.Unmarshal(answer, &resumed) == nil && resumed.Resumed:
			got.Delivered = true
		case kind == "text/html":
			got.Final, got.Why = true, bridge.WhyFinished
		default:
			got.Why = bridge.WhyNotResumed
		}
	case mode == schema.ReplyN8N && resp.StatusCode == http.StatusConflict:
		got.Why = bridge.WhySaving
	case taken:
		got.Delivered = true
	default:
		got.Why = bridge.WhyStatus.With(said(kind, answer))
	}
	return got
}

// said is the start of an answer, for people; pages are not for them.
func said(kind string, answer []byte) string {
	if kind != "text/plain" && kind != "application/json" {
		return ""
	}
	text := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(string(answer), ""), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if runes := []rune(text); len(runes) > saidMax {
		text = string(runes[:saidMax]) + "..."
	}
	return text
}

// whyNot says why there was no answer. The URL, which may be a secret, is left out.
func whyNot(err error) bridge.Why {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	switch {
	case errors.Is(err, outward.ErrPrivate), errors.Is(err, outward.ErrPlain):
		return bridge.WhyTarget
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return bridge.WhyTimeout
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return bridge.WhyTimeout
	}
	text := []rune(err.Error())
	return bridge.WhyNetwork.With(string(text[:min(len(text), saidMax)]))
}
