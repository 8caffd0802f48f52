import { readFileSync, writeFileSync } from 'node:fs'
import { startCommand } from '../processes.ts'
import { gatewayEnvironment } from './gateway-environment.ts'
import type { System } from './system.ts'

/** Bytes that a process holds: in pages, and of those in JavaScript objects and buffers. */
export interface Memory {
  readonly rss: number
  readonly heap: number
}

/** A gateway as a process of its own, so that its memory is not that of the test. */
export interface GatewayProcess {
  readonly url: string
  readonly port: number
  /** What is held once garbage is collected. */
  memory(): Promise<Memory>
  /** Begins to watch: the result tells by how many bytes the pages in use grew at the most since then, garbage included. */
  watchPeak(): Promise<() => number>
  stop(): Promise<void>
  /** As a crash does it: kill -9. */
  kill(): Promise<void>
}

/** Peaks are read from /proc. */
export const canMeasure = process.platform === 'linux'

export async function startGatewayProcess(
  system: System,
  rack: { readonly url: string; readonly token: string },
  more: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> {
  const program = startCommand('gateway', [], {
    ...gatewayEnvironment(system, rack),
    LOG_LEVEL: 'info',
    ...more,
    NODE_OPTIONS: `--import ${new URL('../../dist-test/support/gateway/memory-probe.js', import.meta.url).href}`,
  })
  const [, url = ''] = await program.saw(/"url":"([^"]+)"/)
  let reports = 0

  async function memory(): Promise<Memory> {
    reports += 1
    program.signal('SIGUSR2')
    const [, report = ''] = await program.saw(new RegExp(`memory ${reports} (.*)\\n`))
    const { rss, heapUsed, external }: NodeJS.MemoryUsage = JSON.parse(report)
    return { rss, heap: heapUsed + external }
  }

  return {
    url,
    port: Number(new URL(url).port),
    memory,
    async watchPeak() {
      const { rss } = await memory()
      writeFileSync(`/proc/${program.pid}/clear_refs`, '5')
      return () => peakOf(program.pid) - rss
    },
    async stop() {
      program.signal('SIGTERM')
      await program.ended
    },
    async kill() {
      program.signal('SIGKILL')
      await program.ended
    },
  }
}

function peakOf(pid: number): number {
  const [, kibibytes = ''] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}
