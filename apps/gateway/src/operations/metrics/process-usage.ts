import { readdir, readFile } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

export interface ProcessUsage {
  /** Seconds of processor time. */
  readonly cpu: number
  readonly memory: NodeJS.MemoryUsage
  /** Bytes. */
  readonly heapLimit: number
  /** Null on systems other than Linux. */
  readonly openFiles: number | null
  readonly maxFiles: number | null
  /** Seconds, since the previous call of `readProcessUsage`. */
  readonly eventLoopDelay: { readonly median: number; readonly p99: number; readonly max: number }
}

/** Milliseconds. */
const resolution = 10
const delays = monitorEventLoopDelay({ resolution })

/** Until then, the delay of the event loop is 0. */
export function watchEventLoop(): void {
  delays.enable()
}

export async function readProcessUsage(): Promise<ProcessUsage> {
  const { user, system } = process.cpuUsage()
  const eventLoopDelay = {
    median: delayOf(delays.percentile(50)),
    p99: delayOf(delays.percentile(99)),
    max: delayOf(delays.max),
  }
  delays.reset()
  const [openFiles, maxFiles] = await Promise.all([countOpenFiles(), readMaxFiles()])
  return {
    cpu: (user + system) / 1e6,
    memory: process.memoryUsage(),
    heapLimit: getHeapStatistics().heap_size_limit,
    openFiles,
    maxFiles,
    eventLoopDelay,
  }
}

/** Node measures the time between two runs of a timer, so each value contains the interval of the timer. */
function delayOf(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - resolution / 1e3)
}

async function countOpenFiles(): Promise<number | null> {
  // The descriptor that reads the directory is one of the entries.
  return readdir('/proc/self/fd').then(
    (entries) => entries.length - 1,
    () => null,
  )
}

async function readMaxFiles(): Promise<number | null> {
  const text = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const [, soft] = /^Max open files\s+(\d+)/m.exec(text) ?? []
  return soft === undefined ? null : Number(soft)
}
