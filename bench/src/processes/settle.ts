import type { SubjectProcess } from './subject-process.ts'

/** Milliseconds between two readings. */
const interval = 250
/** The share of a core below which a process is idle. */
const idleShare = 0.05

/** Readings after which a process that is never idle is measured anyway. */
const maxReadings = 20

/** Waits until a process is idle. After a pause, a gateway still has to sign the events from before the pause. */
export async function settle(
  { cpuMicros }: Pick<SubjectProcess, 'cpuMicros'>,
  wait: (milliseconds: number) => Promise<unknown>,
): Promise<void> {
  let before = await cpuMicros()
  for (let reading = 0; reading < maxReadings; reading++) {
    await wait(interval)
    const now = await cpuMicros()
    if (now - before < interval * 1_000 * idleShare) return
    before = now
  }
}
