// Package qrimage draws QR codes for screens that show pictures.
package qrimage

import (
	"encoding/base64"
	"fmt"

	"rsc.io/qr"
)

// DataURL draws a text as a QR code with its white margin: a PNG of 6 pixels per
// module, as a data URL. Level L keeps the modules of WhatsApp's long texts large.
func DataURL(text string) (string, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return "", fmt.Errorf("draw QR code: %w", err)
	}
	code.Scale = 6
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG()), nil
}
