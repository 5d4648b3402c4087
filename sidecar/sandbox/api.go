package sandbox

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"github.com/nodeline/nodeline/sidecar/sandbox/page"
)

// bodyLimit bounds a request to the interface, in bytes.
const bodyLimit = 1 << 18

// routes is everything that the listener serves:
//
//	/ws/chat           the WhatsApp protocol
//	/trust             the network's root key
//	/  /assets/        the phone page
//	/api/              the interface below
//	/mms/ /v/          attachments
func (n *Network) routes() http.Handler {
	pages := local(page.Handler())
	mux := http.NewServeMux()
	mux.HandleFunc("/ws/chat", n.serveSocket)
	mux.Handle("GET /trust", local(call(n.apiTrust)))
	mux.Handle("/{$}", pages)
	mux.Handle("/assets/", pages)
	mux.HandleFunc("/mms/", n.serveMedia)
	mux.HandleFunc("/v/", n.serveMedia)
	for pattern, handler := range map[string]handler{
		"GET /api/phones":                         n.apiPhones,
		"POST /api/phones":                        n.apiAddPhone,
		"GET /api/phones/{phone}":                 n.apiPhone,
		"GET /api/phones/{phone}/chats/{with}":    n.apiChat,
		"POST /api/phones/{phone}/send":           n.apiSend,
		"POST /api/phones/{phone}/location":       n.apiLocation,
		"POST /api/phones/{phone}/contact":        n.apiContact,
		"POST /api/phones/{phone}/tap":            n.apiTap,
		"POST /api/phones/{phone}/edit":           n.apiEdit,
		"POST /api/phones/{phone}/delete":         n.apiDelete,
		"POST /api/phones/{phone}/react":          n.apiReact,
		"POST /api/phones/{phone}/play":           n.apiPlay,
		"POST /api/phones/{phone}/call":           n.apiCall,
		"POST /api/phones/{phone}/vote":           n.apiVote,
		"POST /api/phones/{phone}/read":           n.apiRead,
		"POST /api/phones/{phone}/online":         n.apiOnline,
		"POST /api/phones/{phone}/link":           n.apiLink,
		"DELETE /api/phones/{phone}/devices/{id}": n.apiUnlink,
		"GET /api/groups":                         n.apiGroups,
		"POST /api/groups":                        n.apiNewGroup,
		"POST /api/groups/{jid}":                  n.apiGroup,
		"GET /api/codes":                          n.apiCodes,
		"POST /api/codes":                         n.apiOffer,
		"GET /api/stats":                          n.apiStats,
		"GET /api/rules":                          n.apiRules,
		"PUT /api/rules":                          n.apiSetRules,
		"GET /api/faults":                         n.apiFaults,
		"POST /api/faults":                        n.apiAddFaults,
		"DELETE /api/faults":                      n.apiClearFaults,
		"DELETE /api/faults/{id}":                 n.apiClearFault,
		"PUT /api/faults/seed":                    n.apiSetSeed,
		"GET /api/presets":                        n.apiPresets,
		"GET /api/clock":                          n.apiClock,
		"PUT /api/clock":                          n.apiSetClock,
	} {
		mux.Handle(pattern, local(call(handler)))
	}
	mux.Handle("POST /api/phones/{phone}/files", local(limited(n.apiSendFile, maxUpload)))
	mux.Handle("GET /api/phones/{phone}/chats/{with}/files/{message}", local(http.HandlerFunc(n.apiFile)))
	mux.Handle("GET /api/updates", local(http.HandlerFunc(n.apiUpdates)))
	mux.Handle("/api/", local(call(func(r *http.Request) (int, any, error) {
		return 0, nil, apiError{http.StatusNotFound, "no such address: " + r.Method + " " + r.URL.Path}
	})))
	return mux
}

// handler answers a request with a status (0: 200) and a value for the body (nil: none).
type handler func(r *http.Request) (int, any, error)

// apiError is an error with the status that it gets.
type apiError struct {
	status   int
	sentence string
}

func (e apiError) Error() string { return e.sentence }

