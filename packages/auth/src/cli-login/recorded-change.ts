import { type Change, changeIdentities } from '../transactions/change.ts'
import type { Author, RecordIdentityEvents } from '../transactions/events.ts'
import type { RequestContext } from './decision.ts'
import type { CliLoginOptions } from './options.ts'

export function recordedChange<T>(
  { database, record }: Pick<CliLoginOptions, 'database' | 'record'>,
  by: Author,
  context: RequestContext,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const recordWithContext: RecordIdentityEvents = (events) => record(events.map((event) => ({ ...event, ...context })))
  return changeIdentities({ database, by, record: recordWithContext }, work)
}
