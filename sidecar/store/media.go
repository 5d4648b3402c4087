package store

import (
	"database/sql"

	"github.com/nodeline/nodeline/schema"
	"github.com/nodeline/nodeline/sidecar/bridge"
)

const mediaColumns = `line, id, sum, kind, mime, name, size, seconds, width, height, thumb, remote, created, until`

func scanMedia(r scanner) (f bridge.FileRecord, err error) {
	var created, until int64
	err = r.Scan(&f.Line, &f.ID, &f.Sum, &f.Kind, &f.Mime, &f.Name, &f.Size, &f.Seconds, &f.Width, &f.Height, &f.Thumb, &f.Remote, &created, &until)
	f.Created, f.Until = moment(created), moment(until)
	return f, err
}

func (v *view) File(line schema.LineID, id schema.MediaID) (bridge.FileRecord, bool, error) {
	return one(v, "read file", scanMedia, "select "+mediaColumns+" from media where line = ? and id = ?", line, id)
}

func (v *view) KnownFiles(sums []string) (map[string]bool, error) {
	known := map[string]bool{}
	for _, sum := range sums {
		_, ok, err := one(v, "find file", func(r scanner) (n int, err error) { return n, r.Scan(&n) },
			"select 1 from media indexed by media_sum where sum = ? and sum <> '' limit 1", sum)
		if err != nil {
			return nil, err
		}
		known[sum] = ok
	}
	return known, nil
}

func (t *tx) InsertFile(f bridge.FileRecord) (bridge.FileRecord, error) {
	if f.ID == "" {
		f.ID = schema.MediaID(newID("med_"))
	}
	_, err := t.exec("insert file", "insert into media ("+mediaColumns+") values (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		f.Line, f.ID, f.Sum, f.Kind, f.Mime, f.Name, f.Size, f.Seconds, f.Width, f.Height, orNothing(f.Thumb), orNothing(f.Remote),
		f.Created.UnixMilli(), f.Until.UnixMilli())
	return f, err
}

func (t *tx) UpdateFile(f bridge.FileRecord) error {
	_, err := t.exec("update file", `update media set sum = ?, kind = ?, mime = ?, name = ?, size = ?, seconds = ?, width = ?, height = ?, thumb = ?, remote = ?, until = ?
		where line = ? and id = ?`, f.Sum, f.Kind, f.Mime, f.Name, f.Size, f.Seconds, f.Width, f.Height, orNothing(f.Thumb), orNothing(f.Remote),
		f.Until.UnixMilli(), f.Line, f.ID)
	return err
}

// orNothing turns no bytes into NULL.
func orNothing(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// fileOf reads an outbox column that may be NULL.
func fileOf(s sql.NullString) schema.MediaID { return schema.MediaID(s.String) }

// notNull turns no bytes into none that are there.
func notNull(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
