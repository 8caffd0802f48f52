import { type Change, changeIdentities } from '../admin/change.ts'
import type { Author, RecordIdentityEvents } from '../events.ts'
import type { Place } from './decision.ts'
import type { CliLoginOptions } from './options.ts'

/** A change whose events say where it was asked for. */
export function recordedChange<T>(
  { database, record }: Pick<CliLoginOptions, 'database' | 'record'>,
  by: Author,
  place: Place,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const recordThere: RecordIdentityEvents = (events) => record(events.map((event) => ({ ...event, ...place })))
  return changeIdentities({ database, by, record: recordThere }, work)
}
