// Events of a line, each handed over once, in order, from where a reader stood.
//
//   connection up -> which log is it? -> pages of event.list until caught up -> event.subscribe -> pushed
//                                                ^                                  |
//                                                \-- too many wait: unsubscribe <---/
//
// However long the log and however slow the reader, at most a page and a queue of
// events are held.
import { defaultPace, pause, type Pace } from './backoff.js';
import type { Connection } from './connection.js';
import type { ParamsOf, ResultOf } from './methods.js';
import type { Event, EventFilter, EventID, EventKind, LineID } from './schema.gen.js';

/** How far a reader has come in a line's log. */
export interface Place {
  /** The last event's; what is not picked counts too. */
  cursor: number;
  /** The event's id, where the place is that of one that was handed over: tells this log from another. */
  id?: EventID;
  /** When the last one that was handed over happened, RFC 3339; of a reader that began now, when it began. */
  at: string;
}

/** What a reader is to get. */
export interface Following {
  kinds?: EventKind[] | undefined;
  filter?: EventFilter | undefined;
  /** Where to go on. Undefined: with what comes from now on. */
  from: Place | undefined;
  /** Of what came while nobody listened: everything, nothing, or what is not older than so many milliseconds. */
  missed: 'all' | 'none' | number;
  /** `from` is where this very process stood a moment ago, so that nothing was missed. */
  unbroken?: boolean;
}

/** What a reader is told. */
export interface Reader {
  /**
   * Takes one event; the next one waits. False: it did not get through, and comes
   * again until the reader ends. What throws is told as trouble, and tried again later.
   * @param place where the reader stands once it is taken
   */
  take(event: Event, place: Place): Promise<boolean>;
  /** The reader stands elsewhere without an event: it began, or passed over some. */
  moved(place: Place): void;
  /** The sidecar refuses, or take threw; tried again by itself. Once until it works again. */
  trouble(error: unknown): void;
  /** Everything missed was handed over, and events come as they happen. */
  live?(): void;
}

/** Events of one page. */
const pageCount = 100;

/** Pushed events that may wait for a slow reader. */
const queueMax = 200;

/** Milliseconds before an event that did not get through is handed over again. */
const againMs = 50;

/** Thrown to leave a turn that is over. */
class Over extends Error {}

/** All readers of one line on one connection. */
export class EventFeeds {
  readonly #connection: Connection;
  readonly #line: LineID;
  readonly #pace: Pace;
  readonly #feeds = new Map<string, EventFeed>();
  #last = 0;

  constructor(connection: Connection, line: LineID, pace: Pace = defaultPace) {
    this.#connection = connection;
    this.#line = line;
    this.#pace = pace;
  }

