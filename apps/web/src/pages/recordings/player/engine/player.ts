import { advance } from './advance.ts'
import type { Keyframes } from './keyframes.ts'
import type { CastEnd, Marker } from './load-recording.ts'
import type { RecordingEvents } from './recording-events.ts'
import { createTimeSlices, piecesOf, type YieldToPage } from './time-slices.ts'
import type { TimedEvent } from './timed-event.ts'
import { type Screen, type TerminalSize, VirtualTerminal } from './virtual-terminal.ts'

export const speeds: readonly number[] = [0.5, 1, 2, 4, 8, 16]

export interface PlayerState {
  /** Null until the header arrived. */
  readonly screen: Screen | null
  /** Milliseconds. */
  readonly position: number
  /** Milliseconds that are loaded. */
  readonly duration: number
  readonly isPlaying: boolean
  /** The target of an unfinished seek, in milliseconds; null without a seek. */
  readonly seekingTo: number | null
  /** Whether the player shows the newest output as it arrives. */
  readonly isFollowing: boolean
  readonly speed: number
  readonly skipsIdle: boolean
  readonly markers: readonly Marker[]
  readonly isLoaded: boolean
  readonly end: CastEnd | null
}

export interface PlayerOptions {
  readonly recordingEvents: RecordingEvents
  readonly keyframes: Keyframes
  readonly yieldToPage: YieldToPage
  /** Resolves with the time of the next frame, in milliseconds. */
  readonly frame: () => Promise<number>
  /** Where to begin, in milliseconds. */
  readonly startAt: number
  /** Whether the player begins with the newest output instead of `startAt`. */
  readonly follows: boolean
}

const maxMarkers = 1_000
/** Milliseconds. A longer time since the previous frame, such as in a hidden page, counts as this time. */
const maxElapsed = 250

/** One loop applies all events, so a seek and playing never change the terminal at the same time. */
export class Player {
  readonly #options: PlayerOptions
  readonly #listeners = new Set<() => void>()
  #terminal: VirtualTerminal | null = null
  #state: PlayerState
  /** The next event to apply: the number of its segment, and its index in that segment. */
  #segment = 0
  #index = 0
  #events: readonly TimedEvent[] | null = null
  /** The time of the last applied event, or of the last seek. */
  #pauseFrom = 0
  #isClosed = false
  #wake: () => void = () => {}

