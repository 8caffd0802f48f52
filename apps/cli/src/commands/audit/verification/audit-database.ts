import postgres, { type Sql } from 'postgres'
import { Usage } from '../../../errors/errors.ts'

/** Opens one connection without a statement timeout, because reading the whole log can take long. */
export function connectToDatabase(url: string): Sql {
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new Usage(
      '--database is not the address of a PostgreSQL database.',
      'Use an address such as postgres://user:password@host:5432/name.',
    )
  return postgres(url, {
    max: 1,
    fetch_types: false,
    connect_timeout: 10,
    connection: { application_name: 'rack-gateway audit verify', DateStyle: 'ISO', statement_timeout: 0 },
    onnotice() {},
  })
}