// statuses of errors that people make; others are 400.
var statuses = []struct {
	err    error
	status int
}{
	{errNoPhone, http.StatusNotFound}, {errNoMessage, http.StatusNotFound}, {errNoButton, http.StatusNotFound},
	{errNoOption, http.StatusNotFound}, {errOneVote, http.StatusConflict},
	{errNoDevice, http.StatusNotFound}, {errCodeUnknown, http.StatusNotFound}, {errNotHere, http.StatusNotFound}, {errNoCode, http.StatusNotFound},
	{errNoGroup, http.StatusNotFound}, {errNotMember, http.StatusForbidden}, {errNotOwn, http.StatusForbidden}, {errNotAdmin, http.StatusForbidden}, {errMember, http.StatusConflict},
	{errNoFile, http.StatusNotFound}, {errFileGone, http.StatusGone}, {errNoFault, http.StatusNotFound}, {errNoPreset, http.StatusNotFound},
	{errPhoneExists, http.StatusConflict}, {errOffline, http.StatusConflict}, {errCodeTaken, http.StatusConflict},
	{errCodeText, http.StatusConflict}, {errHidden, http.StatusConflict},
}

func call(h handler) http.Handler { return limited(h, bodyLimit) }

// limited is call with a limit of its own.
func limited(h handler, limit int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		status, body, err := h(r)
		if err != nil {
			status = http.StatusBadRequest
			var own apiError
			if errors.As(err, &own) {
				status = own.status
			}
			for _, s := range statuses {
				if errors.Is(err, s.err) {
					status = s.status
				}
			}
			body = map[string]string{"error": err.Error()}
		}
		writeJSON(w, status, body)
	})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Cache-Control", "no-store")
	if body == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	raw, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "encode answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if status != 0 {
		w.WriteHeader(status)
	}
	_, _ = w.Write(append(raw, '\n'))
}

// read decodes a request's body: one JSON value with known fields only.
func read(r *http.Request, into any) error {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return apiError{http.StatusRequestEntityTooLarge, fmt.Sprintf("request is larger than %d bytes", tooLarge.Limit)}
		}
		return fmt.Errorf("read request: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	if decoder.More() {
		return errors.New("read request: more than one value")
	}
	return nil
}

func (n *Network) pathPhone(r *http.Request) (*Phone, error) {
	p := n.Phone(r.PathValue("phone"))
	if p == nil {
		return nil, fmt.Errorf("%w: %s", errNoPhone, r.PathValue("phone"))
	}
	return p, nil
}

type idAnswer struct {
	ID string `json:"id"`
}

func (n *Network) apiTrust(*http.Request) (int, any, error) {
	root := n.Root()
	return 0, map[string]string{"root": hex.EncodeToString(root[:])}, nil
}

func (n *Network) apiPhones(*http.Request) (int, any, error) {
	list := []PhoneInfo{}
	for _, p := range n.Phones() {
		list = append(list, p.Info())
	}
	return 0, map[string]any{"phones": list}, nil
}

func (n *Network) apiAddPhone(r *http.Request) (int, any, error) {
	var in struct {
		Phone string `json:"phone"`
		Name  string `json:"name"`
	}
	if err := read(r, &in); err != nil {
		return 0, nil, err
	}
	p, err := n.AddPhone(in.Phone, in.Name)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, p.Info(), nil
}

func (n *Network) apiPhone(r *http.Request) (int, any, error) {
	p, err := n.pathPhone(r)
	if err != nil {
		return 0, nil, err
	}
	return 0, p.Info(), nil
}

func (n *Network) apiChat(r *http.Request) (int, any, error) {
	p, err := n.pathPhone(r)
	if err != nil {
		return 0, nil, err
	}
	if _, err := digits(r.PathValue("with")); err != nil && n.group(parseJID(r.PathValue("with"))) == nil {
		return 0, nil, err
	}
	return 0, map[string]any{"messages": p.Messages(r.PathValue("with"))}, nil
}

func (n *Network) apiSend(r *http.Request) (int, any, error) {
	var in struct {
		To    string `json:"to"`
		Text  string `json:"text"`
		Quote string `json:"quote"`
	}
	p, err := n.pathPhone(r)
	if err == nil {
		err = read(r, &in)
	}
	if err != nil {
		return 0, nil, err
	}
	var id string
	if in.Quote == "" {
		id, err = p.Text(in.To, in.Text)
	} else {
		id, err = p.Reply(in.To, in.Quote, in.Text)
	}
	if err != nil {
		return 0, nil, err
	}
	return 0, idAnswer{id}, nil
}

