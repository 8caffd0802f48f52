/** A subject's report about itself. Defaults: this process, and its processor time. */
export interface Announcement {
  /** Empty if the subject does not listen. */
  readonly url: string
  readonly close: () => Promise<unknown>
  readonly pids?: readonly number[]
  readonly cpuMicros?: () => number
  /** Answers the questions of the benchmark, except the question for processor time. */
  readonly response?: (question: object) => Promise<object>
}

/** Reports this subject's address to the benchmark, and answers its questions. Ends together with the benchmark. */
export function announce({ url, close, pids = [process.pid], cpuMicros = ownMicros, response }: Announcement): void {
  process.on('message', async (question: object) => {
    process.send?.('cpu' in question ? { cpuMicros: cpuMicros() } : ((await response?.(question)) ?? {}))
  })
  process.once('disconnect', () => void close().finally(() => process.exit()))
  process.send?.({ url, pids })
}

/** The benchmark sets all variables that a subject needs. */
export function requiredVariable(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set; subjects are started by the bench`)
  return value
}

function ownMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
