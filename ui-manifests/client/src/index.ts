/**
 * The client of a Nodeline sidecar, shared by the host packages.
 *
 * `Connection` keeps one websocket up and carries calls over outages;
 * `HostFeed` takes delivered outcomes, each once; `EventFeeds` reads a line's events,
 * each once; `callHttp` makes single calls.
 * Every error is a `NodelineError`.
 */
export { needsConsent, readAddress, sameAddress, type Address } from './address.js';
export { defaultPace, pause, type Pace } from './backoff.js';
export { Connection, type CallOptions, type ConnectionEvents, type ConnectionOptions } from './connection.js';
export { fromWire, localError, NodelineError, type AnyCode, type ErrorDetails } from './errors.js';
export { EventFeeds, type Following, type Place, type Reader } from './events.js';
export { downloadFile, uploadFile, type FileToKeep } from './files.js';
export { HostFeed, Taken, type FeedEvents, type Take } from './host.js';
export { callHttp, type HttpTarget } from './http.js';
export type { ParamsOf, ResultOf } from './methods.js';
export { requestOf, type Read, type Source } from './request.js';
export type { OpenSocket, Socket, SocketEvents } from './socket.js';
export type { Control, FieldSpec, RequestSpec, Unit } from './spec.js';
export { langOf, sayLocal, type LocalCode } from './texts.js';
export { limits } from './schema.gen.js';
export type * from './schema.gen.js';
