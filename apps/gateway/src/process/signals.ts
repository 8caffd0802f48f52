import type { FastifyBaseLogger } from 'fastify'

/** Milliseconds for which a second signal is ignored: a terminal and a package manager can both send Ctrl-C. */
const samePress = 1_000

/** Milliseconds after which the process ends even if it has not stopped. */
const stopLimit = 30_000

interface SignalHandlers {
  stop(): Promise<void>
  /** Null: SIGHUP stops the process. */
  readonly reload: (() => Promise<void>) | null
}

export function handleSignals({ stop, reload }: SignalHandlers, log: FastifyBaseLogger): void {
  stopOnSignals(stop, log, ['SIGTERM', 'SIGINT', ...(reload === null ? (['SIGHUP'] as const) : [])])
  if (reload !== null) reloadOnSignal(reload, log)
}

function stopOnSignals(stop: () => Promise<void>, log: FastifyBaseLogger, signals: readonly NodeJS.Signals[]): void {
  let stoppingSince: number | null = null
  async function onSignal(signal: NodeJS.Signals): Promise<void> {
    if (stoppingSince !== null) {
      if (performance.now() - stoppingSince > samePress) process.exit(1)
      return
    }
    stoppingSince = performance.now()
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

function reloadOnSignal(reload: () => Promise<void>, log: FastifyBaseLogger): void {
  process.on('SIGHUP', function onHangup() {
    log.info({ event: 'gateway.reloading', signal: 'SIGHUP' })
    reload().catch((err: unknown) => log.error({ event: 'gateway.reload_failed', err }))
  })
}
