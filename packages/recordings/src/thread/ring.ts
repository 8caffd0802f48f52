/** Bytes of an entry before its piece: length, session, kind, and the time as a double, from a border of eight bytes on. */
const entryHeader = 24
const alignment = 8
/** In the place of a length: the rest up to the end is empty, and the next entry is at the beginning. */
const skipped = 0xffff_ffff
/** Bytes for what both sides say to each other, before the entries. */
const controlBytes = 64
/** Bytes of a piece in one entry at most: a longer one takes several. */
export const longestPiece: number = 64 * 1024

/** Where each number of both sides stands. Positions only grow, and are taken modulo 2³². */
const control = { written: 0, read: 1, asleep: 2, wantsRoom: 3 } as const

export interface RingEntry {
  readonly session: number
  readonly kind: number
  /** Milliseconds, by the writer's clock. */
  readonly at: number
  /** A view, until the next entry is asked for. */
  readonly piece: Buffer
}

/**
 * @param size of all entries in bytes: a power of two, of four of the longest pieces at least
 * @param position where it begins, a multiple of eight: in a test, shortly before the positions begin anew
 */
export function createRing(size: number, position = 0): SharedArrayBuffer {
  if (size < 4 * longestPiece || (size & (size - 1)) !== 0) throw new Error('a ring has a power of two of bytes')
  const shared = new SharedArrayBuffer(controlBytes + size)
  const positions = new Int32Array(shared)
  for (const side of [control.written, control.read]) positions[side] = position
  return shared
}

class Ring {
  readonly size: number
  protected readonly control: Int32Array
  protected readonly words: Uint32Array
  protected readonly times: Float64Array
  protected readonly bytes: Buffer

  constructor(shared: SharedArrayBuffer) {
    this.size = shared.byteLength - controlBytes
    this.control = new Int32Array(shared, 0, controlBytes / Int32Array.BYTES_PER_ELEMENT)
    this.words = new Uint32Array(shared, controlBytes)
    this.times = new Float64Array(shared, controlBytes)
    this.bytes = Buffer.from(shared, controlBytes)
  }

  /** Bytes that are not read yet. */
  get waiting(): number {
    return (Atomics.load(this.control, control.written) - Atomics.load(this.control, control.read)) >>> 0
  }
}

/** The side that writes: one thread. It never waits; what has no room isn't written. */
export class RingWriter extends Ring {
  #written = Atomics.load(this.control, control.written) >>> 0
  /** What the other side had read when it was last asked. */
  #read = Atomics.load(this.control, control.read) >>> 0

  /** @param piece of `longestPiece` bytes at most @returns false where there is no room for it */
  write(session: number, kind: number, at: number, piece: Buffer): boolean {
    const needed = entryHeader + Math.ceil(piece.length / alignment) * alignment
    const position = this.#written & (this.size - 1)
    const rest = this.size - position
    const skip = rest < needed ? rest : 0
    if (!this.#hasRoom(skip + needed)) return false
    if (skip > 0) this.words[position >>> 2] = skipped
    const start = skip > 0 ? 0 : position
    this.words[start >>> 2] = piece.length
    this.words[(start >>> 2) + 1] = session
    this.words[(start >>> 2) + 2] = kind
    this.times[(start >>> 3) + 2] = at
    this.bytes.set(piece, start + entryHeader)
    this.#written = (this.#written + skip + needed) >>> 0
    Atomics.store(this.control, control.written, this.#written | 0)
    return true
  }

  /** @returns whether the other side sleeps, and has to be woken now: told once for each sleep */
  takeSleep(): boolean {
    return Atomics.compareExchange(this.control, control.asleep, 1, 0) === 1
  }

  get asleep(): boolean {
    return Atomics.load(this.control, control.asleep) === 1
  }

  /** From now on `takeWish` tells the other side so. What is waiting is to be looked at after this. */
  wishForRoom(): void {
    Atomics.store(this.control, control.wantsRoom, 1)
  }

  #hasRoom(needed: number): boolean {
    if (this.size - ((this.#written - this.#read) >>> 0) >= needed) return true
    this.#read = Atomics.load(this.control, control.read) >>> 0
    return this.size - ((this.#written - this.#read) >>> 0) >= needed
  }
}

/** The side that reads: one thread. */
export class RingReader extends Ring {
  #read = Atomics.load(this.control, control.read) >>> 0

  /** Reads one entry. @param use is given it, and keeps no reference to it @returns the bytes that it took; 0 where there is none */
  read(use: (entry: RingEntry) => void): number {
    if (Atomics.load(this.control, control.written) >>> 0 === this.#read) return 0
    let start = this.#read & (this.size - 1)
    if (this.words[start >>> 2] === skipped) {
      this.#read = (this.#read + this.size - start) >>> 0
      start = 0
    }
    const length = this.words[start >>> 2] ?? 0
    const taken = entryHeader + Math.ceil(length / alignment) * alignment
    try {
      use({
        session: this.words[(start >>> 2) + 1] ?? 0,
        kind: this.words[(start >>> 2) + 2] ?? 0,
        at: this.times[(start >>> 3) + 2] ?? 0,
        piece: this.bytes.subarray(start + entryHeader, start + entryHeader + length),
      })
    } finally {
      this.#read = (this.#read + taken) >>> 0
      Atomics.store(this.control, control.read, this.#read | 0)
    }
    return taken
  }

  /** Says that nothing is read until `wake`. @returns false where something came meanwhile */
  sleep(): boolean {
    Atomics.store(this.control, control.asleep, 1)
    if (this.waiting === 0) return true
    this.wake()
    return false
  }

  wake(): void {
    Atomics.store(this.control, control.asleep, 0)
  }

  /** @returns whether the writer waits for room: told once for each wish */
  takeWish(): boolean {
    return Atomics.compareExchange(this.control, control.wantsRoom, 1, 0) === 1
  }
}
