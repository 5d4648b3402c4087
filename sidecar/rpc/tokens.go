package rpc

import (
	"context"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

func info(g bridge.Grant) schema.TokenInfo {
	return schema.TokenInfo{ID: schema.TokenID(g.ID), Name: g.Name, Scope: g.Scope, Line: g.Line, CreatedAt: g.Created}
}

func (s *Server) tokenCreate(ctx context.Context, c *session, r schema.TokenCreateRequest) (schema.TokenCreateResult, error) {
	if issue := tokenLine(r, c.lang); issue != nil {
		return schema.TokenCreateResult{}, invalid([]schema.Issue{*issue}, c.lang)
	}
	if r.Line != "" {
		if err := s.lineExists(ctx, c, r.Line); err != nil {
			return schema.TokenCreateResult{}, err
		}
	}
	token, saved, err := s.opts.Grants.Create(ctx, bridge.Grant{Name: r.Name, Scope: r.Scope, Line: r.Line})
	if err != nil {
		return schema.TokenCreateResult{}, err
	}
	s.log.Info("token created", "token", saved.ID, "scope", saved.Scope, "line", saved.Line)
	return schema.TokenCreateResult{Token: token, Info: info(saved)}, nil
}

// tokenLine holds the one rule that reads two fields: which scopes name a line.
func tokenLine(r schema.TokenCreateRequest, lang schema.Lang) *schema.Issue {
	label := schema.Text{En: "Line", Ru: "Линия"}.In(lang)
	switch {
	case r.Scope == schema.ScopeLine && r.Line == "":
		return &schema.Issue{Field: "line", Label: label, Rule: "required", Message: schema.Text{
			En: "Line: name the line that the token is for.", Ru: "Линия: укажите линию, для которой нужен токен."}.In(lang)}
	case r.Scope == schema.ScopeAdmin && r.Line != "":
		return &schema.Issue{Field: "line", Label: label, Rule: "excluded", Message: schema.Text{
			En: "Line: an admin token is for every line; leave it empty, or choose another scope.",
			Ru: "Линия: токен администратора действует для всех линий; оставьте поле пустым или выберите другие права."}.In(lang)}
	}
	return nil
}

func (s *Server) tokenList(ctx context.Context, _ *session, _ schema.TokenListRequest) (schema.TokenListResult, error) {
	grants, err := s.opts.Grants.List(ctx)
	if err != nil {
		return schema.TokenListResult{}, err
	}
	out := schema.TokenListResult{Tokens: make([]schema.TokenInfo, 0, len(grants))}
	for _, g := range grants {
		out.Tokens = append(out.Tokens, info(g))
	}
	return out, nil
}

func (s *Server) tokenRevoke(ctx context.Context, c *session, r schema.TokenRevokeRequest) (schema.TokenInfo, error) {
	grants, err := s.opts.Grants.List(ctx)
	if err != nil {
		return schema.TokenInfo{}, err
	}
	for _, g := range grants {
		if g.ID != string(r.ID) {
			continue
		}
		if err := s.opts.Grants.Revoke(ctx, g.ID); err != nil {
			return schema.TokenInfo{}, err
		}
		s.Ended(r.ID)
		s.log.Info("token revoked", "token", g.ID)
		return info(g), nil
	}
	return schema.TokenInfo{}, schema.NewError(schema.CodeTokenNotFound, c.lang, nil)
}
