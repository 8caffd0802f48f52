import type { FastifyBaseLogger } from 'fastify'

/** How long a stop may take before the process is ended anyway. */
const stopLimit = 30_000

/** SIGTERM, SIGINT and SIGHUP of a closing terminal stop the process once, cleanly; a second one doesn't wait. */
export function stopOnSignals(
  stop: () => Promise<void>,
  log: FastifyBaseLogger,
  signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP'],
): void {
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
  for (const signal of signals) process.on(signal, () => void onSignal(signal))
}

/** SIGHUP reads again what can be read again while the process runs. */
export function reloadOnSignal(reload: () => Promise<void>, log: FastifyBaseLogger): void {
  process.on('SIGHUP', function onHangup() {
    log.info({ event: 'gateway.reloading', signal: 'SIGHUP' })
    reload().catch((err: unknown) => log.error({ event: 'gateway.reload_failed', err }))
  })
}