func (n *Network) apiTap(r *http.Request) (int, any, error) {
	var in struct {
		Chat    string `json:"chat"`
		Message string `json:"message"`
		Button  string `json:"button"`
	}
	p, err := n.pathPhone(r)
	if err == nil {
		err = read(r, &in)
	}
	if err != nil {
		return 0, nil, err
	}
	id, err := p.Tap(in.Chat, in.Message, in.Button)
	if err != nil {
		return 0, nil, err
	}
	return 0, idAnswer{id}, nil
}

func (n *Network) apiVote(r *http.Request) (int, any, error) {
	var in struct {
		Chat    string   `json:"chat"`
		Message string   `json:"message"`
		Options []string `json:"options"`
	}
	p, err := n.pathPhone(r)
	if err == nil {
		err = read(r, &in)
	}
	if err != nil {
		return 0, nil, err
	}
	id, err := p.Vote(in.Chat, in.Message, in.Options...)
	if err != nil {
		return 0, nil, err
	}
	return 0, idAnswer{id}, nil
}

func (n *Network) apiRead(r *http.Request) (int, any, error) {
	var in struct {
		Chat string `json:"chat"`
	}
	p, err := n.pathPhone(r)
	if err == nil {
		err = read(r, &in)
	}
	if err == nil {
		err = p.Read(in.Chat)
	}
	if err != nil {
		return 0, nil, err
	}
	return 0, struct{}{}, nil
}

func (n *Network) apiOnline(r *http.Request) (int, any, error) {
	var in struct {
		Online *bool `json:"online"`
	}
	p, err := n.pathPhone(r)
	if err == nil {
		err = read(r, &in)
	}
	if err == nil && in.Online == nil {
		err = errors.New("online must be true or false")
	}
	if err != nil {
		return 0, nil, err
	}
	p.SetOnline(*in.Online)
	return 0, p.Info(), nil
}

func (n *Network) apiLink(r *http.Request) (int, any, error) {
	var in struct {
		QR   string `json:"qr"`
		Ref  string `json:"ref"`
		Code string `json:"code"`
	}
	p, err := n.pathPhone(r)
	if err == nil {
		err = read(r, &in)
	}
	if err != nil {
		return 0, nil, err
	}
	var device int
	switch {
	case in.QR != "" && in.Ref == "" && in.Code == "":
		device, err = p.Link(r.Context(), in.QR)
	case in.Ref != "" && in.QR == "" && in.Code == "":
		device, err = p.LinkRef(r.Context(), in.Ref)
	case in.Code != "" && in.QR == "" && in.Ref == "":
		device, err = p.LinkCode(r.Context(), in.Code)
	default:
		err = errors.New("give one of qr, the QR code's text, ref, a QR code that waits, and code, what a device shows to be typed")
	}
	if err != nil {
		return 0, nil, err
	}
	return 0, map[string]int{"device": device}, nil
}

func (n *Network) apiUnlink(r *http.Request) (int, any, error) {
	p, err := n.pathPhone(r)
	if err != nil {
		return 0, nil, err
	}
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return 0, nil, errNoDevice
	}
	if err := p.Unlink(id); err != nil {
		return 0, nil, err
	}
	return 0, struct{}{}, nil
}

func (n *Network) apiCodes(*http.Request) (int, any, error) {
	return 0, map[string]any{"codes": n.Codes()}, nil
}

func (n *Network) apiOffer(r *http.Request) (int, any, error) {
	var in struct {
		QR string `json:"qr"`
	}
	if err := read(r, &in); err != nil {
		return 0, nil, err
	}
	ref, err := n.Offer(in.QR)
	if err != nil {
		return 0, nil, err
	}
	return 0, map[string]string{"ref": ref}, nil
}

func (n *Network) apiStats(*http.Request) (int, any, error) { return 0, n.Stats(), nil }

func (n *Network) apiRules(*http.Request) (int, any, error) { return 0, n.Rules(), nil }

// apiSetRules changes the rules that the request names; the others stay.
func (n *Network) apiSetRules(r *http.Request) (int, any, error) {
	rules := n.Rules()
	if err := read(r, &rules); err != nil {
		return 0, nil, err
	}
	if err := n.SetRules(rules); err != nil {
		return 0, nil, err
	}
	return 0, n.Rules(), nil
}
