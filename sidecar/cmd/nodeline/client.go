package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// remote are the flags of commands that talk to a running sidecar.
type remote struct {
	URL       string `default:"http://127.0.0.1:7450" env:"NODELINE_URL" help:"${h_url}"`
	Data      string `placeholder:"DIR" env:"NODELINE_DATA" help:"${h_data_remote}"`
	TokenFile string `placeholder:"FILE" env:"NODELINE_TOKEN_FILE" help:"${h_token_file}"`
}

// client calls the methods of a running sidecar over HTTP.
type client struct {
	url, token string
	lang       schema.Lang
	http       *http.Client
}

func (r remote) client(a *app) (*client, error) {
	file := r.TokenFile
	if file == "" {
		dir, err := dataDir(r.Data)
		if err != nil {
			return nil, err
		}
		file = filepath.Join(dir, fileToken)
	}
	token, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf(textNoTokenFile.In(a.lang), file)
	}
	if err != nil {
		return nil, fmt.Errorf("read token: %w", err)
	}
	return &client{url: strings.TrimSuffix(r.URL, "/"), token: strings.TrimSpace(string(token)), lang: a.lang,
		http: &http.Client{Timeout: time.Minute}}, nil
}

// call makes one call and decodes its result. An error of the sidecar is a *schema.Error.
func (c *client) call(ctx context.Context, method string, params, result any) error {
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		return fmt.Errorf("encode %s: %w", method, err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/rpc", bytes.NewReader(body))
	if err != nil {
		return usageError{"--url: " + err.Error()}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Accept-Language", string(c.lang))
	resp, err := c.http.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf(textNoSidecar.In(c.lang), c.url, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Message string        `json:"message"`
			Data    *schema.Error `json:"data"`
		} `json:"error"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return fmt.Errorf(textNotASidecar.In(c.lang), c.url, resp.Status)
	}
	if e := answer.Error; e != nil {
		if e.Data != nil {
			return e.Data
		}
		return errors.New(e.Message)
	}
	if err := json.Unmarshal(answer.Result, result); err != nil {
		return fmt.Errorf("decode %s: %w", method, err)
	}
	return nil
}

// LineLink implements link.Source.
func (c *client) LineLink(ctx context.Context, r schema.LineLinkRequest) (schema.LineLinkResult, error) {
	var out schema.LineLinkResult
	err := c.call(ctx, "line.link", r, &out)
	return out, err
}
