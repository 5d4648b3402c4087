package line

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/util/keys"
)

// A session database that comes back from a backup is older than what its
// devices have sent and received since. Used as it is, it would seal the next
// message with a key that the phone has used up: the phone takes the message for
// a repeat, confirms it and shows nothing. What each part of it means then:
//
//	sessions with other devices  forgotten: the next message fetches the device's keys and starts
//	                             a session anew; what a phone sends on the lost one is asked for
//	                             again, by a retry receipt
//	own keys for groups          forgotten, for the same reason; the next message brings new ones
//	others' keys for groups      kept: they only ever move forward from an older state
//	own one-time keys            kept: the server may still give them out. Those made since are
//	                             lost; who got one of them is asked to send again. New ones get
//	                             numbers far off, so that no number stands for two keys
//	the account, app state       as they were: the server knows the newest

// keyJump is further than the numbers of one-time keys get between a backup and its restore.
const keyJump = 100_000

// keyMax is the greatest number of a one-time key: 24 bits.
const keyMax = 1<<24 - 1

// Rewound makes the session database of a backup safe to use. No session may
// be open on it. dialect as in Config.
func Rewound(ctx context.Context, db *sql.DB, dialect string, log *slog.Logger) error {
	if dialect == "" {
		dialect = "sqlite"
	}
	container := sqlstore.NewWithDB(db, dialect, libraryLog{log: log, module: "store"})
	if err := container.Upgrade(ctx); err != nil {
		return fmt.Errorf("upgrade session database: %w", err)
	}
	devices, err := container.GetAllDevices(ctx)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	for _, device := range devices {
		if err := rewind(ctx, db, device); err != nil {
			return fmt.Errorf("forget sessions: %w", err)
		}
	}
	return nil
}

func rewind(ctx context.Context, db *sql.DB, device *store.Device) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	us := device.ID.String()
	if _, err := tx.ExecContext(ctx, "delete from whatsmeow_sessions where our_jid = $1", us); err != nil {
		return err
	}
	for _, own := range []string{device.ID.SignalAddress().String(), device.GetLID().SignalAddress().String()} {
		if _, err := tx.ExecContext(ctx, "delete from whatsmeow_sender_keys where our_jid = $1 and sender_id = $2", us, own); err != nil {
			return err
		}
	}
	var last sql.NullInt64
	if err := tx.QueryRowContext(ctx, "select max(key_id) from whatsmeow_pre_keys where jid = $1", us).Scan(&last); err != nil {
		return err
	}
	// It is one that whatsmeow uploads with its next batch, and counts on from.
	key := keys.NewPreKey(uint32(min(last.Int64+keyJump, keyMax)))
	_, err = tx.ExecContext(ctx, "insert into whatsmeow_pre_keys (jid, key_id, key, uploaded) values ($1, $2, $3, false) on conflict do nothing",
		us, key.KeyID, key.Priv[:])
	if err != nil {
		return err
	}
	return tx.Commit()
}
