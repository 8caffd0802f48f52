/** The columns of `audit.events` in the order of a line: those of the position, then those of the draft. */
const columns = [
  ['seq', 'bigint'],
  ['at', 'timestamptz'],
  ['id', 'uuid'],
  ['kind', 'text'],
  ['request', 'text'],
  ['of_event', 'uuid'],
  ['principal', 'text'],
  ['principal_name', 'text'],
  ['address', 'text'],
  ['rack', 'text'],
  ['app', 'text'],
  ['route', 'text'],
  ['permission', 'text'],
  ['effect', 'text'],
  ['rule', 'text'],
  ['status', 'smallint'],
  ['process', 'text'],
  ['command', 'text'],
  ['canonical', 'text'],
] as const

export const columnNames = columns.map(([name]) => name).join(', ')
export const lineValues = columns.map(([, type], index) => `value[${index + 1}]::${type}`).join(', ')

/** Takes the lease, checks the numbers, and inserts: `$1` stream, `$2` first number, `$3` and `$4` month. */
function insertSelect(source: string, values: string): string {
  return `
    with held as materialized (
      select id from audit.streams where id = $1 and adopted_by is null for share
    ), line as materialized (${source}), written as (
      insert into audit.events (stream, ${columnNames}, prev, hash)
      select held.id, ${values} from held, line
      where $2 > coalesce((
        select seq from audit.events where stream = $1 and at >= $3 and at <= $4 order by seq desc limit 1), 0)
      returning 1
    )
    select (select count(*) from held)::int as held, (select count(*) from written)::int as written`
}

/** `$5` lines with tabs between their values, `$6` the previous hash and all hashes. */
export const linesStatement = insertSelect(
  `select string_to_array(text, E'\\t', '') as value, (number - 1)::int * 32 as at_hash
    from unnest(string_to_array($5::text, E'\\n')) with ordinality as given(text, number)`,
  `${lineValues}, substr($6::bytea, at_hash + 1, 32), substr($6::bytea, at_hash + 33, 32)`,
)

/** From `$5` on, an array for each column; then arrays of `prev` and `hash`. */
export const unnestStatement = insertSelect(
  `select * from unnest(${[...columns.map(([, type]) => type), 'bytea', 'bytea']
    .map((type, index) => `$${index + 5}::${type}[]`)
    .join(', ')}) as given(${columnNames}, prev, hash)`,
  `${columns.map(([name]) => `line.${name}`).join(', ')}, prev, hash`,
)
