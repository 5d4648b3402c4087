package bridge

import (
	"encoding/json"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// FileView reads what is known of files.
type FileView interface {
	File(schema.LineID, schema.MediaID) (rec FileRecord, ok bool, err error)
	// KnownFiles says which contents belong to a file of any line.
	KnownFiles(sums []string) (map[string]bool, error)
}

// FileTx writes what is known of files. Forget deletes those whose Until is over
// and which no message that is not settled waits for.
type FileTx interface {
	// InsertFile gives the file an ID where it has none.
	InsertFile(FileRecord) (FileRecord, error)
	UpdateFile(FileRecord) error
}

// FileRecord is a file of a line: uploaded, fetched or received.
type FileRecord struct {
	Line schema.LineID
	ID   schema.MediaID
	// File with Sum "": its bytes are not here, and what is known of them is what the
	// message says.
	File
	// Remote is what Sessions.Download wants; nil: WhatsApp does not have it.
	Remote  []byte
	Created time.Time
	Until   time.Time // it is forgotten then
}

// Stage is what is still to be done before a message can be tried.
type Stage string

// Stages, in order; "" is the last.
const (
	StageFetch  Stage = "fetch"  // its file is at Content.Media.URL
	StageUpload Stage = "upload" // its file is here, and its payload needs it at WhatsApp
)

// Media is an attachment of a message before it is encoded.
type Media struct {
	URL   string        `json:",omitempty"` // "": the message's File
	As    schema.SendAs `json:",omitempty"`
	Title string        `json:",omitempty"`
	Field string        `json:",omitempty"` // of the request that named it
}

// Detail is what a message's code is about.
type Detail struct {
	Field   string             `json:"field,omitempty"`
	Host    string             `json:"host,omitempty"`
	Status  int                `json:"status,omitempty"`
	Trouble schema.FileTrouble `json:"trouble,omitempty"`
}

func (d Detail) String() string {
	if d == (Detail{}) {
		return ""
	}
	text, _ := json.Marshal(d) // four plain values always encode
	return string(text)
}

func readDetail(text string) (d Detail) {
	_ = json.Unmarshal([]byte(text), &d) // "" is none
	return d
}
