// Package webhooks verifies a delivery of Nodeline in Go, with the standard library only.
package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Tolerance is how old a delivery may be, and how far ahead the sender's clock.
const Tolerance = 5 * time.Minute

// Verify refuses a delivery unless one of its signatures is by the secret and its
// time is near. body is the request's body as it came; secret is what
// webhook.create or webhook.rotate showed: "whsec_...".
func Verify(body []byte, header http.Header, secret string, now time.Time) error {
	id, stamp, signatures := header.Get("webhook-id"), header.Get("webhook-timestamp"), header.Get("webhook-signature")
	if id == "" || stamp == "" || signatures == "" {
		return errors.New("a header is missing")
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > Tolerance {
		return errors.New("too old, or from the future")
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return errors.New("the secret is not one of Nodeline's")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	for one := range strings.SplitSeq(signatures, " ") {
		if hmac.Equal([]byte(one), expected) {
			return nil
		}
	}
	return errors.New("no signature fits")
}
