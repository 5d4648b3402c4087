// scratch

export type AskState = 'sending' | 'waiting' | 'answered' | 'no_answer' | 'cancelled' | 'failed';
export type OutcomeKind = 'button' | 'other' | 'no_answer' | 'cancelled' | 'error';
export type Code = 'parse_error' | 'invalid_rpc' | 'method_not_found' | 'invalid_request' | 'too_large' | 'unauthorized' | 'forbidden' | 'line_not_found' | 'line_exists' | 'line_not_linked' | 'line_logged_out' | 'line_replaced' | 'line_banned' | 'link_failed' | 'invalid_phone' | 'not_on_whatsapp' | 'message_not_found' | 'ask_not_found' | 'token_not_found' | 'idempotency_conflict' | 'whatsapp_unreachable' | 'whatsapp_refused' | 'send_unknown' | 'rate_limited' | 'needs_websocket' | 'shutting_down' | 'internal';
export type EventKind = 'message.incoming' | 'message.status' | 'line.state';
export type ContentKind = 'text' | 'button' | 'unsupported';
export type DeliveryKind = 'ask.outcome';
export type LineID = string;
export type Key = string;
export type MessageID = string;
export type DeliveryID = string;
export type EventID = string;
export type HostID = string;
export type TokenID = string;
export type Lang = 'en' | 'ru';
export type LineState = 'unlinked' | 'linking' | 'connecting' | 'connected' | 'reconnecting' | 'replaced' | 'logged_out' | 'banned';
export type LinkState = 'waiting' | 'code' | 'scanned' | 'passkey' | 'linked' | 'expired' | 'failed';
export type Rendering = 'auto' | 'native' | 'numbered';
export type MessageStatus = 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'unknown';
export type YesNo = 'Y' | 'N';
export type Scope = 'admin' | 'line' | 'read';
export type Method = string;
export interface Reply {
  host: HostID;
  node?: string;
}
export interface AskRequest {
  line: LineID;
  id: Key;
  chat: string;
  header?: string;
  body: string;
  footer?: string;
  buttons: Button[];
  rendering?: Rendering;
  deadlineSeconds?: number;
  reply?: Reply;
  context?: unknown;
}
export interface Answer {
  text: string;
  index: number;
  id: string;
  raw: string;
  from: Address;
  messageId: MessageID;
  at: string;
}
export interface Outcome {
  kind: OutcomeKind;
  answer?: Answer;
  reason?: string;
  error?: Error;
  at: string;
}
export interface Ask extends Stamp {
  id: Key;
  line: LineID;
  chat: Address;
  state: AskState;
  messageId: MessageID;
  status: MessageStatus;
  rendering: Rendering;
  reason?: string;
  buttons: Button[];
  createdAt: string;
  deadline: string;
  reply?: Reply;
  outcome?: Outcome;
}
export interface AskGetRequest {
  line: LineID;
  id: Key;
}
export interface AskListRequest {
  line: LineID;
  state?: AskState;
  node?: string;
  count?: number;
  before?: string;
}
export interface AskListResult extends Stamp {
  asks: Ask[];
  next?: string;
}
export interface AskCancelRequest {
  line: LineID;
  id: Key;
  reason?: string;
}
export interface Issue {
  field: string;
  label: string;
  rule: string;
  limit?: number;
  actual?: number;
  message: string;
}
export interface Error {
  code: Code;
  message: string;
  hint?: string;
  field?: string;
  issues?: Issue[];
  server?: number;
  retry?: boolean;
}
export interface IncomingMessage {
  id: MessageID;
  chat: Address;
  from: Address;
  fromMe?: boolean;
  kind: ContentKind;
  text?: string;
  buttonId?: string;
  quotedId?: MessageID;
  at: string;
  ask?: Key;
  late?: boolean;
}
export interface MessageStatusChange {
  key: Key;
  messageId: MessageID;
  chat: Address;
  status: MessageStatus;
  error?: Error;
}
export interface Event extends Stamp {
  id: EventID;
  cursor: number;
  line: LineID;
  kind: EventKind;
  at: string;
  message?: IncomingMessage;
  status?: MessageStatusChange;
  state?: Line;
}
export interface EventListRequest {
  line: LineID;
  after?: number;
  count?: number;
}
export interface EventListResult extends Stamp {
  events: Event[];
  cursor: number;
}
export interface EventSubscribeRequest {
  line: LineID;
  after?: number;
}
export interface EventSubscribeResult extends Stamp {
  cursor: number;
}
export interface Delivery extends Stamp {
  id: DeliveryID;
  kind: DeliveryKind;
  line: LineID;
  host: HostID;
  node?: string;
  attempt: number;
  ask: Ask;
  context?: unknown;
  at: string;
}
export interface HostAttachRequest {
  line: LineID;
  host: HostID;
}
export interface HostAttachResult extends Stamp {
  open: number;
}
export interface DeliveryAckRequest {
  line: LineID;
  host: HostID;
  ids: DeliveryID[];
}
export interface DeliveryAckResult extends Stamp {
  acked: number;
}
export interface DeliveryListRequest {
  line: LineID;
  host: HostID;
  node?: string;
  count?: number;
}
export interface DeliveryListResult extends Stamp {
  deliveries: Delivery[];
}
export interface Line extends Stamp {
  id: LineID;
  name: string;
  state: LineState;
  phone?: string;
  lid?: string;
  region?: string;
  detail?: string;
  since: string;
  createdAt: string;
  waiting: number;
  queued: number;
}
export interface LineCreateRequest {
  id?: LineID;
  name: string;
  region?: string;
}
export interface LineListRequest {}
export interface LineRequest {
  line: LineID;
}
export interface LineListResult extends Stamp {
  lines: Line[];
}
export interface LineLinkRequest {
  line: LineID;
  restart?: boolean;
  since?: number;
  waitMs?: number;
}
export interface LineLinkResult extends Stamp {
  line: LineID;
  seq: number;
  state: LinkState;
  qr?: string;
  qrImage?: string;
  expiresAt?: string;
  secondsLeft?: number;
  phone?: string;
  token?: string;
  detail?: string;
  error?: Error;
}
export interface Address {
  phone?: string;
  lid?: string;
  jid?: string;
}
export interface Stamp {
  sandbox: boolean;
}
export interface Button {
  id?: string;
  text: string;
}
export interface SendTextRequest {
  line: LineID;
  key: Key;
  chat: string;
  text: string;
}
export interface SendButtonsRequest {
  line: LineID;
  key: Key;
  chat: string;
  header?: string;
  body: string;
  footer?: string;
  buttons: Button[];
  rendering?: Rendering;
}
export interface SendResult extends Stamp {
  line: LineID;
  key: Key;
  messageId: MessageID;
  chat: Address;
  status: MessageStatus;
  rendering?: Rendering;
  reason?: string;
  timestamp: string;
  error?: Error;
}
export interface MessageGetRequest {
  line: LineID;
  key: Key;
}
export interface NumberCheckRequest {
  line: LineID;
  phone: string;
}
export interface NumberCheckResult extends Stamp {
  exists: YesNo;
  chat: Address;
  asked: string;
  checkedAt: string;
}
export interface TokenInfo extends Stamp {
  id: TokenID;
  name: string;
  scope: Scope;
  line?: LineID;
  createdAt: string;
}
export interface TokenCreateRequest {
  name: string;
  scope: Scope;
  line?: LineID;
}
export interface TokenCreateResult extends Stamp {
  token: string;
  info: TokenInfo;
}
export interface TokenListResult extends Stamp {
  tokens: TokenInfo[];
}
export interface TokenRevokeRequest {
  id: TokenID;
}
