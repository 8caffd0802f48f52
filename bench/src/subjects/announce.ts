/** Tells the bench where this subject listens, answers its questions for processor time, and ends with it. */
export function announce(url: string, close: () => Promise<unknown>): void {
  process.on('message', () => process.send?.({ cpuMicros: cpuMicros() }))
  process.once('disconnect', () => void close().finally(() => process.exit()))
  process.send?.({ url })
}

/** What a variable of the environment holds; the bench sets all that a subject needs. */
export function given(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set; subjects are started by the bench`)
  return value
}

export function cpuMicros(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
