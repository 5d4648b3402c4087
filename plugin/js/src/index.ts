/**
 * Runs validator.wasm, the rules of Nodeline's schema, in Node and in browsers.
 * The ABI is described in plugin/guest/main.go.
 */
import { wasi } from './wasi.js';

/** One field that a rule refuses, or warns of. */
export interface Issue {
  /** Path in the request: `buttons[1].text`; empty for the request itself. */
  field: string;
  /** The field's label in the language asked for. */
  label: string;
  rule: string;
  limit?: number;
  actual?: number;
  /** A sentence in the language asked for. */
  message: string;
}

/** What the rules say of a request. */
export interface Verdict {
  ok: boolean;
  /** Rules that refuse it. */
  issues: Issue[];
  /** What some phones may show cut; it does not refuse. */
  warnings: Issue[];
}

/** The rules. Calls do not wait; one takes some ten microseconds. */
export interface Validator {
  /** Judges the params of a method of the RPC, without its opaque fields. */
  judge(method: string, params: unknown, lang: 'en' | 'ru'): Verdict;
  /** The same for params as JSON text, or its bytes in UTF-8, right or wrong. */
  judgeText(method: string, params: string | Uint8Array, lang: 'en' | 'ru'): Verdict;
}

interface Guest {
  memory: WebAssembly.Memory;
  _initialize(): void;
  alloc(bytes: number): number;
  validate(bytes: number): bigint;
  oversize(bytes: number, ru: number): bigint;
  /** What is left of the running time (plugin/fuel), and what a call begins with. */
  fuel: WebAssembly.Global<'i32'>;
  fuel_limit: WebAssembly.Global<'i32'>;
}

/** schema.ValidatorMaxBytes: params over it are refused before they are handed over. */
const maxBytes = 64 << 10;

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Compiles the module and starts it.
 * @param source the bytes of validator.wasm, or the compiled module
 */
export async function loadValidator(source: ArrayBuffer | Uint8Array<ArrayBuffer> | WebAssembly.Module): Promise<Validator> {
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
  const first = socket();
  let running: Guest | undefined = first.plug(await WebAssembly.instantiate(module, first.imports));

  /** After a trap, also for want of fuel, an instance goes on answering, and wrongly: it is thrown away. */
  function guarded(call: (guest: Guest) => bigint): Verdict {
    const guest = (running ??= restart(module));
    try {
      guest.fuel.value = guest.fuel_limit.value;
      return read(guest, call(guest));
    } catch (error) {
      running = undefined;
      throw error;
    }
  }

  function judgeText(method: string, params: string | Uint8Array, lang: 'en' | 'ru'): Verdict {
    const encoder = new TextEncoder();
    const body = typeof params === 'string' ? encoder.encode(params) : params;
    if (body.length > maxBytes) return guarded((guest) => guest.oversize(body.length, lang === 'ru' ? 1 : 0));
    const head = encoder.encode(`{"method":${JSON.stringify(method)},"lang":"${lang === 'ru' ? 'ru' : 'en'}","params":`);
    const length = head.length + body.length + 1;
    return guarded((guest) => {
      const at = guest.alloc(length);
      if (at === 0) throw new RangeError('the method is too long');
      // The memory may have grown: its buffer is read anew each time.
      const input = new Uint8Array(guest.memory.buffer, at, length);
      input.set(head);
      input.set(body, head.length);
      input[length - 1] = 0x7d; // }
      return guest.validate(length);
    });
  }

  return {
    judgeText,
    judge: (method, params, lang) => judgeText(method, JSON.stringify(params ?? {}), lang),
  };
}

/** What an instance needs before it is there: imports that reach its memory. */
function socket() {
  let guest: Guest | undefined;
  return {
    imports: wasi(() => (guest as Guest).memory),
    plug(instance: WebAssembly.Instance): Guest {
      guest = instance.exports as unknown as Guest;
      if (!guest.fuel) throw new Error('validator.wasm may run without end: build it anew');
      guest._initialize();
      return guest;
    },
  };
}

function restart(module: WebAssembly.Module): Guest {
  const { imports, plug } = socket();
  return plug(new WebAssembly.Instance(module, imports));
}

/** Reads a verdict at address << 32 | length; an i64 arrives signed. */
function read(guest: Guest, packed: bigint): Verdict {
  const place = BigInt.asUintN(64, packed);
  const bytes = new Uint8Array(guest.memory.buffer, Number(place >> 32n), Number(place & 0xffffffffn));
  const verdict = JSON.parse(decoder.decode(bytes)) as Verdict;
  if (verdict.ok !== (verdict.issues.length === 0)) throw new Error('the verdict contradicts itself');
  return verdict;
}
