package store

// syncDir does nothing: Windows keeps names with the files, and cannot flush a directory.
func syncDir(string) error { return nil }
