import { type Database, openDatabase } from '@rack-gateway/database'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyInstance {
    database: Database
  }
}

export interface DatabaseOptions {
  /** The URL of a migrated database, with the runtime login. */
  readonly url: string
}

/** The connections for calls and short background queries. @throws DatabaseUnavailable */
export default fp<DatabaseOptions>(
  async function database(app, { url }) {
    const database = openDatabase(url)
    app.addHook('onClose', () => database.close())
    await database.check()
    app.decorate('database', database)
  },
  { name: 'database' },
)
