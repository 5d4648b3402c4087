package main

import (
	"bufio"
	"errors"
	"os"

	"golang.org/x/term"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/link"
)

// linkCmd links a line from a terminal, through the running sidecar.
type linkCmd struct {
	remote
	Line   string `required:"" placeholder:"ID" env:"NODELINE_LINE" help:"${h_link_line}"`
	Phone  string `placeholder:"NUMBER" help:"${h_link_phone}"`
	New    bool   `help:"${h_link_new}"`
	Create bool   `help:"${h_link_create}"`
	Name   string `placeholder:"NAME" help:"${h_link_name}"`
	Region string `placeholder:"XX" help:"${h_link_region}"`
}

// Run shows linking until it ends.
func (c *linkCmd) Run(a *app) error {
	rpc, err := c.client(a)
	if err != nil {
		return err
	}
	if c.Create {
		name := c.Name
		if name == "" {
			name = c.Line
		}
		err := rpc.call(a.ctx, "line.create", schema.LineCreateRequest{ID: schema.LineID(c.Line), Name: name, Region: c.Region}, &schema.Line{})
		var exists *schema.Error
		if err != nil && (!errors.As(err, &exists) || exists.Code != schema.CodeLineExists) {
			return err
		}
	}
	opts := link.Options{Line: schema.LineID(c.Line), Phone: c.Phone, New: c.New, Lang: a.lang, Out: a.out}
	if out, ok := a.out.(*os.File); ok && term.IsTerminal(int(out.Fd())) {
		opts.Terminal = true
		opts.Columns, _, _ = term.GetSize(int(out.Fd()))
	}
	if a.in != nil && term.IsTerminal(int(a.in.Fd())) {
		opts.Again = lines(a.in)
	}
	_, err = link.Run(a.ctx, rpc, opts)
	return err
}

// lines gives something for every Enter, and closes at the end of input.
func lines(in *os.File) <-chan struct{} {
	out := make(chan struct{})
	go func() {
		defer close(out)
		for scan := bufio.NewScanner(in); scan.Scan(); {
			out <- struct{}{}
		}
	}()
	return out
}
