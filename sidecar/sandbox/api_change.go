package sandbox

import (
	"net/http"
)

// What a person does with messages that are there, in the interface.

// act reads a request about one message and does it.
func (n *Network) act(r *http.Request, do func(p *Phone, chat, message, words string) (string, error)) (int, any, error) {
	var in struct {
		Chat    string `json:"chat"`
		Message string `json:"message"`
		Text    string `json:"text"`
		Emoji   string `json:"emoji"`
	}
	p, err := n.pathPhone(r)
	if err == nil {
		err = read(r, &in)
	}
	if err != nil {
		return 0, nil, err
	}
	id, err := do(p, in.Chat, in.Message, in.Text+in.Emoji)
	if err != nil {
		return 0, nil, err
	}
	return 0, idAnswer{id}, nil
}

func (n *Network) apiEdit(r *http.Request) (int, any, error) { return n.act(r, (*Phone).Edit) }

func (n *Network) apiDelete(r *http.Request) (int, any, error) {
	return n.act(r, func(p *Phone, chat, message, _ string) (string, error) { return p.Delete(chat, message) })
}

func (n *Network) apiReact(r *http.Request) (int, any, error) { return n.act(r, (*Phone).React) }

func (n *Network) apiPlay(r *http.Request) (int, any, error) {
	return n.act(r, func(p *Phone, chat, message, _ string) (string, error) { return message, p.Play(chat, message) })
}

func (n *Network) apiCall(r *http.Request) (int, any, error) {
	var in struct {
		To    string `json:"to"`
		Video bool   `json:"video"`
	}
	p, err := n.pathPhone(r)
	if err == nil {
		err = read(r, &in)
	}
	if err != nil {
		return 0, nil, err
	}
	id, err := p.Call(in.To, in.Video)
	if err != nil {
		return 0, nil, err
	}
	return 0, idAnswer{id}, nil
}
