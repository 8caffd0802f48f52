import { type Database, openDatabasePools } from '@rack-gateway/database'
import fp from 'fastify-plugin'
import { type GatewayPools, poolsOf } from './database-pools.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The connections for calls and short background queries. */
    database: Database
    /** The plugin that opens a pool also closes it. */
    pools: GatewayPools
    /** `host:port`. */
    databaseAddress: string
  }
}

export interface DatabaseOptions {
  /** The URL of a migrated database, with the runtime login. */
  readonly url: string
}

/** Only this plugin gets the URL. @throws DatabaseUnavailable */
export default fp<DatabaseOptions>(
  async function database(app, { url }) {
    const pools = poolsOf(url)
    const database = openDatabasePools(pools)
    app.addHook('onClose', () => database.close())
    await database.check()
    app.decorate('database', database)
    app.decorate('pools', pools)
    app.decorate('databaseAddress', addressOf(url))
  },
  { name: 'database' },
)

function addressOf(url: string): string {
  const { hostname, port } = new URL(url)
  return `${hostname}:${port || '5432'}`
}
