package main

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/nodeline/nodeline/sidecar/outward"
)

// mediaSettings reads where attachments may be fetched from, and how.
func (c *serveCmd) mediaSettings(a *app) (err error) {
	if c.MediaQuota < 1 {
		return usageError{textMediaQuota.In(a.lang)}
	}
	c.media.Plain = true // a public link by http is common, and its file is not a secret of ours
	if c.media.Allowed, err = outward.ParseTargets(c.MediaFrom); err != nil {
		return fmt.Errorf(textMediaFrom.In(a.lang), strings.Join(c.MediaFrom, ", "))
	}
	if c.MediaProxy != "" {
		if c.media.Proxy, err = readURL(c.MediaProxy); err != nil {
			return fmt.Errorf(textURL.In(a.lang), "--media-proxy", c.MediaProxy)
		}
	}
	if c.PublicURL != "" {
		if _, err := readURL(c.PublicURL); err != nil {
			return fmt.Errorf(textURL.In(a.lang), "--public-url", c.PublicURL)
		}
	}
	return nil
}

func readURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "") {
		err = fmt.Errorf("read %q: want http:// or https:// and a host", text)
	}
	return u, err
}

// publicURL is where links to files lead: what was said, or this listener.
func (c *serveCmd) publicURL(at net.Addr) string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	scheme, host := "http", at.String()
	if c.TLSCert != "" {
		scheme = "https"
	}
	if tcp, ok := at.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		host = net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
	}
	return scheme + "://" + host
}