  constructor(options: PlayerOptions) {
    this.#options = options
    this.#state = {
      screen: null,
      position: 0,
      duration: 0,
      isPlaying: !options.follows,
      seekingTo: options.startAt > 0 ? options.startAt : null,
      isFollowing: options.follows,
      speed: 1,
      skipsIdle: true,
      markers: [],
      isLoaded: false,
      end: null,
    }
  }

  get state(): PlayerState {
    return this.#state
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onHeader(size: TerminalSize): void {
    this.#terminal = new VirtualTerminal(size)
    this.#change({ screen: this.#terminal.screen() })
  }

  onMarker(marker: Marker): void {
    const { markers } = this.#state
    if (markers.length < maxMarkers) this.#change({ markers: [...markers, marker] })
  }

  onProgress(): void {
    this.#change({ duration: this.#options.recordingEvents.duration })
  }

  onLoaded(end: CastEnd | null): void {
    this.#change({ isLoaded: true, end, isFollowing: false, duration: this.#options.recordingEvents.duration })
  }

  play(): void {
    const { position, duration, isLoaded } = this.#state
    const isAtEnd = isLoaded && position >= duration
    this.#change({ isPlaying: true, ...(isAtEnd && { seekingTo: 0 }) })
  }

  stop(): void {
    this.#change({ isPlaying: false, isFollowing: false })
  }

  toggle(): void {
    if (this.#state.isPlaying || this.#state.isFollowing) this.stop()
    else this.play()
  }

  /** @param time in milliseconds; can be a time that is not loaded yet */
  seek(time: number): void {
    const { isLoaded, duration, isFollowing, isPlaying } = this.#state
    const latest = isLoaded ? duration : Number.POSITIVE_INFINITY
    this.#change({
      seekingTo: Math.max(0, Math.min(time, latest)),
      isPlaying: isPlaying || isFollowing,
      isFollowing: false,
    })
  }

  seekBy(difference: number): void {
    const { seekingTo, position, isFollowing, duration, isLoaded } = this.#state
    if (isFollowing && difference > 0) return
    const target = (seekingTo ?? position) + difference
    this.seek(isLoaded ? target : Math.min(target, duration))
  }

  follow(): void {
    if (!this.#state.isLoaded) this.#change({ isFollowing: true, isPlaying: false, seekingTo: null })
  }

  setSpeed(speed: number): void {
    this.#change({ speed })
  }

  /** @param step 1: the next higher speed; -1: the next lower speed */
  changeSpeed(step: 1 | -1): void {
    const index = speeds.indexOf(this.#state.speed)
    this.setSpeed(speeds[Math.min(Math.max(index + step, 0), speeds.length - 1)] ?? 1)
  }

  toggleIdle(): void {
    this.#change({ skipsIdle: !this.#state.skipsIdle })
  }

  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  async run(): Promise<void> {
    let last: number | null = null
    while (!this.#isClosed) {
      if (!this.#hasWork()) {
        last = null
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      const now = await this.#options.frame()
      if (this.#isClosed) return
      await this.#step(last === null ? 0 : Math.min(now - last, maxElapsed))
      last = now
    }
  }

  #hasWork(): boolean {
    const { isPlaying, isFollowing, seekingTo, position, duration, isLoaded } = this.#state
    if (this.#terminal === null) return false
    if (seekingTo !== null) return isLoaded || seekingTo <= duration
    if (isFollowing) return position < duration || this.#hasUnread()
    return isPlaying && (position < duration || isLoaded)
  }

  /** Whether events at the current position arrived after the screen was drawn. */
  #hasUnread(): boolean {
    return this.#segment < this.#options.recordingEvents.segments - 1 || (this.#events?.length ?? 1) > this.#index
  }

  async #step(elapsed: number): Promise<void> {
    const { seekingTo, isFollowing, isPlaying, duration, isLoaded, position } = this.#state
    const terminal = this.#terminal
    if (terminal === null) return
    if (seekingTo !== null) {
      const target = Math.min(seekingTo, duration)
      this.#restoreBefore(target, terminal)
      if (!(await this.#applyUntil(target, terminal))) return
      this.#pauseFrom = target
      this.#show(target, terminal, { seekingTo: null })
    } else if (isFollowing) {
      if (await this.#applyUntil(duration, terminal)) this.#show(duration, terminal)
    } else if (isPlaying) {
      const target = Math.min(this.#nextPosition(elapsed), duration)
      if (!(await this.#applyUntil(target, terminal))) return
      const isOver = isLoaded && target >= duration
      this.#show(Math.max(target, position), terminal, isOver ? { isPlaying: false } : {})
    }
  }

  #nextPosition(elapsed: number): number {
    const { position, speed, skipsIdle } = this.#state
    const next = this.#events?.[this.#index]?.at ?? this.#options.recordingEvents.startOf(this.#segment + 1)
    const pause = skipsIdle && next !== null ? { from: this.#pauseFrom, to: next } : null
    return advance(position, elapsed, { speed, pause })
  }

  /** Sets the terminal to the nearest known state before a time: the current one, a keyframe, or the start. */
  #restoreBefore(time: number, terminal: VirtualTerminal): void {
    const { recordingEvents, keyframes } = this.#options
    const keyframe = keyframes.lastUpTo(recordingEvents.segmentAt(time))
    const canContinue = time >= this.#state.position && this.#segment >= (keyframe?.segment ?? 0)
    if (canContinue) return
    if (keyframe === null) terminal.reset()
    else keyframe.snapshot.restore(terminal)
    this.#segment = keyframe?.segment ?? 0
    this.#index = 0
    this.#events = null
  }

  /** @returns false if another seek or `close` interrupted the work */
  async #applyUntil(time: number, terminal: VirtualTerminal): Promise<boolean> {
    const { recordingEvents, yieldToPage } = this.#options
    const { seekingTo } = this.#state
    const endStep = createTimeSlices(yieldToPage)
    for (;;) {
      this.#events ??= await recordingEvents.read(this.#segment)
      for (let event = this.#events[this.#index]; event !== undefined; event = this.#events[this.#index]) {
        if (event.at > time) return true
        for (const piece of piecesOf(event)) {
          terminal.apply(piece)
          await endStep()
        }
        this.#index++
        this.#pauseFrom = event.at
        if (this.#isClosed) return false
        if (this.#state.seekingTo !== seekingTo) {
          this.#change({ position: event.at })
          return false
        }
      }
      if (this.#segment >= recordingEvents.segments - 1) return true
      this.#segment++
      this.#index = 0
      this.#events = null
    }
  }

  #show(position: number, terminal: VirtualTerminal, change: Partial<PlayerState> = {}): void {
    this.#change({ position, screen: terminal.screen(), ...change })
  }

  #change(change: Partial<PlayerState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
    this.#wake()
  }
}
