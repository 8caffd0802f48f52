import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser } from '../management-api/callers.ts'
import { bindDemoGroups } from '../support/demo-groups.ts'
import { describeInChromium, startWebConsole, type WebConsole } from '../support/web-console.ts'

const cards = [
  'Waiting for you',
  'Racks',
  'Apps',
  'Your last changes',
  'What you can do',
  'Live now',
  'Last 24 hours',
  'Next steps',
]
const racks = ['eu', 'production', 'sandbox', 'staging', 'us']

describeInChromium('the first load of the web console, with an empty cache', () => {
  let at: WebConsole
  beforeAll(async () => {
    at = await startWebConsole({
      rackNames: racks,
      observing: { racks: ['staging'], until: Date.now() + 86_400_000 },
    })
    await bindDemoGroups(at.at.system)
    for (const role of ['admin', 'viewer', 'deployer']) await createUser(at.at.system, role)
  })
  afterAll(() => at.stop())

  test('takes at most 20 requests and 200 kB until every card of the overview shows data', async () => {
    const { page, loads } = await openWithEmptyCache(at, '/gateway/')
    for (const name of cards) await page.getByRole('region', { name, exact: true }).waitFor()
    await page.getByText('5 of 5 reachable').waitFor()
    await page.getByText(/\d requests?$/).waitFor()
    await page.getByText(/^Version \d/).waitFor()
    await page.getByText('You changed nothing through this gateway yet.').waitFor()
    await expect.poll(() => page.getByRole('img', { name: /^(Loading|Asking)/ }).count()).toBe(0)
    await assertBudget(loads, { requests: 20, bytes: 200_000 })
  })

  // The chunk with what pages share, which is cached for all other pages, does not count toward the first page.
  test('takes at most 20 requests and 250 kB until People shows its users', async () => {
    const { page, loads } = await openWithEmptyCache(at, '/gateway/people')
    await page.getByRole('row').filter({ hasText: 'admin@example.com' }).waitFor()
    await assertBudget(loads, { requests: 20, bytes: 250_000 })
  })

  test('a page that opens later loads one script and at most one style sheet', async () => {
    const { page, loads } = await openWithEmptyCache(at, '/gateway/people')
    await page.getByRole('row').filter({ hasText: 'admin@example.com' }).waitFor()
    for (const [name, heading] of [
      ['Apps', 'Apps'],
      ['Recordings', 'Recordings'],
      ['Audit', 'Audit'],
      ['Policy', 'Policy'],
      ['Health', 'Health'],
    ] as const) {
      loads.clear()
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click()
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
      const files = [...loads.values()].map(({ url }) => url).filter((url) => url.includes('/gateway/assets/'))
      expect(files.filter((url) => url.endsWith('.js')).length, `${name}: ${files.join(' ')}`).toBeLessThanOrEqual(1)
      expect(files.filter((url) => url.endsWith('.css')).length, `${name}: ${files.join(' ')}`).toBeLessThanOrEqual(1)
    }
  })
})

interface Load {
  readonly url: string
  /** Bytes of the headers and the body as they were sent; null until the response is complete. */
  bytes: number | null
}

async function openWithEmptyCache(at: WebConsole, path: string): Promise<{ page: Page; loads: Map<string, Load> }> {
  const page = await at.open('admin', '/gateway/access')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.goto('about:blank')
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.clearBrowserCache')
  const loads = countLoads(session)
  await page.goto(`${at.url}${path}`)
  return { page, loads }
}

function countLoads(session: CDPSession): Map<string, Load> {
  const loads = new Map<string, Load>()
  session.on('Network.requestWillBeSent', ({ requestId, request }) =>
    loads.set(requestId, { url: request.url, bytes: null }),
  )
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const load = loads.get(requestId)
    if (load !== undefined) load.bytes = encodedDataLength
  })
  return loads
}

async function assertBudget(loads: Map<string, Load>, budget: { requests: number; bytes: number }): Promise<void> {
  const all = () => [...loads.values()]
  await expect.poll(() => all().every(({ bytes }) => bytes !== null)).toBe(true)
  const list = all()
    .map(({ url, bytes }) => `${bytes} ${url}`)
    .join('\n')
  const bytes = all().reduce((sum, load) => sum + (load.bytes ?? 0), 0)
  expect(loads.size, list).toBeLessThanOrEqual(budget.requests)
  expect(bytes, list).toBeLessThanOrEqual(budget.bytes)
}
