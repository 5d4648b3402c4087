/** What a websocket tells the connection. */
export interface SocketEvents {
  open(): void;
  message(text: string): void;
  /** Anything came from the other side, an answer to a ping included. */
  alive(): void;
  /** Said once, after which nothing else is. `status` is the HTTP status of a refused handshake. */
  close(end: { code: number; reason: string; status?: number }): void;
}

/** One websocket. */
export interface Socket {
  send(text: string): void;
  /** Asks for a sign of life. */
  ping(): void;
  /** Ends it; close is told even if the other side never answers. */
  close(): void;
}

/**
 * Opens a websocket with a bearer token. The core of the client knows no
 * websocket library: a host passes the one that suits it.
 */
export type OpenSocket = (url: string, token: string, events: SocketEvents) => Socket;
