/** Measures the time for the first page of each filter. Removes the embedded server and its data at the end. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAuditSearch, type FilterQuery } from '@rack-gateway/audit'
import { migrate, openDatabase, roleOf, startEmbeddedPostgres } from '@rack-gateway/database'
import { machine } from '../machine.ts'
import { percentile } from '../report/statistics.ts'
import { searches } from './filters.ts'
import { seedEvents, seededMonth } from './seed.ts'

const events = Number(process.argv[2] ?? 1_000_000)
const rounds = Number(process.argv[3] ?? 5)
if (!Number.isInteger(events) || events < 1_000 || !Number.isInteger(rounds) || rounds < 1) {
  console.error('audit-search [events, at least 1000] [rounds, at least 1]')
  process.exit(2)
}

const home = mkdtempSync(join(tmpdir(), 'rack-gateway-search-'))
// As root, PostgreSQL runs as another user, which must be able to enter the directory.
chmodSync(home, 0o711)
const server = await startEmbeddedPostgres({ dataDir: join(home, 'data'), log() {} })
try {
  await migrate(server.ownerUrl, { runtimeRole: roleOf(server.runtimeUrl) })
  const owner = openDatabase(server.ownerUrl, { max: 1 })
  const { from, to } = seededMonth(new Date())
  const startedAt = performance.now()
  await seedEvents(owner.sql, { events, from, to })
  const [size] = await owner.sql<{ heap: string; indexes: string }[]>`
    select pg_size_pretty(pg_table_size('audit.events_seeded')) as heap, pg_size_pretty(pg_indexes_size('audit.events_seeded')) as indexes`
  await owner.close()
  console.log(JSON.stringify({ ...machine(null), node: process.version, load: loadavg()[0] }))
  console.log(
    `${events} events seeded in ${Math.round((performance.now() - startedAt) / 1_000)} s: table ${size?.heap}, indexes ${size?.indexes}`,
  )
  await measureAll(searches(from, to))
} finally {
  await server.stop()
  rmSync(home, { recursive: true, force: true })
}

async function measureAll(queries: readonly FilterQuery[]): Promise<void> {
  const shared = createAuditSearch({
    pools: { searches: { url: server.runtimeUrl, max: 4 }, exports: { url: server.runtimeUrl } },
    timeout: 60_000,
  })
  const search = shared.forCaller('bench')
  const slowest: number[] = []
  for (const query of queries) {
    const times: number[] = []
    let itemCount = 0
    for (let round = 0; round < rounds; round++) {
      const startedAt = performance.now()
      itemCount = (await search.page(query, { limit: 50 })).items.length
      times.push(performance.now() - startedAt)
    }
    const sorted = Float64Array.from(times).sort()
    const maximum = sorted.at(-1) ?? 0
    slowest.push(maximum)
    console.log(
      `${percentile(sorted, 50).toFixed(1).padStart(9)} ms p50 ${maximum.toFixed(1).padStart(9)} ms max ${String(itemCount).padStart(4)} found  ${JSON.stringify(query)}`,
    )
  }
  await shared.close()
  console.log(`slowest first page: ${Math.max(...slowest).toFixed(1)} ms (load ${loadavg()[0]?.toFixed(1)})`)
}
