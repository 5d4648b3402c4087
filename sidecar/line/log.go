package line

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"

	"go.mau.fi/whatsmeow/types"
	waLog "go.mau.fi/whatsmeow/util/log"
)

// libraryLog brings whatsmeow's log to slog. whatsmeow prints addresses and
// whole stanzas; those may be seen at debug level only. Above it goes the
// sentence without its values, and the errors in it with long numbers masked.
type libraryLog struct {
	log    *slog.Logger
	module string
	// unsealed hears of a device that a message could not be sealed for; nil: nobody does.
	unsealed func(device types.JID)
}

var _ waLog.Logger = libraryLog{}

func (l libraryLog) Sub(module string) waLog.Logger {
	if l.module != "" {
		module = l.module + "/" + module
	}
	return libraryLog{log: l.log, module: module, unsealed: l.unsealed}
}

func (l libraryLog) Errorf(msg string, args ...any) { l.print(slog.LevelWarn, msg, args) }

// notSealed is what whatsmeow says, and all that it does, when it leaves a device out of a message.
const notSealed = "Failed to encrypt %s for %s: %v"

func (l libraryLog) Warnf(msg string, args ...any) {
	l.print(slog.LevelWarn, msg, args)
	if l.unsealed == nil || msg != notSealed || len(args) < 2 {
		return
	}
	if device, ok := args[1].(types.JID); ok {
		l.unsealed(device)
	}
}

func (l libraryLog) Infof(msg string, args ...any)  { l.print(slog.LevelDebug, msg, args) }
func (l libraryLog) Debugf(msg string, args ...any) { l.print(slog.LevelDebug, msg, args) }

func (l libraryLog) print(level slog.Level, msg string, args []any) {
	ctx := context.Background()
	if l.log.Enabled(ctx, slog.LevelDebug) {
		l.log.Log(ctx, slog.LevelDebug, "whatsmeow", "module", l.module, "said", fmt.Sprintf(msg, args...))
		return
	}
	if level < slog.LevelWarn || !l.log.Enabled(ctx, level) {
		return
	}
	attrs := []any{"module", l.module, "said", msg}
	for _, arg := range args {
		if err, ok := arg.(error); ok {
			attrs = append(attrs, "error", mask(err))
		}
	}
	l.log.Log(ctx, level, "whatsmeow", attrs...)
}

var longNumber = regexp.MustCompile(`\d{5,}`)

const maskedMax = 300 // bytes of an error's text that a log line keeps

// mask makes an error's text fit for a log: no phone numbers, no long dumps.
func mask(err error) string {
	text := longNumber.ReplaceAllString(err.Error(), "...")
	if len(text) > maskedMax {
		text = text[:maskedMax] + "..."
	}
	return text
}
