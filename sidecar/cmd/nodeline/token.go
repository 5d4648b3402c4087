package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// tokenCmd manages tokens, through the running sidecar.
type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"${h_token_create}"`
	List   tokenListCmd   `cmd:"" help:"${h_token_list}"`
	Revoke tokenRevokeCmd `cmd:"" help:"${h_token_revoke}"`
}

type tokenCreateCmd struct {
	remote
	Name  string `required:"" placeholder:"NAME" help:"${h_token_name}"`
	Scope string `default:"line" enum:"admin,line,read" help:"${h_token_scope}"`
	Line  string `placeholder:"ID" help:"${h_token_line}"`
}

// Run prints the token, and nothing else, on the standard output: for a pipe.
func (c *tokenCreateCmd) Run(a *app) error {
	rpc, err := c.client(a)
	if err != nil {
		return err
	}
	var made schema.TokenCreateResult
	request := schema.TokenCreateRequest{Name: c.Name, Scope: schema.Scope(c.Scope), Line: schema.LineID(c.Line)}
	if err := rpc.call(a.ctx, "token.create", request, &made); err != nil {
		return err
	}
	a.mark(made.Sandbox)
	fmt.Fprintf(a.err, textTokenMade.In(a.lang)+"\n", made.Info.ID)
	fmt.Fprintln(a.out, made.Token)
	return nil
}

type tokenListCmd struct{ remote }

// Run prints a table.
func (c *tokenListCmd) Run(a *app) error {
	rpc, err := c.client(a)
	if err != nil {
		return err
	}
	var list schema.TokenListResult
	if err := rpc.call(a.ctx, "token.list", schema.TokenListRequest{}, &list); err != nil {
		return err
	}
	a.mark(list.Sandbox)
	table := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, textTokenColumns.In(a.lang))
	for _, t := range list.Tokens {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Scope, t.Line, t.CreatedAt.Local().Format(time.DateTime), t.Name)
	}
	if err := table.Flush(); err != nil {
		return fmt.Errorf("write tokens: %w", err)
	}
	return nil
}

type tokenRevokeCmd struct {
	remote
	ID string `arg:"" help:"${h_token_id}"`
}

// Run says which token it was.
func (c *tokenRevokeCmd) Run(a *app) error {
	rpc, err := c.client(a)
	if err != nil {
		return err
	}
	var gone schema.TokenInfo
	if err := rpc.call(a.ctx, "token.revoke", schema.TokenRevokeRequest{ID: schema.TokenID(c.ID)}, &gone); err != nil {
		return err
	}
	a.mark(gone.Sandbox)
	a.say(textTokenGone, gone.ID, gone.Name)
	return nil
}

// mark says on the error stream that what follows is a sandbox's, so that the
// standard output stays fit for a pipe.
func (a *app) mark(sandbox bool) {
	if sandbox {
		fmt.Fprintln(a.err, textSandboxMark.In(a.lang))
	}
}
