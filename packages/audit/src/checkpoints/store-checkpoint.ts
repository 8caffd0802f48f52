import type { Sql, TransactionSql } from 'postgres'
import type { Checkpoint } from '../signed-notes/checkpoint.ts'
import type { VerifiedStream } from './verify-streams.ts'

/**
 * Stores the checkpoint and the trees in one statement. Later checkpoints leave out `settled` streams. An adopted
 * stream does not become settled while `accounted_at` is null, because some of its calls may have no outcome yet. An
 * import from a fallback file sets `accounted_at` to null again. `for share` waits until a running import has ended.
 *
 * @returns false if the number already exists
 */
export async function storeCheckpoint(
  sql: Sql | TransactionSql,
  checkpoint: Checkpoint,
  streams: readonly VerifiedStream[],
): Promise<boolean> {
  const { number, at, hash, key, replaces, written } = checkpoint
  const trees = streams.map(({ head, tree, settled }) => ({
    stream: head.stream,
    size: tree.size,
    peaks: tree.peaks.join(''),
    settled,
  }))
  const [row] = await sql`
    with made as (
      insert into audit.checkpoints (number, at, hash, key, replaces, note)
      values (${number}, ${at}, ${Buffer.from(hash, 'hex')}, ${key.text}, ${replaces?.text ?? null}, ${written})
      on conflict (number) do nothing returning 1
    ), new_trees as materialized (
      select stream, size, decode(peaks, 'hex') as peaks, settled
      from json_to_recordset(${JSON.stringify(trees)}::text::json) as t (stream uuid, size bigint, peaks text, settled boolean)
    ), settled_streams as materialized (
      select id from audit.streams where id in (select stream from new_trees where settled)
        and (adopted_by is null or accounted_at is not null) for share
    ), stored_trees as (
      insert into audit.trees (stream, size, peaks, settled)
      select stream, size, peaks, settled and stream in (select id from settled_streams) from new_trees
      where exists (select from made)
      on conflict (stream) do update set size = excluded.size, peaks = excluded.peaks, settled = excluded.settled
    )
    select count(*)::int as made from made`
  return row?.made === 1
}
