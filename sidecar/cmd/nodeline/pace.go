package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// readPace reads --pace: "on", "off", or what differs from the usual pace, as in
// "line=1s/60,recipient=6s/45": one message in so long, and how many at once after a rest.
func readPace(s string, lang schema.Lang) (schema.Pace, error) {
	switch mode := schema.PaceMode(s); mode {
	case schema.PaceOn, schema.PaceOff:
		return schema.Pace{Mode: mode}, nil
	}
	pace := schema.Pace{Mode: schema.PaceOn}
	for part := range strings.SplitSeq(s, ",") {
		name, value, _ := strings.Cut(part, "=")
		every, burst, ok := readAllowance(value)
		switch {
		case ok && name == "line":
			pace.LineMs, pace.LineBurst = every, burst
		case ok && name == "recipient":
			pace.RecipientMs, pace.RecipientBurst = every, burst
		default:
			return schema.Pace{}, usageError{fmt.Sprintf(textBadPace.In(lang), s)}
		}
	}
	return pace, nil
}

// readAllowance reads "6s/45": milliseconds and a burst, in the bounds that line.update has.
func readAllowance(s string) (ms, burst int, ok bool) {
	text, number, _ := strings.Cut(s, "/")
	every, err := time.ParseDuration(text)
	if err != nil || every < time.Millisecond || every > time.Hour {
		return 0, 0, false
	}
	burst, err = strconv.Atoi(number)
	return int(every.Milliseconds()), burst, err == nil && burst >= 1 && burst <= 10000
}
