import { setTimeout as wait } from 'node:timers/promises'
import type { CollectedMemory } from '../processes/collected-memory.ts'
import { settle } from '../processes/settle.ts'
import { type SubjectOptions, startSubject } from '../processes/subject-process.ts'

/** One process of the gateway. It never restarts: if it ends, it stays ended. */
export interface MeasuredGateway {
  readonly url: string
  readonly pid: number
  /** The names of the floods that this process has had. */
  readonly knownFloods: Set<string>
  /** The memory of this process after its warm-up. */
  baseline: CollectedMemory | null
  /** Waits until the process is idle. @returns its memory after garbage collections; null if the process has ended */
  collectMemory(): Promise<CollectedMemory | null>
  stop(): Promise<void>
}

/** Milliseconds after a flood, because the gateway delays denials by up to two seconds. */
const pause = 3_000

export async function startMeasuredGateway(
  environment: SubjectOptions['environment'],
  core: number | null,
): Promise<MeasuredGateway> {
  const subject = await startSubject({
    program: 'gateway',
    // As in the container image.
    environment: { ...environment, NODE_OPTIONS: '--max-old-space-size=384' },
    core,
    // As the documentation recommends for one core.
    nodeArguments: ['--expose-gc', ...(core === null ? [] : ['--single-threaded-gc', '--max-semi-space-size=4'])],
  })
  const [pid] = subject.pids
  if (pid === undefined) throw new Error('The gateway did not report its process ID.')
  return {
    url: subject.url,
    pid,
    knownFloods: new Set(),
    baseline: null,
    async collectMemory() {
      try {
        await wait(pause)
        await settle(subject, wait)
        return (await subject.ask({ memory: true })) as CollectedMemory
      } catch (error) {
        console.error(`The gateway process ${pid} does not answer: ${error}`)
        return null
      }
    },
    stop: subject.stop,
  }
}
