/** Bytes of the header of an entry: length, session, kind, and the time as a double. */
const entryHeader = 24
const alignment = 8
/** Instead of a length: the rest of the ring is unused, and the next entry is at the beginning. */
const skipMarker = 0xffff_ffff
const controlBytes = 64
/** Longest piece in one entry, in bytes. A longer one takes several entries. */
export const maxPieceBytes: number = 64 * 1024

/** Indexes in the control block. Positions only grow, modulo 2³². */
const control = { written: 0, read: 1, asleep: 2, roomRequested: 3 } as const

export interface RingEntry {
  readonly session: number
  readonly kind: number
  /** Milliseconds by the writer's clock. */
  readonly at: number
  /** A view that is valid until the next read. */
  readonly piece: Buffer
}

/**
 * @param size of all entries in bytes: a power of two, and at least four times `maxPieceBytes`
 * @param position start position, a multiple of eight; tests start near the wrap-around
 */
export function createRing(size: number, position = 0): SharedArrayBuffer {
  if (size < 4 * maxPieceBytes || (size & (size - 1)) !== 0)
    throw new Error('The size of a ring must be a power of two, and at least four times the longest piece.')
  const shared = new SharedArrayBuffer(controlBytes + size)
  const positions = new Int32Array(shared)
  for (const index of [control.written, control.read]) positions[index] = position
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

  /** Unread bytes. */
  get waiting(): number {
    return (Atomics.load(this.control, control.written) - Atomics.load(this.control, control.read)) >>> 0
  }
}

/** The writing side, for one thread. Never waits: a write without room fails. */
export class RingWriter extends Ring {
  #written = Atomics.load(this.control, control.written) >>> 0
  /** The reader's position when it was last loaded. */
  #read = Atomics.load(this.control, control.read) >>> 0

  /**
   * @param piece at most `maxPieceBytes` long
   * @returns false without room
   */
  write(session: number, kind: number, at: number, piece: Buffer): boolean {
    const needed = entryHeader + Math.ceil(piece.length / alignment) * alignment
    const position = this.#written & (this.size - 1)
    const rest = this.size - position
    const skip = rest < needed ? rest : 0
    if (!this.#hasRoom(skip + needed)) return false
    if (skip > 0) this.words[position >>> 2] = skipMarker
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

  /** @returns whether the reader sleeps and must be woken; true once per sleep */
  takeSleepFlag(): boolean {
    return Atomics.compareExchange(this.control, control.asleep, 1, 0) === 1
  }

  get isReaderAsleep(): boolean {
    return Atomics.load(this.control, control.asleep) === 1
  }

  /** Check `waiting` afterwards: the reader may have made room just before. */
  requestRoom(): void {
    Atomics.store(this.control, control.roomRequested, 1)
  }

  #hasRoom(needed: number): boolean {
    if (this.size - ((this.#written - this.#read) >>> 0) >= needed) return true
    this.#read = Atomics.load(this.control, control.read) >>> 0
    return this.size - ((this.#written - this.#read) >>> 0) >= needed
  }
}

/** The reading side, for one thread. */
export class RingReader extends Ring {
  #read = Atomics.load(this.control, control.read) >>> 0

  /** `use` must not keep the entry. @returns the size of the entry in bytes, or 0 if there is none */
  read(use: (entry: RingEntry) => void): number {
    if (Atomics.load(this.control, control.written) >>> 0 === this.#read) return 0
    let start = this.#read & (this.size - 1)
    if (this.words[start >>> 2] === skipMarker) {
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

  /** Announces that nothing is read until `wake`. @returns false if an entry arrived meanwhile */
  sleep(): boolean {
    Atomics.store(this.control, control.asleep, 1)
    if (this.waiting === 0) return true
    this.wake()
    return false
  }

  wake(): void {
    Atomics.store(this.control, control.asleep, 0)
  }

  /** @returns whether the writer requested room; true once per request */
  takeRoomRequest(): boolean {
    return Atomics.compareExchange(this.control, control.roomRequested, 1, 0) === 1
  }
}