  /** Begins to read; what ends it is done when no event is on its way any more. */
  follow(following: Following, reader: Reader): () => Promise<void> {
    const name = `f${++this.#last}`;
    const feed = new EventFeed(this.#connection, this.#line, name, following, reader, this.#pace);
    this.#feeds.set(name, feed);
    if (this.#connection.isOpen) feed.begin();
    return () => {
      this.#feeds.delete(name);
      return feed.end();
    };
  }

  /** Call it each time the connection is up. */
  up(): void {
    for (const feed of this.#feeds.values()) feed.begin();
  }

  /** Call it when the connection is lost. */
  down(): void {
    for (const feed of this.#feeds.values()) feed.pause();
  }

  /** Takes a pushed event; false where it is not of a reader. */
  receive(event: Event): boolean {
    const feed = this.#feeds.get(event.subscription ?? '');
    feed?.receive(event);
    return feed !== undefined;
  }
}

class EventFeed {
  readonly #connection: Connection;
  readonly #line: LineID;
  readonly #name: string;
  readonly #following: Following;
  readonly #reader: Reader;
  readonly #pace: Pace;
  #place: Place | undefined;
  #unbroken: boolean;
  /** Grows with each connection, and with its loss: what was begun before is over. */
  #turn = 0;
  #ended = false;
  #work: Promise<void> = Promise.resolve();
  #taking: Promise<unknown> = Promise.resolve();
  /** The cursor that the reader knows of. */
  #told = 0;
  #queue: Event[] = [];
  /** The turn whose pushed events are taken; 0: of none. */
  #hears = 0;
  #behind: Promise<unknown> | undefined;
  #wake: () => void = () => undefined;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #troubled = false;
  /** Of a log that took the place of the one known: events up to then were handed over, milliseconds. */
  #floor = -Infinity;
  /** What happened earlier is passed over, milliseconds. */
  #since = -Infinity;

  constructor(connection: Connection, line: LineID, name: string, following: Following, reader: Reader, pace: Pace) {
    this.#connection = connection;
    this.#line = line;
    this.#name = name;
    this.#following = following;
    this.#reader = reader;
    this.#pace = pace;
    this.#place = following.from;
    this.#told = following.from?.cursor ?? 0;
    this.#unbroken = following.unbroken === true && following.from !== undefined;
  }

  begin(): void {
    this.pause();
    const turn = this.#turn;
    // What is on its way of the turn before is handed over first.
    this.#work = this.#work.then(() => this.#run(turn));
  }

  pause(): void {
    clearTimeout(this.#retry);
    this.#turn++;
    this.#hears = 0;
    this.#wake();
  }

  async end(): Promise<void> {
    this.#ended = true;
    const open = this.#hears > 0;
    this.pause();
    this.#queue = [];
    if (open && this.#connection.isOpen) void this.#unsubscribe();
    await this.#taking;
  }

  receive(event: Event): void {
    if (this.#hears === 0 || this.#hears !== this.#turn || this.#behind) return;
    if (this.#queue.length >= queueMax) {
      this.#behind = this.#unsubscribe(); // the rest is read when the reader comes to it
    } else this.#queue.push(event);
    this.#wake();
  }

  async #run(turn: number): Promise<void> {
    try {
      this.#over(turn);
      const { missed } = this.#following;
      const whole = this.#unbroken;
      this.#since = typeof missed === 'number' && !whole ? Date.now() - missed : -Infinity;
      if (!this.#place || (missed === 'none' && !whole)) {
        await this.#listen(turn, -1);
      } else {
        await this.#recognize(turn, this.#place);
      }
      for (;;) {
        await this.#catchUp(turn);
        await this.#listen(turn, this.#at.cursor);
      }
    } catch (error) {
      if (error instanceof Over || this.#ended || turn !== this.#turn) return;
      if (!this.#connection.isOpen) return; // the next connection begins anew
      if (!this.#troubled) this.#reader.trouble(error);
      this.#troubled = true;
      const open = this.#hears > 0;
      this.#hears = 0;
      // What it still pushes could overtake the next one's pages.
      if (open) await this.#unsubscribe();
      if (this.#ended || turn !== this.#turn) return;
      this.#retry = setTimeout(() => this.begin(), pause(this.#tries++, this.#pace));
    }
  }

  get #at(): Place {
    return this.#place ?? { cursor: 0, at: new Date(0).toISOString() };
  }

  #over(turn: number): void {
    if (this.#ended || turn !== this.#turn) throw new Over();
  }

  async #call<M extends 'event.list' | 'event.subscribe'>(turn: number, method: M, params: Omit<ParamsOf<M>, 'line'>): Promise<ResultOf<M>> {
    const result = await this.#connection.call(method, { line: this.#line, ...params } as ParamsOf<M>, { resume: false });
    this.#over(turn);
    return result;
  }

  #unsubscribe(): Promise<unknown> {
    return this.#connection.call('event.unsubscribe', { line: this.#line, subscription: this.#name }, { resume: false }).catch(() => undefined);
  }

  get #picks(): { kinds?: EventKind[]; filter?: EventFilter } {
    const { kinds, filter } = this.#following;
    return { ...(kinds ? { kinds } : {}), ...(filter ? { filter } : {}) };
  }

  /** Finds out whether the log is the one that the place is of. */
  async #recognize(turn: number, place: Place): Promise<void> {
    if (place.cursor < 1) return;
    const { events: [first] } = await this.#call(turn, 'event.list', { after: place.cursor - 1, count: 1 });
    if (first && (first.cursor < place.cursor || (first.cursor === place.cursor && place.id && first.id !== place.id))) this.#anotherLog();
  }

  /**
   * The line was made again, or the sidecar's store restored: this log is read from
   * its start, without what happened before the last event that was handed over.
   */
  #anotherLog(): void {
    const { at } = this.#at;
    this.#floor = Math.max(this.#floor, Date.parse(at));
    this.#move({ cursor: 0, at });
  }

  async #catchUp(turn: number): Promise<void> {
    for (;;) {
      const { cursor: after } = this.#at;
      const page = await this.#call(turn, 'event.list', { after, count: pageCount, ...this.#picks });
      if (page.cursor < after || (page.events[0] && page.events[0].cursor <= after)) this.#anotherLog();
      for (const event of page.events) {
        await this.#hand(event);
        this.#over(turn);
      }
      if (page.cursor > this.#at.cursor) this.#place = { cursor: page.cursor, at: this.#at.at };
      if (this.#at.cursor > this.#told) this.#move(this.#at);
      if (page.events.length === 0 && page.cursor === after) return;
    }
  }

  /** Hands over what is pushed, until it is more than may wait; -1: from now on. */
  async #listen(turn: number, after: number): Promise<void> {
    this.#queue = [];
    this.#behind = undefined;
    this.#hears = turn;
    const { cursor } = await this.#call(turn, 'event.subscribe', { subscription: this.#name, after, ...this.#picks });
    if (after < 0) this.#move({ cursor, at: new Date().toISOString() });
    else if (cursor < after) {
      this.#anotherLog(); // made again since it was last read
      this.#hears = 0;
      return;
    }
    this.#tries = 0;
    this.#troubled = false;
    this.#unbroken = false;
    this.#reader.live?.();
    for (;;) {
      const event = this.#queue.shift();
      // Also when the connection is lost: it came.
      if (event) await this.#hand(event);
      else if (this.#behind) break;
      else {
        this.#over(turn);
        await new Promise<void>((resolve) => { this.#wake = resolve; });
      }
    }
    this.#hears = 0;
    await this.#behind;
    this.#over(turn);
  }

  #move(place: Place): void {
    this.#place = place;
    this.#told = place.cursor;
    this.#reader.moved(place);
  }

  async #hand(event: Event): Promise<void> {
    const { cursor, id, at } = event;
    if (cursor <= this.#at.cursor) return;
    const happened = Date.parse(at);
    if (happened <= this.#floor || happened < this.#since) {
      this.#place = { cursor, at: this.#at.at };
      return;
    }
    const place: Place = { cursor, id, at };
    for (;;) {
      if (this.#ended) throw new Over();
      const taking = this.#reader.take(event, place);
      this.#taking = taking.catch(() => {
        // Who could not take it has not missed it: the next try goes on here.
        this.#unbroken = this.#place !== undefined;
      });
      if (await taking) break;
      if (!this.#ended) await new Promise((resolve) => { setTimeout(resolve, againMs); });
    }
    this.#place = place;
    this.#told = cursor;
  }
}
