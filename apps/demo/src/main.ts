import { join, resolve } from 'node:path'
import { sanitizeEnvironment } from '@rack-gateway/config'
import pretty from 'pino-pretty'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { guide } from './guide.ts'

const { port, dataDir, policyPackages, webDev } = await yargs(hideBin(process.argv))
  .scriptName('demo')
  .usage('Starts PostgreSQL, two demo racks, and the gateway on loopback, and prints commands to paste.')
  .option('port', { type: 'number', default: 8447, describe: 'the port of the gateway; 0: any free port' })
  .option('data-dir', {
    type: 'string',
    default: '.demo',
    describe: 'the directory of the database and the secret key',
  })
  .option('policy-packages', {
    type: 'boolean',
    default: false,
    describe: 'loads the policy packages of examples/: a deploy freeze, and ownership of apps',
  })
  .option('web-dev', {
    type: 'boolean',
    default: false,
    describe: 'serves the web console from its sources, with hot reload, and a relaxed content security policy',
  })
  .check(({ port }) =>
    Number.isInteger(port) && port >= 0 && port <= 65_535 ? true : '--port takes a whole number from 0 to 65535',
  )
  .strict()
  .version(false)
  .parseAsync()

// Loaded only if the arguments are valid, so that help and usage errors appear at once.
const { createLog, handleSignals, stopWhenOrphaned } = await import('@rack-gateway/gateway')
const { MigrationChanged, SchemaNewer } = await import('@rack-gateway/database')
const { startDemo } = await import('./demo.ts')

sanitizeEnvironment(process.env)
const log = createLog(
  'info',
  pretty({
    colorize: process.stdout.isTTY,
    sync: true,
    ignore: 'event',
    messageFormat: '{event} {msg}',
    singleLine: true,
  }),
)
try {
  const webConsole = webDev ? (await import('./web-dev.ts')).webDevServer() : undefined
  const starting = startDemo({
    port,
    dataDir,
    env: process.env,
    log,
    policyPackages: policyPackages ? 'examples' : 'none',
    webConsole,
  })
  const stop = async () => (await starting).stop()
  const reload = async () => (await starting).gateway.reload()
  handleSignals({ stop, reload: process.env.POLICY_FILE === undefined ? null : reload }, log)
  stopWhenOrphaned()
  console.log(guide(await starting, join(resolve(dataDir), 'demo.json')))
} catch (error) {
  console.error(`the demo could not start: ${error instanceof Error ? error.message : String(error)}`)
  if (error instanceof MigrationChanged || error instanceof SchemaNewer)
    console.error(`For a new demo with an empty database, remove ${resolve(dataDir)}.`)
  process.exitCode = 1
}
