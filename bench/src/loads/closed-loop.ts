import { connect } from 'node:net'
import type { Done } from './done.ts'

/** What is said on a connection again and again. */
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
 * A library would need more processor time than the rack that shares its core, and counts in whole milliseconds.
 *
 * @throws when an answer is wrong, doesn't come, or a connection ends: such a run measures something else
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

/** Milliseconds that an answer may take beyond the end of the run. */
const patience = 5_000

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
    opened: Promise.race([open, broken, late(patience)]),
    latencies,
    run: (until) => Promise.race([exchangeUntil(until), broken, late(until - performance.now() + patience)]),
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
