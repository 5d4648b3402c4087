/** WASI's errno for what the module may not do. */
const notSupported = 58;

/** Thrown when the guest gives up: a Go panic ends in proc_exit. */
export class GuestExit extends Error {
  constructor(readonly status: number) {
    super(`the validator ended with status ${status}`);
    this.name = 'GuestExit';
  }
}

/**
 * The part of wasi_snapshot_preview1 that Go's runtime calls. The guest sees no
 * files, arguments or environment, and what it writes goes nowhere.
 * @param memory the instance's memory; its buffer changes when it grows
 */
export function wasi(memory: () => WebAssembly.Memory): WebAssembly.Imports {
  const view = () => new DataView(memory().buffer);
  const put = (at: number, value: number) => view().setUint32(at, value, true);
  const none = (count: number, bytes: number) => {
    put(count, 0);
    put(bytes, 0);
    return 0;
  };
  const known = {
    args_get: () => 0,
    args_sizes_get: none,
    environ_get: () => 0,
    environ_sizes_get: none,
    sched_yield: () => 0,
    clock_time_get(_clock: number, _precision: bigint, at: number) {
      view().setBigUint64(at, BigInt(Math.round(performance.now() * 1e6)), true);
      return 0;
    },
    random_get(at: number, length: number) {
      crypto.getRandomValues(new Uint8Array(memory().buffer as ArrayBuffer, at, length));
      return 0;
    },
    fd_write(_file: number, vectors: number, count: number, written: number) {
      let total = 0;
      for (let i = 0; i < count; i++) total += view().getUint32(vectors + 8 * i + 4, true);
      put(written, total);
      return 0;
    },
    poll_oneoff(_in: number, _out: number, _count: number, events: number) {
      put(events, 0); // every wait is over at once
      return 0;
    },
    proc_exit(status: number): never {
      throw new GuestExit(status);
    },
  };
  // A newer Go may ask for more than this: it is told no, rather than not loaded.
  const functions = new Proxy(known, { get: (all, name) => Reflect.get(all, name) ?? (() => notSupported) });
  return { wasi_snapshot_preview1: functions as unknown as WebAssembly.ModuleImports };
}
