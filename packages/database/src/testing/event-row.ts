import { randomUUID } from 'node:crypto'
import type { Sql } from 'postgres'

export async function insertEvent(sql: Sql, values: { at?: Date; hash?: Buffer; seq?: number } = {}): Promise<void> {
  const row = {
    stream: randomUUID(),
    seq: values.seq ?? 1,
    at: values.at ?? new Date(),
    id: randomUUID(),
    kind: 'call',
    canonical: '{}',
    prev: Buffer.alloc(32),
    hash: values.hash ?? Buffer.alloc(32),
  }
  await sql`insert into audit.events ${sql(row)}`
}
