package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// config is a JSON file: {"log-format":"json","serve":{"listen":"...","origin":["..."]}}.
// Flags of all commands stand at the top, those of a command in an object of its name
// ("token": {"create": {...}}). The command line comes before the environment, that
// before the file, and the file before the defaults.
type config map[string]any

func loadConfig(r io.Reader) (kong.Resolver, error) {
	var c config
	if err := json.NewDecoder(r).Decode(&c); err != nil {
		return nil, fmt.Errorf("read config file: %w", err)
	}
	return c, nil
}

// Validate refuses a key that names no flag: a mistyped one would be ignored in silence.
func (c config) Validate(app *kong.Application) error {
	return known(c, app.Node, "")
}

func known(values map[string]any, node *kong.Node, path string) error {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if slices.ContainsFunc(node.Flags, func(f *kong.Flag) bool { return f.Name == key && key != "help" && key != "config" }) {
			continue
		}
		i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == key })
		inner, isObject := values[key].(map[string]any)
		if i < 0 || !isObject {
			return fmt.Errorf("read config file: unknown key %q", path+key)
		}
		if err := known(inner, node.Children[i], path+key+"."); err != nil {
			return err
		}
	}
	return nil
}

// Resolve implements kong.Resolver.
func (c config) Resolve(_ *kong.Context, parent *kong.Path, flag *kong.Flag) (any, error) {
	if slices.ContainsFunc(flag.Tag.Envs, func(name string) bool { _, set := os.LookupEnv(name); return set }) {
		return nil, nil // the environment comes first
	}
	values := map[string]any(c)
	if node := parent.Node(); node.Type == kong.CommandNode {
		for _, name := range strings.Fields(node.FullPath())[1:] {
			inner, ok := values[name].(map[string]any)
			if !ok {
				return nil, nil
			}
			values = inner
		}
	}
	return values[flag.Name], nil
}
