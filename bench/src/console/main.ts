/** Measures the web console: script sizes, first pages, reactions to a press, recordings, and the audit page. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@rack-gateway/database'
import { startDemo } from '@rack-gateway/demo'
import pino from 'pino'
import type { Page } from 'playwright-core'
import { seedEvents, seededMonth } from '../audit-search/seed.ts'
import { machine } from '../machine.ts'
import { spread } from '../report/statistics.ts'
import { auditViews } from './audit-views.ts'
import { launchChromium, logIn, timeUntil } from './browser.ts'
import { startManyRacks } from './many-racks.ts'
import { reactions, timeReaction } from './reactions.ts'
import { scriptSizes } from './script-sizes.ts'
import { seedRecording } from './seed-recording.ts'

/** Bytes of compressed script on the first page. */
const maxFirstPage = 200_000

/** Milliseconds until a recording plays, whatever its length. */
const maxStart = 1_000

/** Milliseconds from a press to the first visible change. */
const maxReaction = 100

/** The number of racks, and the number of apps on each rack. */
const manyRacks = { racks: 50, apps: 20 }

const rounds = Number(process.argv[2] ?? 5)
const events = Number(process.argv[3] ?? 1_000_000)
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(events) || events < 1_000) {
  console.error('console [rounds, at least 1] [events, at least 1000]')
  process.exit(2)
}

console.log(JSON.stringify({ ...machine(null), node: process.version, load: loadavg()[0] }))
const { first, lazy } = scriptSizes(dirname(fileURLToPath(import.meta.resolve('@rack-gateway/web/index.html'))))
console.log(`first page: ${kilobytes(first)} of compressed script (at most ${kilobytes(maxFirstPage)})`)
for (const [name, size] of Object.entries(lazy).sort(([, one], [, other]) => other - one))
  console.log(`  loaded later: ${name} ${kilobytes(size)}`)

const home = mkdtempSync(join(tmpdir(), 'rack-gateway-console-'))
// As root, PostgreSQL runs as another user, which must be able to enter the directory.
chmodSync(home, 0o711)
// Prints errors of the gateway, because an error can affect the result.
const log = pino({ level: 'error' }, pino.destination(2))
const demo = await startDemo({ port: 0, dataDir: join(home, 'demo'), env: {}, log })
const browser = await launchChromium()
try {
  await measureManyRacks()
  const page = await logIn(browser, demo.publicUrl, 'admin')
  const cold: number[] = []
  const warm: number[] = []
  for (let round = 0; round < rounds; round++) {
    const visitor = await logIn(browser, demo.publicUrl, 'viewer')
    const session = await visitor.context().newCDPSession(visitor)
    await session.send('Network.clearBrowserCache')
    cold.push(await timeUntil(visitor, `${demo.publicUrl}/gateway/`, 'h1'))
    await visitor.context().close()
    warm.push(await timeUntil(page, `${demo.publicUrl}/gateway/`, 'h1'))
  }
  console.log(`first page usable, empty cache: ${milliseconds(cold)}`)
  console.log(`first page usable, files cached: ${milliseconds(warm)}`)
  await measureReactions(page)
  await measureRecordings(page)
  await measureAudit(page)
} finally {
  await browser.close()
  await demo.stop()
  rmSync(home, { recursive: true, force: true })
}
if (first > maxFirstPage) failBound('The first page has more script than the bound.')

function failBound(text: string): void {
  console.error(text)
  process.exitCode = 1
}

