import type { Duplex } from 'node:stream'
import { Direction } from './direction.ts'
import { closeCodes } from './frames.ts'
import type { TokenVeil } from './token-veil.ts'
import type { Relay, RelayEnd, RelayTap } from './types.ts'

export interface RelayOptions {
  /** The caller's connection, after the 101. */
  readonly client: Duplex
  /** What the caller sent right behind its handshake. */
  readonly clientHead: Buffer
  readonly rack: Duplex
  readonly rackHead: Buffer
  readonly tap?: RelayTap
  /** Covers the rack's token in what the caller gets. */
  readonly veil?: TokenVeil | null
  /** Milliseconds, monotonic. */
  readonly clock: { now(): number }
  /** Told of the bytes of each read, either way. */
  readonly passed?: (bytes: number) => void
  /** Milliseconds between the last word and the cut: for the farewell to get out, and a frame that is on its way to end. */
  readonly farewellTime?: number
  /** Milliseconds that the other side has to hang up too, after it has taken all that it was sent. */
  readonly hangUpTime?: number
}

/** Joins two upgraded websocket connections. Frames pass as they are (see FrameTracker). While nothing ends it holds no timer and no bytes. */
export function relay(options: RelayOptions): Relay {
  const { client, rack, tap = null, clock, passed } = options
  const { farewellTime = 500, hangUpTime = 5_000 } = options
  const startedAt = clock.now()
  const inward = new Direction('client', client, rack, tap)
  const outward = new Direction('server', rack, client, tap, options.veil ?? null)
  let why: Pick<RelayEnd, 'by' | 'reason' | 'code'> | null = null
  let cut: NodeJS.Timeout | undefined
  let leaving = false
  let open = 2
  let resolveEnded: (end: RelayEnd) => void = () => {}
  const ended = new Promise<RelayEnd>((resolve) => {
    resolveEnded = resolve
  })

  function cutAfter(milliseconds: number): void {
    if (open === 0) return
    cut ??= setTimeout(() => {
      client.destroy()
      rack.destroy()
    }, milliseconds)
  }

  function farewell(by: RelayEnd['by'], reason: string, code: number, text: string | null): void {
    if (leaving) return
    leaving = true
    why ??= { by, reason, code }
    clearTimeout(cut)
    cut = undefined
    cutAfter(farewellTime)
    inward.end({ code, reason, text: null })
    inward.stop()
    outward.end({ code, reason, text })
  }

  function hangUp(sink: Duplex): void {
    outward.flush()
    sink.end(() => cutAfter(hangUpTime))
  }

  function read(by: 'client' | 'rack', direction: Direction, chunk: Buffer): void {
    const violation = direction.read(chunk)
    passed?.(chunk.length)
    if (violation !== null) {
      farewell(by, `protocol error: ${violation}`, closeCodes.protocolError, null)
      direction.stop()
    } else if (direction.tracker.closeCode !== null) {
      why ??= { by, reason: 'closed', code: direction.tracker.closeCode }
      // a rack leaves its end open after the closing handshake
      if (inward.tracker.closeCode !== null && outward.tracker.closeCode !== null) {
        hangUp(client)
        hangUp(rack)
      }
    }
  }

  function onClosed(by: 'client' | 'rack'): void {
    why ??= { by, reason: 'the connection was cut', code: null }
    open -= 1
    if (open === 0) {
      clearTimeout(cut)
      const durationMs = Math.round(clock.now() - startedAt)
      resolveEnded({ ...why, bytesIn: inward.received, bytesOut: outward.received, durationMs })
    } else if (by === 'client') {
      outward.stop()
      rack.end()
      cutAfter(hangUpTime)
    } else {
      inward.stop()
      hangUp(client)
    }
  }

  function join(by: 'client' | 'rack', direction: Direction, source: Duplex, sink: Duplex): void {
    source.on('data', (chunk: Buffer) => read(by, direction, chunk))
    source.on('end', () => {
      why ??= { by, reason: 'hung up', code: null }
      hangUp(sink)
    })
    source.on('error', () => {
      why ??= { by, reason: 'the connection broke', code: null }
    })
    if (source.closed) queueMicrotask(() => onClosed(by))
    else source.on('close', () => onClosed(by))
  }

  join('client', inward, client, rack)
  join('rack', outward, rack, client)
  if (options.rackHead.length > 0) read('rack', outward, options.rackHead)
  if (options.clientHead.length > 0) read('client', inward, options.clientHead)

  return {
    ended,
    end: (reason, { text, code }) => farewell('gateway', reason, code, text ?? null),
    hold() {
      inward.hold()
      outward.hold()
    },
    release() {
      inward.release()
      outward.release()
    },
    ping() {
      inward.ping()
      outward.ping()
    },
  }
}
