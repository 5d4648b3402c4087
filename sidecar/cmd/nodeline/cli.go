package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/nodeline/nodeline/schema"
)

// stdio are the streams of a run.
type stdio struct {
	in       *os.File
	out, err io.Writer
}

// app is what every command gets.
type app struct {
	stdio
	ctx  context.Context
	lang schema.Lang
	log  *slog.Logger
}

func (a *app) say(t schema.Text, args ...any) {
	fmt.Fprintf(a.out, t.In(a.lang)+"\n", args...)
}

// cli is the command line; the same names, with '-', are the keys of the config file.
type cli struct {
	Config    kong.ConfigFlag `placeholder:"FILE" env:"NODELINE_CONFIG" help:"${h_config}"`
	Lang      string          `placeholder:"en|ru" env:"NODELINE_LANG" help:"${h_lang}"`
	LogLevel  string          `default:"info" enum:"debug,info,warn,error" env:"NODELINE_LOG_LEVEL" help:"${h_log_level}"`
	LogFormat string          `default:"text" enum:"text,json" env:"NODELINE_LOG_FORMAT" help:"${h_log_format}"`

	Serve   serveCmd   `cmd:"" help:"${h_serve}"`
	Sandbox sandboxCmd `cmd:"" help:"${h_sandbox}"`
	Link    linkCmd    `cmd:"" help:"${h_link}"`
	Token   tokenCmd   `cmd:"" help:"${h_token}"`
	Backup  backupCmd  `cmd:"" help:"${h_backup}"`
	Restore restoreCmd `cmd:"" help:"${h_restore}"`
	Check   checkCmd   `cmd:"" help:"${h_check}"`
	Version versionCmd `cmd:"" help:"${h_version}"`
}

// exited carries the code of a --help through kong, which expects to leave the process.
type exited int

// run parses, runs and gives the exit code.
func run(ctx context.Context, args []string, io stdio, getenv func(string) string) (code int) {
	defer func() {
		if p := recover(); p != nil {
			left, ok := p.(exited)
			if !ok {
				panic(p)
			}
			code = int(left)
		}
	}()
	lang := languageOf(args, getenv)
	var flags cli
	parser, err := kong.New(&flags, kong.Name("nodeline"), kong.Description(textAbout.In(lang)),
		kong.Writers(io.out, io.err), kong.Exit(func(code int) { panic(exited(code)) }),
		kong.Configuration(loadConfig), helpTexts(lang), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintf(io.err, "nodeline: %v\n", err)
		return exitFailure
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(io.err, "nodeline: %v\n%s\n", err, textSeeHelp.In(lang))
		return exitUsage
	}
	if flags.Lang != "" { // it may come from the config file
		lang = languageOf([]string{"--lang=" + flags.Lang}, getenv)
	}
	a := &app{stdio: io, ctx: ctx, lang: lang, log: logger(io.err, flags.LogLevel, flags.LogFormat)}
	err = parsed.Run(a)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitInterrupted
	}
	fmt.Fprintf(io.err, "nodeline: %s\n", sentence(err))
	var usage usageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	var damaged damagedError
	if errors.As(err, &damaged) {
		return exitDamaged
	}
	return exitFailure
}

// damagedError is a data directory or a backup that is not as it was written.
type damagedError struct{ text string }

func (e damagedError) Error() string { return e.text }

// usageError is a command line that cannot be carried out.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// sentence is an error for people: an error of the vocabulary with its hint, another as it is.
func sentence(err error) string {
	var e *schema.Error
	if errors.As(err, &e) {
		return strings.TrimSpace(e.Message + "\n" + e.Hint)
	}
	return err.Error()
}

// languageOf picks the language before anything is parsed, for the help's sake:
// --lang, NODELINE_LANG, then the locale.
func languageOf(args []string, getenv func(string) string) schema.Lang {
	candidates := []string{getenv("NODELINE_LANG"), getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")}
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			candidates = append([]string{value}, candidates...)
		} else if arg == "--lang" && i+1 < len(args) {
			candidates = append([]string{args[i+1]}, candidates...)
		}
	}
	for _, c := range candidates {
		if c != "" {
			if strings.HasPrefix(strings.ToLower(c), "ru") {
				return schema.Russian
			}
			return schema.English
		}
	}
	return schema.English
}

func logger(w io.Writer, level, format string) *slog.Logger {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		l = slog.LevelInfo
	}
	opts := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}
