package sandbox

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"google.golang.org/protobuf/proto"
)

// What a phone and its companions tell each other beside the chats.

// greet is what a phone tells a companion when it is first there: the key of
// the app state, which holds the account's name, and a history with nothing in it.
func (p *Phone) greet(d *Device) {
	p.later(func() {
		p.shareKey(d)
		p.sendHistory(d, &waHistorySync.HistorySync{
			SyncType: waHistorySync.HistorySync_INITIAL_BOOTSTRAP.Enum(), ChunkOrder: proto.Uint32(1), Progress: proto.Uint32(100),
		}, "")
	})
}

// prepareState puts the account's name into the app state, before the first
// companion is there to read it.
func (p *Phone) prepareState() {
	p.account.mu.Lock()
	empty := len(p.account.collection(stateCritical).patches) == 0
	p.account.mu.Unlock()
	if empty {
		p.setNameState(p.Name())
	}
}

func (p *Phone) setNameState(name string) {
	if err := p.account.setState(stateCritical, pushNameMutation(name)); err != nil {
		p.account.net.log.Error("publish name", "error", err)
	}
}

// SetName changes the account's name; companions learn it by the app state.
func (p *Phone) SetName(name string) {
	p.account.setPushName(name)
	p.account.net.updates.publish(Update{Kind: UpdatePhone, Phone: p.Number()})
	if len(p.account.companions()) == 0 {
		return // published when the first one is linked
	}
	p.setNameState(name)
}

func (p *Phone) shareKey(d *Device) {
	key := p.stateKey()
	p.sendPeer(d, &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE.Enum(),
		AppStateSyncKeyShare: &waE2E.AppStateSyncKeyShare{Keys: []*waE2E.AppStateSyncKey{{
			KeyID: &waE2E.AppStateSyncKeyId{KeyID: key.ID},
			KeyData: &waE2E.AppStateSyncKeyData{
				KeyData: key.Data, Timestamp: proto.Int64(p.now().UnixMilli()),
				Fingerprint: &waE2E.AppStateSyncKeyFingerprint{RawID: proto.Uint32(1), CurrentIndex: proto.Uint32(1), DeviceIndexes: []uint32{0, d.index}},
			},
		}}},
	})
}

// sendHistory sends a part of the history, inline as small ones are. A request
// that it answers is named in it.
func (p *Phone) sendHistory(d *Device, history *waHistorySync.HistorySync, request string) {
	raw, err := proto.Marshal(history)
	if err != nil {
		p.account.net.log.Error("encode history", "error", err)
		return
	}
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(raw) // into memory
	_ = w.Close()
	kind := waE2E.HistorySyncType(history.GetSyncType())
	notice := &waE2E.HistorySyncNotification{
		SyncType: &kind, ChunkOrder: history.ChunkOrder, Progress: history.Progress, InitialHistBootstrapInlinePayload: packed.Bytes(),
	}
	if request != "" {
		notice.PeerDataRequestSessionID = &request
	}
	p.sendPeer(d, &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_HISTORY_SYNC_NOTIFICATION.Enum(), HistorySyncNotification: notice})
}

// sendPeer sends an own device something that no chat shows.
func (p *Phone) sendPeer(d *Device, m *waE2E.ProtocolMessage) {
	plain, err := proto.Marshal(&waE2E.Message{ProtocolMessage: m})
	if err != nil {
		p.account.net.log.Error("encode peer message", "error", err)
		return
	}
	id := messageID()
	p.remember(sentCopy{id: id, plain: plain})
	p.sending.Lock()
	defer p.sending.Unlock()
	if err := p.sendPeerCopy(d, id, plain); err != nil {
		p.account.net.log.Error("send peer message", "error", err)
	}
}

// sendPeerCopy delivers a peer message. The caller holds p.sending.
func (p *Phone) sendPeerCopy(d *Device, id string, plain []byte) error {
	sealed, err := p.seal(d, plain)
	if err != nil {
		return fmt.Errorf("seal peer message: %w", err)
	}
	a := p.account
	d.deliver(stanza{Tag: "message", Attrs: attrs{
		"id": id, "from": a.pn, "category": "peer", "type": "text", "t": unix(p.now()), "recipient": a.pn, "peer_recipient_lid": a.hidden(),
	}, Content: []stanza{sealed}})
	return nil
}

