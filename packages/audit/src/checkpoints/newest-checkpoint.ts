import type { Sql } from 'postgres'
import { type Checkpoint, readCheckpoint } from '../signed-notes/checkpoint.ts'

export interface NewestCheckpoint {
  /** Null if there is no checkpoint, or if the newest one is unreadable. */
  readonly checkpoint: Checkpoint | null
  /** Events in the database that no checkpoint signs yet. */
  readonly waiting: number
}

/** Does not verify the checkpoint. */
export async function readNewestCheckpoint(sql: Sql): Promise<NewestCheckpoint> {
  const [row] = await sql<{ note: string | null; waiting: number }[]>`
    select (select note from audit.checkpoints order by number desc limit 1) as note,
      coalesce(sum(greatest(newest.seq - coalesce(t.size, 0), 0)), 0)::float8 as waiting
    from audit.streams s
    left join audit.trees t on t.stream = s.id
    cross join lateral (
      select e.seq from audit.events e
      where e.stream = s.id and e.at >= s.month and e.at < s.month + interval '32 days' order by e.seq desc limit 1
    ) as newest
    where t.settled is not true`
  return { checkpoint: readCheckpoint(row?.note ?? ''), waiting: row?.waiting ?? 0 }
}
