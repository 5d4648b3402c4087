import { WebSocket, type RawData } from 'ws';
import type { OpenSocket } from './socket.js';

/** The largest message taken: a page of deliveries with their contexts. */
const messageMaxBytes = 32 << 20;

/** Opens a websocket by the ws package, for Node.js. */
export const openWs: OpenSocket = (url, token, events) => {
  const ws = new WebSocket(url, {
    headers: { authorization: `Bearer ${token}` },
    followRedirects: false,
    handshakeTimeout: 10_000,
    maxPayload: messageMaxBytes,
    perMessageDeflate: false,
  });
  let status: number | undefined;
  let trouble = '';
  ws.on('open', () => events.open());
  ws.on('message', (data: RawData, binary: boolean) => {
    events.alive();
    if (!binary) events.message(textOf(data));
  });
  ws.on('ping', () => events.alive());
  ws.on('pong', () => events.alive());
  ws.on('unexpected-response', (request, response) => {
    status = response.statusCode;
    response.resume();
    request.destroy();
    ws.terminate();
  });
  ws.on('error', (err) => { trouble = err.message; });
  ws.on('close', (code, reason) => {
    events.close({ code, reason: reason.toString() || trouble, ...(status === undefined ? {} : { status }) });
  });
  return {
    send: (text) => ws.send(text),
    ping: () => { if (ws.readyState === WebSocket.OPEN) ws.ping(); },
    close: () => {
      ws.close(1000);
      setTimeout(() => ws.terminate(), 1_000).unref();
    },
  };
};

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as ArrayBuffer).toString('utf8');
}