/** Prints the first time separately, because only the first page waits until the gateway has asked the racks. */
async function measureManyRacks(): Promise<void> {
  const racks = await startManyRacks(manyRacks.racks, manyRacks.apps)
  const options = { port: 0, dataDir: join(home, 'many'), env: racks.env, log }
  const demoWithManyRacks = await startDemo(options)
  const page = await logIn(browser, demoWithManyRacks.publicUrl, 'viewer', '/gateway/policy')
  const timeOfPage = (path: string, shown: string) =>
    timeUntil(page, `${demoWithManyRacks.publicUrl}/gateway${path}`, shown)
  const rows = `:text("${manyRacks.racks} of ${manyRacks.racks} reachable")`
  const first = await timeOfPage('/', rows)
  const laterTimes: number[] = []
  const appTimes: number[] = []
  for (let round = 0; round < rounds; round++) {
    laterTimes.push(await timeOfPage('/', rows))
    appTimes.push(await timeOfPage('/apps', 'tbody tr'))
  }
  console.log(`with ${manyRacks.racks} racks and ${manyRacks.racks * manyRacks.apps} apps`)
  console.log(`  overview, until each rack is shown: ${first.toFixed(0)} ms, then ${milliseconds(laterTimes)}`)
  console.log(`  apps, until the first row: ${milliseconds(appTimes)}`)
  await page.context().close()
  await demoWithManyRacks.stop()
  await racks.stop()
}

async function measureReactions(page: Page): Promise<void> {
  console.log(`from a press to the first visible change (at most ${maxReaction} ms)`)
  for (const reaction of reactions) {
    const times: number[] = []
    for (let round = 0; round < rounds; round++)
      times.push(await timeReaction(page, `${demo.publicUrl}/gateway`, reaction))
    console.log(`  ${milliseconds(times)}  ${reaction.name}`)
    if (spread(times).median > maxReaction) failBound('A page reacts later than the bound.')
  }
}

async function measureRecordings(page: Page): Promise<void> {
  const owner = openDatabase(demo.gateway.databaseOwnerUrl, { max: 1 })
  for (const minutes of [1, 60]) {
    const seconds = minutes * 60
    const { id, bytes } = await seedRecording(join(home, 'demo'), owner.sql, seconds * 1_000)
    const address = `${demo.publicUrl}/gateway/recordings/${id}`
    const starts: number[] = []
    const ends: number[] = []
    for (let round = 0; round < rounds; round++) {
      starts.push(await timeUntil(page, address, '[data-terminal]:has-text("line 2 ")'))
      const last = `[data-terminal]:has-text("line ${seconds * 10 - 10} ")`
      ends.push(await timeUntil(page, `${address}?t=${seconds - 1}`, last))
    }
    console.log(`a recording of ${minutes} min with ${(bytes / 1_000_000).toFixed(0)} MB of output`)
    console.log(`  until it plays: ${milliseconds(starts)} (at most ${maxStart} ms)`)
    if (spread(starts).median > maxStart) failBound('A recording takes longer to play than the bound.')
    console.log(`  until a link to its last second shows it: ${milliseconds(ends)}`)
  }
  await owner.close()
}

/** Measures until the first row, or the message that no event matches. */
async function measureAudit(page: Page): Promise<void> {
  const { from, to } = seededMonth(new Date())
  const owner = openDatabase(demo.gateway.databaseOwnerUrl, { max: 1 })
  await seedEvents(owner.sql, { events, from, to })
  await owner.close()
  console.log(`views of the audit page over ${events} events, until the first row`)
  const slowest: number[] = []
  for (const view of auditViews(from, to)) {
    const address = `${demo.publicUrl}/gateway/audit?range=all&q=${encodeURIComponent(view)}`
    const times: number[] = []
    for (let round = 0; round < rounds; round++)
      times.push(await timeUntil(page, address, '[role=gridcell], :text("No events match."), [role=alert]'))
    // Over very many events, the gateway rejects a search that would take too long.
    const rejections = await page.locator('[role=alert]').allTextContents()
    if (rejections.length === 0) slowest.push(spread(times).median)
    const result = rejections.length === 0 ? '' : `: rejected, ${rejections[0]}`
    console.log(`  ${milliseconds(times)}  ${view === '' ? 'all events' : view}${result}`)
  }
  console.log(`slowest view that was not rejected: ${Math.max(...slowest).toFixed(0)} ms`)
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`
}

function milliseconds(values: readonly number[]): string {
  const { median, min, max } = spread(values)
  return `${median.toFixed(0)} ms (${min.toFixed(0)} to ${max.toFixed(0)})`
}
