// Outcomes that a sidecar delivers to this host, each taken once.
//
//   connection up -> host.attach -> "delivery" -> the node's handler -> delivery.ack
//                                        \ no handler: left alone, it comes again
import type { Connection } from './connection.js';
import { defaultPace, pause, type Pace } from './backoff.js';
import type { NodelineError } from './errors.js';
import type { Delivery, DeliveryID, HostID, LineID } from './schema.gen.js';

/**
 * Takes one delivery. It is acknowledged after the handler returned; if it
 * returns false or throws, it comes again.
 */
export type Take = (delivery: Delivery) => boolean | void | Promise<boolean | void>;

/** How many taken deliveries are remembered: repeats come within minutes. */
const rememberMax = 10_000;

/** Deliveries asked for at once by a handler that came late; each may carry 256 KB. */
const page = 20;

/** Deliveries acknowledged in one call; schema.DeliveryAckRequest. */
const ackMax = 200;

/**
 * What was taken already. It outlives the feed, so that a delivery whose
 * acknowledgement was lost in a redeploy is not taken twice.
 */
export class Taken {
  readonly #ids = new Set<DeliveryID>();

  has(id: DeliveryID): boolean {
    return this.#ids.has(id);
  }

  add(id: DeliveryID): void {
    this.#ids.add(id);
    if (this.#ids.size <= rememberMax) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}

/** What a feed tells. */
export interface FeedEvents {
  /** Outcomes come from now on. Again after each reconnect. */
  attached?(): void;
  /** The sidecar refused to attach; tried again by itself. Once until it is attached. */
  refused?(error: NodelineError): void;
  /** A handler threw. The delivery comes again. */
  dropped?(delivery: Delivery, error: unknown): void;
}

/** The deliveries of one host on one line. */
export class HostFeed {
  readonly #connection: Connection;
  readonly #line: LineID;
  readonly #host: HostID;
  readonly #taken: Taken;
  readonly #events: FeedEvents;
  readonly #pace: Pace;
  readonly #handlers = new Map<string, Take>();
  readonly #running = new Set<DeliveryID>();
  readonly #acks = new Set<DeliveryID>();
  #flushing: Promise<void> | undefined;
  #attached = false;
  #complained = false;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection, address: { line: LineID; host: HostID }, taken: Taken, events: FeedEvents, pace: Pace = defaultPace) {
    this.#connection = connection;
    this.#line = address.line;
    this.#host = address.host;
    this.#taken = taken;
    this.#events = events;
    this.#pace = pace;
  }

  /** Whether outcomes come. */
  get isAttached(): boolean {
    return this.#attached;
  }

  /** Attaches; call it each time the connection is up. */
  attach(): void {
    clearTimeout(this.#retry);
    this.#connection.call('host.attach', { line: this.#line, host: this.#host }, { resume: false }).then(() => {
      this.#attached = true;
      this.#complained = false;
      this.#tries = 0;
      this.#events.attached?.();
    }, (error: NodelineError) => {
      if (!this.#connection.isOpen) return; // the next connection attaches
      if (!this.#complained) this.#events.refused?.(error);
      this.#complained = true;
      this.#retry = setTimeout(() => this.attach(), pause(this.#tries++, this.#pace));
    });
  }

  /** Call it when the connection is lost. */
  detach(): void {
    clearTimeout(this.#retry);
    this.#attached = false;
  }

  /**
   * Registers the handler of one node and returns what removes it. A handler
   * that comes after attaching asks again for what nobody took.
   */
  take(node: string, handler: Take): () => void {
    this.#handlers.set(node, handler);
    if (this.#attached) void this.#again(node);
    return () => {
      if (this.#handlers.get(node) === handler) this.#handlers.delete(node);
    };
  }

  /** Handles one pushed delivery. */
  receive(delivery: Delivery): void {
    void this.#handle(delivery);
  }

  async #handle(delivery: Delivery): Promise<void> {
    if (delivery.host !== this.#host || this.#running.has(delivery.id)) return;
    if (!this.#taken.has(delivery.id)) {
      const handler = this.#handlers.get(delivery.node ?? '');
      if (!handler) return;
      this.#running.add(delivery.id);
      try {
        if ((await handler(delivery)) === false) return;
      } catch (error) {
        this.#events.dropped?.(delivery, error);
        return;
      } finally {
        this.#running.delete(delivery.id);
      }
      this.#taken.add(delivery.id);
    }
    this.#acks.add(delivery.id);
    void this.#flush();
  }

  /** Acknowledges what was taken; outcomes that come together go in one call. */
  #flush(): Promise<void> {
    return this.#flushing ??= this.#acknowledge().finally(() => {
      this.#flushing = undefined;
      if (this.#acks.size > 0) void this.#flush();
    });
  }

  async #acknowledge(): Promise<void> {
    await Promise.resolve();
    try {
      while (this.#acks.size > 0) {
        const ids = [...this.#acks].slice(0, ackMax);
        for (const id of ids) this.#acks.delete(id);
        await this.#connection.call('delivery.ack', { line: this.#line, host: this.#host, ids });
      }
    } catch {
      // Not acknowledged, so it comes again, is known as taken, and is acknowledged then.
    }
  }

  async #again(node: string): Promise<void> {
    try {
      for (let open = page; open === page;) {
        const { deliveries } = await this.#connection.call('delivery.list', { line: this.#line, host: this.#host, node, count: page }, { resume: false });
        const fresh = deliveries.filter((delivery) => !this.#taken.has(delivery.id));
        await Promise.all(deliveries.map((delivery) => this.#handle(delivery)));
        await this.#flush(); // what is acknowledged is not listed again
        open = fresh.length === 0 ? 0 : deliveries.length;
      }
    } catch {
      // The sidecar pushes what is open again by itself, only later.
    }
  }
}
