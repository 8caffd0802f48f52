import type { Sql } from 'postgres'
import type { Manifest } from './manifest.ts'
import type { Month } from './month.ts'

/** An archive that was verified and recorded in the database. */
export interface RecordedArchive {
  readonly month: Month
  /** SHA-256 of the manifest without its signature, hex. */
  readonly hash: string
  /** The `location` of its store. */
  readonly place: string
}

export async function recordedArchives(sql: Sql): Promise<RecordedArchive[]> {
  const rows = await sql<{ month: string; hash: string; place: string }[]>`
    select to_char(month, 'YYYY-MM') as month, encode(hash, 'hex') as hash, place from audit.archives order by month, at`
  return [...rows]
}

export async function recordArchive(sql: Sql, { month, hash, events, written }: Manifest, place: string) {
  await sql`
    insert into audit.archives (month, hash, place, events, manifest)
    values (${`${month}-01`}::date, ${Buffer.from(hash, 'hex')}, ${place}, ${events}, ${written})
    on conflict do nothing`
}
