import type { SubjectProcess } from './subject-process.ts'

/** Milliseconds between two readings. */
const interval = 250
/** The share of a core below which a process is idle. */
const idleShare = 0.05

/** Readings after which a process that is never idle is measured anyway. */
const maxReadings = 80
/** A gateway verifies its events with the next checkpoint, up to 5 s later. */
const idleReadingsOfGateway = 24

/** Waits until a process is idle. A gateway must be idle for longer than the time between two checkpoints. */
export async function settle(
  { process: { cpuMicros }, gateway }: SettlingSubject,
  wait: (milliseconds: number) => Promise<unknown>,
): Promise<void> {
  const wantedReadings = gateway === null ? 1 : idleReadingsOfGateway
  let idleReadings = 0
  let before = await cpuMicros()
  for (let reading = 0; reading < maxReadings && idleReadings < wantedReadings; reading++) {
    await wait(interval)
    const now = await cpuMicros()
    idleReadings = now - before < interval * 1_000 * idleShare ? idleReadings + 1 : 0
    before = now
  }
}

export interface SettlingSubject {
  readonly process: Pick<SubjectProcess, 'cpuMicros'>
  /** Null if the subject records nothing. */
  readonly gateway: unknown
}
