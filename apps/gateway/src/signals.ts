import type { FastifyBaseLogger } from 'fastify'

/** How long a stop may take before the process is ended anyway. */
const stopLimit = 30_000

/** SIGTERM, SIGINT and SIGHUP of a closing terminal stop the process once, cleanly; a second one doesn't wait. */
export function stopOnSignals(stop: () => Promise<void>, log: FastifyBaseLogger): void {
  let stopping = false
  async function onSignal(signal: NodeJS.Signals): Promise<void> {
    if (stopping) process.exit(1)
    stopping = true
    log.info({ event: 'gateway.stopping', signal })
    setTimeout(() => process.exit(1), stopLimit).unref()
    try {
      await stop()
      process.exit(0)
    } catch (error) {
      log.error({ event: 'gateway.stop_failed', err: error })
      process.exit(1)
    }
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void onSignal(signal))
}
