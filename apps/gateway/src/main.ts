import { forgetSecrets } from '@rack-gateway/config'
import { configurationOrExit } from './process/configuration.ts'
import { stopWhenOrphaned } from './process/exit-with-parent.ts'
import { createLog } from './process/log.ts'
import { handleSignals } from './process/signals.ts'
import { isExpected, sentenceOf } from './process/start-failure.ts'

const config = configurationOrExit()
forgetSecrets(process.env)
const log = createLog(config.logLevel)
try {
  // Loaded only with a valid configuration, so that an invalid configuration is reported at once.
  const { startGateway } = await import('./start.ts')
  const starting = startGateway(config, log)
  const stop = async () => (await starting).stop()
  handleSignals({ stop, reload: config.policyFile === null ? null : async () => (await starting).reload() }, log)
  if (process.env.npm_lifecycle_event !== undefined) stopWhenOrphaned()
  const { url } = await starting
  log.info({ event: 'gateway.listening', url, racks: config.racks.map(({ name }) => name) })
} catch (error) {
  log.fatal({ event: 'gateway.start_failed', ...(isExpected(error) ? {} : { err: error }) }, sentenceOf(error))
  console.error(`the gateway could not start: ${sentenceOf(error)}`)
  process.exitCode = 1
}
