import { connect } from 'node:net'
import { createResponseReader } from '../loads/response-reader.ts'

export interface ProbeResult {
  /** Milliseconds of the calls that succeeded, each from the moment at which it was due. */
  readonly latencies: readonly number[]
  /** The errors of the other calls, such as `503` or `no response`. */
  readonly errors: readonly string[]
}

export interface ProbeOptions {
  readonly url: string
  readonly requestAt: (index: number) => Buffer
  readonly count: number
  /** Milliseconds between two calls. */
  readonly interval: number
}

/** Milliseconds after which a call counts as failed. */
const timeout = 5_000

/** Starts calls at fixed times, without waiting for earlier calls. Each call has its own connection, as in the CLI. */
export async function probe({ url, requestAt, count, interval }: ProbeOptions): Promise<ProbeResult> {
  const begin = performance.now()
  const calls = Array.from({ length: count }, async (_, index) => {
    const due = begin + index * interval
    await new Promise((resolve) => setTimeout(resolve, due - performance.now()))
    // A timer can fire up to a millisecond early.
    const start = Math.min(due, performance.now())
    const error = await callOnce(url, requestAt(index))
    return { milliseconds: performance.now() - start, error }
  })
  const results = await Promise.all(calls)
  return {
    latencies: results.filter(({ error }) => error === null).map(({ milliseconds }) => milliseconds),
    errors: results.flatMap(({ error }) => error ?? []),
  }
}

/** @returns null for a 2xx; otherwise the status or the reason */
function callOnce(url: string, request: Buffer): Promise<string | null> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    function settle(error: string | null) {
      clearTimeout(timer)
      socket.destroy()
      resolve(error)
    }
    const timer = setTimeout(() => settle('no response'), timeout)
    const read = createResponseReader(({ status }) => settle(status >= 200 && status < 300 ? null : String(status)))
    socket.on('data', (chunk: Buffer) => {
      try {
        read(chunk)
      } catch (error) {
        settle(String(error))
      }
    })
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
    socket.on('close', () => settle('connection closed'))
    socket.write(request)
  })
}