// answerPeer answers what a companion asks its phone: the key of the app state,
// a message that it could not read, older messages of a chat.
//
// Rests on whatsmeow's BuildUnavailableMessageRequest, BuildHistorySyncRequest
// and handlePlaceholderResendResponse.
func (p *Phone) answerPeer(from *Device, id string, m *waE2E.Message) {
	if from.account != p.account {
		return
	}
	protocol := m.GetProtocolMessage()
	request := protocol.GetPeerDataOperationRequestMessage()
	switch {
	case protocol.GetAppStateSyncKeyRequest() != nil:
		p.shareKey(from)
	case request.GetPeerDataOperationRequestType() == waE2E.PeerDataOperationRequestType_PLACEHOLDER_MESSAGE_RESEND && request != nil:
		p.resendPlaceholders(from, id, request)
	case request.GetHistorySyncOnDemandRequest() != nil:
		p.sendOlder(from, id, request.GetHistorySyncOnDemandRequest())
	case protocol != nil:
		p.account.net.unhandled.add("peer " + protocol.GetType().String())
	}
}

// resendPlaceholders gives a companion the messages that it could not read, as
// far as the phone has them.
func (p *Phone) resendPlaceholders(to *Device, id string, request *waE2E.PeerDataOperationRequestMessage) {
	type result = waE2E.PeerDataOperationRequestResponseMessage_PeerDataOperationResult
	var results []*result
	for _, want := range request.GetPlaceholderMessageResendRequest() {
		key := want.GetMessageKey()
		r := p.roomAt(parseJID(key.GetRemoteJID()))
		if r.none() {
			continue
		}
		m, original, ok := p.book.Get(r.key(), key.GetID())
		if !ok || original == nil {
			continue
		}
		raw, err := proto.Marshal(p.webMessage(r, m, original))
		if err != nil {
			continue
		}
		results = append(results, &result{PlaceholderMessageResendResponse: &waE2E.PeerDataOperationRequestResponseMessage_PeerDataOperationResult_PlaceholderMessageResendResponse{WebMessageInfoBytes: raw}})
	}
	p.sendPeer(to, &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE.Enum(),
		PeerDataOperationRequestResponseMessage: &waE2E.PeerDataOperationRequestResponseMessage{
			PeerDataOperationRequestType: waE2E.PeerDataOperationRequestType_PLACEHOLDER_MESSAGE_RESEND.Enum(),
			StanzaID:                     &id, PeerDataOperationResult: results,
		},
	})
}

// webMessage is a message as history has it.
func (p *Phone) webMessage(r room, m Message, original *waE2E.Message) *waWeb.WebMessageInfo {
	author := p.author(r, m)
	key := &waCommon.MessageKey{FromMe: &m.FromMe, ID: &m.ID}
	if r.group != nil {
		key.RemoteJID, key.Participant = proto.String(r.key()), proto.String(author.hidden().String())
	} else {
		key.RemoteJID = proto.String(r.peer.hidden().String())
	}
	out := &waWeb.WebMessageInfo{
		Key:     key,
		Message: original, MessageTimestamp: proto.Uint64(uint64(m.At.Unix())),
	}
	if !m.FromMe {
		out.PushName = proto.String(author.pushName())
	}
	return out
}

// sendOlder sends the messages of a chat from before one, the newest first.
func (p *Phone) sendOlder(to *Device, id string, request *waE2E.PeerDataOperationRequestMessage_HistorySyncOnDemandRequest) {
	peer := p.account.net.account(parseJID(request.GetChatJID()))
	if peer == nil {
		return
	}
	all := p.book.Messages(peer.e164())
	end := slices.IndexFunc(all, func(m Message) bool { return m.ID == request.GetOldestMsgID() })
	if end < 0 {
		end = len(all)
	}
	conversation := &waHistorySync.Conversation{ID: proto.String(peer.hidden().String())}
	for _, m := range slices.Backward(all[max(0, end-int(request.GetOnDemandMsgCount())):end]) {
		if _, original, ok := p.book.Get(peer.e164(), m.ID); ok && original != nil {
			conversation.Messages = append(conversation.Messages, &waHistorySync.HistorySyncMsg{Message: p.webMessage(room{peer: peer}, m, original)})
		}
	}
	p.sendHistory(to, &waHistorySync.HistorySync{
		SyncType: waHistorySync.HistorySync_ON_DEMAND.Enum(), ChunkOrder: proto.Uint32(1), Progress: proto.Uint32(100),
		Conversations: []*waHistorySync.Conversation{conversation},
	}, id)
}
