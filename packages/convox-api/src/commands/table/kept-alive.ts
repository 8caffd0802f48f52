import { flagText, type Invocation } from '../invocation.ts'

/** What an attached process is started with: it waits for the command, which comes by exec. */
export function keptAlive(invocation: Invocation): string {
  const seconds = Number(flagText('timeout')(invocation))
  return `sleep ${seconds > 0 ? seconds : 3600}`
}
