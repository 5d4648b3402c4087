package bridge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nodeline/nodeline/schema"
)

// How long what is issued to a program works.
const (
	// CodeLife is from the person's yes to the program's exchange of it (RFC 6749,
	// 4.1.2: 10 minutes at most).
	CodeLife = time.Minute
	// AccessLife bounds what a token is worth that leaked from a log.
	AccessLife = time.Hour
	// RefreshLife counts anew with every refresh: a program that was off for longer is
	// allowed again by a person.
	RefreshLife = 180 * 24 * time.Hour
	// RefreshGrace is how long a refresh token that was replaced goes on working: the
	// workers of one program may refresh at the same time, each with the same one.
	RefreshGrace = time.Minute
	// grantsKept is how long what has expired is still known, so that its use is seen
	// for what it is.
	grantsKept = 24 * time.Hour
)

// Authorization is what a person allowed a program: the use of one line. The code
// for it is exchanged by that program alone.
type Authorization struct {
	Name      string        // who uses it, for people: the token's name
	Line      schema.LineID // the only one that its tokens are for
	Client    string        // client_id
	Redirect  string        // redirect_uri, to the letter
	Challenge string        // S256 code_challenge (RFC 7636)
}

// Issued are the tokens of an authorization. Their texts are seen this once.
type Issued struct {
	Grant           Grant  // what Find gives for Access; revoking it ends all of them
	Access, Refresh string // for AccessLife and RefreshLife
}

// Authorizations keeps codes and the tokens that came of them, hashed at rest. What
// was issued for one authorization is one grant: it is listed, found and revoked by
// Grants under one id, however often it was refreshed, and goes with its line.
type Authorizations interface {
	// Authorize makes a code that works once, for CodeLife. Errors: ErrNoLine.
	Authorize(context.Context, Authorization) (code string, err error)
	// Redeem exchanges a code if check has nothing against it; where it has, the code
	// stays good. Errors: ErrNoCode, ErrExpired, *ReplayedError, check's own.
	Redeem(ctx context.Context, code string, check func(Authorization) error) (Issued, error)
	// Refresh exchanges a refresh token for new tokens; the old one works for
	// RefreshGrace more. Errors: ErrNoCode, ErrExpired, *ReplayedError.
	Refresh(ctx context.Context, token, client string) (Issued, error)
	// Withdraw ends the grant of a token, of either kind; id "" if it was of none.
	Withdraw(ctx context.Context, token string) (id string, err error)

	// Draft notes a line that is made for an authorization: if nobody links it, it is
	// to be removed after until. Settle takes the note back.
	Draft(ctx context.Context, line schema.LineID, until time.Time) error
	Settle(ctx context.Context, line schema.LineID) error
	// Drafts are the noted lines whose time is over.
	Drafts(ctx context.Context) ([]schema.LineID, error)
}

// Causes that Authorizations name; test with errors.Is.
var (
	ErrNoCode  = errors.New("there is no such code or refresh token")
	ErrExpired = errors.New("the code or refresh token has expired")
)

// ReplayedError is the use of a code, or of a refresh token, that was used already and
// may have been stolen: the grant that came of it has been revoked.
type ReplayedError struct{ Grant string }

func (e *ReplayedError) Error() string {
	return fmt.Sprintf("used twice: token %s is revoked", e.Grant)
}
