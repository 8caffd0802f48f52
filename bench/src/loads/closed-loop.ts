import { connect } from 'node:net'
import type { Done } from './done.ts'

/** The messages that are repeated on a connection. */
export interface Exchange {
  /** Sent once and answered once before anything is measured; null where the first message can be sent at once. */
  readonly opening: Buffer | null
  /** Sent again as soon as its answer is complete. */
  readonly message: Buffer
  /** @returns takes the chunks of one connection and calls `onAnswer` for each complete answer; throws for a wrong one */
  createReader(onAnswer: () => void): (chunk: Buffer) => void
}

export interface ClosedLoopOptions {
  readonly url: string
  readonly exchange: Exchange
  readonly connections: number
  readonly milliseconds: number
}

/**
 * Closed-loop load over plain sockets, one message at a time on each connection.
 * A library would use more processor time than the rack on the same core, and measures only whole milliseconds.
 *
 * @throws if an answer is wrong or missing, or a connection ends, because the result would be meaningless
 */
export async function closedLoop({ url, exchange, connections, milliseconds }: ClosedLoopOptions): Promise<Done> {
  const lanes = Array.from({ length: connections }, () => createLane(url, exchange))
  try {
    await Promise.all(lanes.map(({ opened }) => opened))
    const started = performance.now()
    await Promise.all(lanes.map(({ run }) => run(started + milliseconds)))
    const seconds = (performance.now() - started) / 1_000
    const latencies = Float64Array.from(lanes.flatMap((lane) => lane.latencies)).sort()
    return { count: latencies.length, seconds, latencies }
  } finally {
    for (const { close } of lanes) close()
  }
}

interface Lane {
  readonly opened: Promise<void>
  readonly latencies: readonly number[]
  /** @param until a moment of `performance.now()`; the message that is under way then is the last */
  run(until: number): Promise<void>
  close(): void
}

/** Milliseconds to wait for an answer after the end of the run. */
const timeout = 5_000

function createLane(url: string, { opening, message, createReader }: Exchange): Lane {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  const latencies: number[] = []
  let onAnswer = () => {}
  const broken = new Promise<never>((_, reject) => {
    const read = createReader(() => onAnswer())
    socket.on('data', (chunk: Buffer) => {
      try {
        read(chunk)
      } catch (error) {
        reject(error)
      }
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('a connection ended in the middle of the run')))
  })
  broken.catch(() => undefined)

  const open = new Promise<void>((resolve) => {
    socket.once('connect', () => {
      if (opening === null) return resolve()
      onAnswer = resolve
      socket.write(opening)
    })
  })

  function exchangeUntil(until: number): Promise<void> {
    return new Promise((resolve) => {
      let sent = 0
      function send() {
        sent = performance.now()
        socket.write(message)
      }
      onAnswer = () => {
        const now = performance.now()
        latencies.push(now - sent)
        if (now < until) send()
        else resolve()
      }
      send()
    })
  }

  return {
    opened: Promise.race([open, broken, late(timeout)]),
    latencies,
    run: (until) => Promise.race([exchangeUntil(until), broken, late(until - performance.now() + timeout)]),
    close: () => socket.destroy(),
  }
}

function late(milliseconds: number): Promise<never> {
  const tooLate = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('an answer did not come')), milliseconds).unref()
  })
  tooLate.catch(() => undefined)
  return tooLate
}
