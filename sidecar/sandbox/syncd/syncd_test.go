package syncd_test

import (
	"context"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/proto/waServerSync"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/store"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"

	"github.com/nodeline/nodeline/sidecar/sandbox/syncd"
)

// shelf is the little of a client's store that its reading of app state needs.
type shelf struct {
	*store.NoopStore
	key    store.AppStateSyncKey
	id     []byte
	values map[string][]byte
}

func (s *shelf) GetAppStateSyncKey(context.Context, []byte) (*store.AppStateSyncKey, error) {
	return &s.key, nil
}
func (s *shelf) PutAppStateVersion(context.Context, string, uint64, [128]byte) error { return nil }
func (s *shelf) PutAppStateMutationMACs(_ context.Context, _ string, _ uint64, macs []store.AppStateMutationMAC) error {
	for _, m := range macs {
		s.values[string(m.IndexMAC)] = m.ValueMAC
	}
	return nil
}
func (s *shelf) DeleteAppStateMutationMACs(context.Context, string, [][]byte) error { return nil }
func (s *shelf) GetAppStateMutationMAC(_ context.Context, _ string, index []byte) ([]byte, error) {
	return s.values[string(index)], nil
}

func name(text string) syncd.Mutation {
	return syncd.Mutation{Index: []string{"setting_pushName"}, Version: 1,
		Value: &waSyncAction.SyncActionValue{PushNameSetting: &waSyncAction.PushNameSetting{Name: &text}}}
}

// What is written here is read by a client's own code, and the other way round:
// every MAC of the chain has to agree.
func TestAgainstAClient(t *testing.T) {
	ctx := context.Background()
	key := syncd.NewKey()
	client := &shelf{NoopStore: &store.NoopStore{}, key: store.AppStateSyncKey{Data: key.Data}, id: key.ID, values: map[string][]byte{}}
	processor := appstate.NewProcessor(&store.Device{Log: waLog.Noop, AppStateKeys: client, AppState: client}, waLog.Noop)
	var phone syncd.State
	var at appstate.HashState
	read := func(patch *waServerSync.SyncdPatch) string {
		t.Helper()
		mutations, next, err := processor.DecodePatches(ctx, &appstate.PatchList{Name: "critical_block", Patches: []*waServerSync.SyncdPatch{patch}}, at, true)
		if err != nil {
			t.Fatal(err)
		}
		at = next
		return mutations[0].Action.GetPushNameSetting().GetName()
	}
	for _, text := range []string{"Север", "Юг"} { // the second replaces the first
		patch, err := phone.Encode("critical_block", key, time.Now(), []syncd.Mutation{name(text)})
		if err != nil {
			t.Fatal(err)
		}
		if got := read(patch); got != text {
			t.Errorf("read %q, not %q", got, text)
		}
	}
	raw, err := processor.EncodePatch(ctx, key.ID, at, appstate.BuildSettingPushName("Восток"))
	if err != nil {
		t.Fatal(err)
	}
	var theirs waServerSync.SyncdPatch
	if err := proto.Unmarshal(raw, &theirs); err != nil {
		t.Fatal(err)
	}
	theirs.Version = &waServerSync.SyncdVersion{Version: proto.Uint64(3)}
	if err := phone.Absorb(&theirs); err != nil {
		t.Fatal(err)
	}
	if got := read(&theirs); got != "Восток" {
		t.Errorf("read %q", got)
	}
	patch, err := phone.Encode("critical_block", key, time.Now(), []syncd.Mutation{name("Запад")})
	if err != nil {
		t.Fatal(err)
	}
	if got := read(patch); got != "Запад" || phone.Version != 4 {
		t.Errorf("read %q at version %d", got, phone.Version)
	}
}

func TestBrokenPatch(t *testing.T) {
	var phone syncd.State
	broken := &waServerSync.SyncdPatch{Mutations: []*waServerSync.SyncdMutation{{
		Operation: waServerSync.SyncdMutation_SET.Enum(), Record: &waServerSync.SyncdRecord{Index: &waServerSync.SyncdIndex{Blob: []byte("short")}},
	}}}
	if err := phone.Absorb(broken); err == nil || phone.Version != 0 {
		t.Errorf("absorbed: %v, version %d", err, phone.Version)
	}
}
