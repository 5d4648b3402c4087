// @ts-check
// A gate before the sidecar that sees what goes through: websockets, and calls by HTTP.
import { connect, createServer } from 'node:net';

/** @typedef {import('node:net').Socket} Socket */

/**
 * Opens a gate on a free port.
 * @param {() => string} sidecarUrl asked for at each connection
 */
export async function openGate(sidecarUrl) {
  let opened = 0;
  /** Websockets that are open. @type {Set<Socket>} */ const open = new Set();
  /** Connections with a call that has no answer yet. @type {Set<Socket>} */ const waiting = new Set();
  /** @type {Set<Socket>} */ const all = new Set();
  const server = createServer((inside) => {
    const outside = connect(Number(new URL(sidecarUrl()).port), '127.0.0.1');
    /** @param {Socket} socket @param {Socket} other */
    const watch = (socket, other) => {
      all.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => { other.destroy(); for (const set of [all, open, waiting]) set.delete(socket); });
    };
    watch(inside, outside);
    watch(outside, inside);
    inside.on('data', (chunk) => {
      const head = chunk.toString('latin1');
      if (head.startsWith('POST ')) waiting.add(inside);
      if (!/^GET .*^upgrade: websocket/ims.test(head)) return;
      open.add(inside);
      opened++;
    });
    outside.on('data', () => waiting.delete(inside));
    inside.pipe(outside).pipe(inside);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    /** Websockets open now. */
    open: () => open.size,
    /** Websockets opened so far. */
    opened: () => opened,
    /** Calls by HTTP that wait for their answer. */
    waiting: () => waiting.size,
    stop: () => { server.close(); for (const socket of all) socket.destroy(); },
  };
}
