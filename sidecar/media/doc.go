// Package media keeps the bytes of attachments: fetched by URL, uploaded, or
// received. Each content is one file, named by its SHA-256:
//
//	part-* ── written, measured, synced ── renamed ──▶ ab/abcd...
//
// so a crash leaves a part, which the next start removes, or a whole file. Which
// message or upload a file belongs to stands in the store; Sweep deletes what
// belongs to none.
package media
