import type { VirtualTerminalSnapshot } from './virtual-terminal.ts'

export interface Keyframe {
  /** The segment that begins with this state. */
  readonly segment: number
  readonly snapshot: VirtualTerminalSnapshot
}

/** Of all keyframes, in bytes. */
const maxBytes = 64 * 1024 * 1024

/** The state of the terminal at the start of segments. With more than fits, every second one is dropped. */
export class Keyframes {
  readonly #maxBytes: number
  #frames: Keyframe[] = []
  #bytes = 0
  /** Keeps the frames of segments that are a multiple of this. */
  #every = 1

  constructor(limit = maxBytes) {
    this.#maxBytes = limit
  }

  get size(): number {
    return this.#frames.length
  }

  /** Whether a keyframe of this segment would be kept. */
  wants(segment: number): boolean {
    return segment % this.#every === 0
  }

  add(frame: Keyframe): void {
    this.#frames.push(frame)
    this.#bytes += frame.snapshot.bytes
    while (this.#bytes > this.#maxBytes && this.#frames.length > 1) {
      this.#every *= 2
      this.#frames = this.#frames.filter(({ segment }) => segment % this.#every === 0)
      this.#bytes = this.#frames.reduce((sum, { snapshot }) => sum + snapshot.bytes, 0)
    }
  }

  /** The last keyframe at a segment or before it; null for the start of the recording. */
  before(segment: number): Keyframe | null {
    return this.#frames.findLast((frame) => frame.segment <= segment) ?? null
  }
}
