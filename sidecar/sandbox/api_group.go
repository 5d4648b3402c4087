package sandbox

import (
	"errors"
	"net/http"
)

// Groups in the interface. Whoever does something is named by "by", a phone.

func (n *Network) apiGroups(*http.Request) (int, any, error) {
	return 0, map[string]any{"groups": n.Groups()}, nil
}

func (n *Network) apiNewGroup(r *http.Request) (int, any, error) {
	var in struct {
		By      string   `json:"by"`
		Subject string   `json:"subject"`
		Members []string `json:"members"`
	}
	if err := read(r, &in); err != nil {
		return 0, nil, err
	}
	by := n.Phone(in.By)
	if by == nil {
		return 0, nil, errNoPhone
	}
	jid, err := by.NewGroup(in.Subject, in.Members...)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, n.group(parseJID(jid)).info(), nil
}

// apiGroup changes a group; only what the request names.
func (n *Network) apiGroup(r *http.Request) (int, any, error) {
	var in struct {
		By          string   `json:"by"`
		Subject     *string  `json:"subject"`
		Description *string  `json:"description"`
		Add         []string `json:"add"`
		Remove      []string `json:"remove"`
	}
	if err := read(r, &in); err != nil {
		return 0, nil, err
	}
	jid, by := r.PathValue("jid"), n.Phone(in.By)
	g := n.group(parseJID(jid))
	switch {
	case g == nil:
		return 0, nil, errNoGroup
	case by == nil:
		return 0, nil, errNoPhone
	}
	var errs []error
	if in.Subject != nil {
		errs = append(errs, by.SetSubject(jid, *in.Subject))
	}
	if in.Description != nil {
		errs = append(errs, by.SetDescription(jid, *in.Description))
	}
	if len(in.Add) > 0 {
		errs = append(errs, by.AddMembers(jid, in.Add...))
	}
	if len(in.Remove) > 0 {
		errs = append(errs, by.RemoveMembers(jid, in.Remove...))
	}
	if err := errors.Join(errs...); err != nil {
		return 0, nil, err
	}
	return 0, g.info(), nil
}
