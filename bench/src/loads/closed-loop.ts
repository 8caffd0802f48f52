import { connect } from 'node:net'
import type { LoadResult } from './load-result.ts'

/** The messages that are repeated on a connection. */
export interface Exchange {
  /** Sent once and answered once before the measurement; null if the exchange begins with `message`. */
  readonly opening: Buffer | null
  /** Sent again as soon as its response is complete. */
  readonly message: Buffer
  /**
   * @returns a function to call with each chunk of a connection; it calls `onResponse` for each complete response, and
   *   throws for a wrong response
   */
  createReader(onResponse: () => void): (chunk: Buffer) => void
}

export interface ClosedLoopOptions {
  readonly url: string
  readonly exchange: Exchange
  readonly connections: number
  readonly milliseconds: number
}

/**
 * Uses plain sockets. A library would take more processor time than the rack, with which it shares a core, and it would
 * measure only whole milliseconds.
 *
 * @throws if a response is wrong or missing, or a connection ends, because the result would be meaningless
 */
export async function closedLoop({ url, exchange, connections, milliseconds }: ClosedLoopOptions): Promise<LoadResult> {
  const loadConnections = Array.from({ length: connections }, () => openConnection(url, exchange))
  try {
    await Promise.all(loadConnections.map(({ opened }) => opened))
    const started = performance.now()
    await Promise.all(loadConnections.map(({ run }) => run(started + milliseconds)))
    const seconds = (performance.now() - started) / 1_000
    const latencies = Float64Array.from(loadConnections.flatMap((connection) => connection.latencies)).sort()
    return { count: latencies.length, seconds, latencies }
  } finally {
    for (const { close } of loadConnections) close()
  }
}

interface LoadConnection {
  readonly opened: Promise<void>
  readonly latencies: readonly number[]
  /** Repeats the message. @param until a time of `performance.now()`, after which no message is sent */
  run(until: number): Promise<void>
  close(): void
}

/** Milliseconds to wait for a connection to open, and for the last response after the end of the run. */
const timeout = 5_000

function openConnection(url: string, { opening, message, createReader }: Exchange): LoadConnection {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  const latencies: number[] = []
  let onResponse = () => {}
  const failure = new Promise<never>((_, reject) => {
    const read = createReader(() => onResponse())
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
  failure.catch(() => undefined)

  const open = new Promise<void>((resolve) => {
    socket.once('connect', () => {
      if (opening === null) return resolve()
      onResponse = resolve
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
      onResponse = () => {
        const now = performance.now()
        latencies.push(now - sent)
        if (now < until) send()
        else resolve()
      }
      send()
    })
  }

  return {
    opened: Promise.race([open, failure, rejectAfter(timeout)]),
    latencies,
    run: (until) => Promise.race([exchangeUntil(until), failure, rejectAfter(until - performance.now() + timeout)]),
    close: () => socket.destroy(),
  }
}

function rejectAfter(milliseconds: number): Promise<never> {
  const tooLate = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('a response did not come')), milliseconds).unref()
  })
  tooLate.catch(() => undefined)
  return tooLate
}
