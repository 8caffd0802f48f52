import type { VirtualTerminalSnapshot } from './virtual-terminal.ts'

export interface Keyframe {
  /** The segment that begins with this state. */
  readonly segment: number
  readonly snapshot: VirtualTerminalSnapshot
}

/** The maximum size of all keyframes together, in bytes. */
const maxBytes = 64 * 1024 * 1024

/** The states of the terminal at the start of segments. With too many bytes, every second state is dropped. */
export class Keyframes {
  readonly #maxBytes: number
  #frames: Keyframe[] = []
  #bytes = 0
  /** Only frames of segments whose number is a multiple of this interval are kept. */
  #interval = 1

  constructor(limit = maxBytes) {
    this.#maxBytes = limit
  }

  get size(): number {
    return this.#frames.length
  }

  /** Whether a keyframe of this segment would be kept. */
  wants(segment: number): boolean {
    return segment % this.#interval === 0
  }

  add(frame: Keyframe): void {
    this.#frames.push(frame)
    this.#bytes += frame.snapshot.bytes
    while (this.#bytes > this.#maxBytes && this.#frames.length > 1) {
      this.#interval *= 2
      this.#frames = this.#frames.filter(({ segment }) => segment % this.#interval === 0)
      this.#bytes = this.#frames.reduce((sum, { snapshot }) => sum + snapshot.bytes, 0)
    }
  }

  /** The last keyframe at a segment or before it. Null: the terminal must start at the beginning of the recording. */
  lastUpTo(segment: number): Keyframe | null {
    return this.#frames.findLast((frame) => frame.segment <= segment) ?? null
  }
}
