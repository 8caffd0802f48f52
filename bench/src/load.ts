import { connect, type Socket } from 'node:net'
import { createAnswerReader } from './answer-reader.ts'

export interface LoadOptions {
  readonly url: string
  /** One whole request, sent again as soon as its answer is complete. */
  readonly request: Buffer
  readonly connections: number
  readonly milliseconds: number
}

export interface Load {
  readonly requests: number
  readonly seconds: number
  /** Milliseconds from the write to the last byte of the answer, ascending. */
  readonly latencies: Float64Array
}

/**
 * Closed-loop load over plain sockets, one request at a time on each connection.
 * A library would need more processor time than the rack that shares its core, and counts in whole milliseconds.
 *
 * @throws when an answer isn't 200 or a connection ends: such a run measures something else
 */
export async function load({ url, request, connections, milliseconds }: LoadOptions): Promise<Load> {
  const { hostname, port } = new URL(url)
  const latencies: number[] = []
  const sockets: Socket[] = []
  const started = performance.now()
  const until = started + milliseconds
  const lanes = Array.from({ length: connections }, () => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    sockets.push(socket)
    return lane(socket, request, until, latencies)
  })
  try {
    await Promise.all(lanes)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
  const seconds = (performance.now() - started) / 1000
  return { requests: latencies.length, seconds, latencies: Float64Array.from(latencies).sort() }
}

function lane(socket: Socket, request: Buffer, until: number, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0
    const send = () => {
      sent = performance.now()
      socket.write(request)
    }
    const read = createAnswerReader(({ status }) => {
      if (status !== 200) throw new Error(`an answer was ${status}, so the run measures something else`)
      const now = performance.now()
      latencies.push(now - sent)
      if (now < until) send()
      else resolve()
    })
    socket.on('connect', send)
    socket.on('data', (chunk: Buffer) => {
      try {
        read(chunk)
      } catch (error) {
        reject(error)
      }
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('a connection ended in the middle of the run')))
    setTimeout(() => reject(new Error('an answer did not come')), until - performance.now() + patience).unref()
  })
}

/** Milliseconds past the end of a run that its last answers get. */
const patience = 5_000
