import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openAndSettle } from '../support/console-layout.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const day = 86_400_000
const until = Date.now() + 7 * day
const end = new Date(until).toISOString()
const restart = 'POST /apps/{app}/services/{service}/restart'

describeInChromium('observe mode in the web console', () => {
  let at: WebConsole
  let admin: Page
  let viewer: Page
  /** The newest event of a call that the policy denies and observe mode allowed. */
  let observed: string

  beforeAll(async () => {
    at = await startWebConsole({ observing: { racks: ['staging'], until } })
    const { system } = at.at
    await system.issuer.addBinding({ kind: 'group', id: 'viewers' }, { role: 'viewer' })
    const ann = await system.token('viewer', { email: 'ann@example.com' })
    const service = '/rack/staging/apps/myapp/services/web'
    expect((await system.send('POST', `${service}/restart`, ann)).status).toBe(200)
    for (let run = 0; run < 2; run++) {
      const { status } = await system.send('POST', `${service}/processes`, ann, '', ['Command: rake db:migrate'])
      expect(status).toBe(200)
    }
    const events = (await system.events()).filter(({ route, kind }) => route === restart && kind === 'intent')
    observed = events[0]?.id ?? ''
    admin = await at.open('admin')
    viewer = await at.open('viewer')
  })
  afterAll(() => at?.stop())

  const banner = (page: Page) => page.getByRole('region', { name: 'Observe mode', exact: true })
  const badge = (page: Page) => page.getByRole('main').getByText(/^Observe mode until/)
  const show = (page: Page, path: string) => openAndSettle(page, `${at.url}/gateway${path}`)

  test('every page says on which racks the policy is not enforced, and until when', async () => {
    for (const path of ['/', '/apps', '/people', '/policy', '/access', '/audit', '/nowhere']) {
      await show(admin, path)
      await banner(admin).getByText('Observe mode on staging until').waitFor()
      expect(await banner(admin).getByRole('time').getAttribute('datetime'), path).toBe(end)
      expect(await banner(admin).getByRole('button').count()).toBe(0)
    }
    await show(admin, '/')
    await lookAt(admin, 'observe-overview')
    await banner(admin).getByRole('link', { name: 'See what would be denied' }).click()
    await admin.getByRole('tab', { name: 'If enforced', selected: true }).waitFor()
  })

  test('a viewer sees the banner, and a link to a page that they can use', async () => {
    await show(viewer, '/apps')
    await banner(viewer).getByText('Observe mode on staging until').waitFor()
    await banner(viewer).getByRole('link').click()
    await viewer.getByRole('tab', { name: 'Decisions', selected: true }).waitFor()
    expect(await viewer.getByRole('tab', { name: 'If enforced' }).count()).toBe(0)
    await show(viewer, '/policy?tab=would-be')
    await viewer.getByRole('tab', { name: 'Document', selected: true }).waitFor()
  })

  test.each(['/', '/health', '/access', '/apps/staging/myapp/services'])(
    'the rack has a badge with the end: %s',
    async (path) => {
      await show(admin, path)
      await badge(admin).first().waitFor()
      expect(await badge(admin).count()).toBe(1)
      await show(admin, '/apps/production/myapp/services')
      expect(await badge(admin).count()).toBe(0)
    },
  )

  test('the banner and the badges end by the clock of the gateway, without a request', async () => {
    const page = await at.open('admin', '/gateway/access')
    await banner(page).waitFor()
    await page.clock.install()
    await page.clock.setSystemTime(Date.now() + 30 * day)
    await page.reload()
    await banner(page).waitFor()
    await badge(page).waitFor()
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    await page.clock.fastForward(7 * day)
    await banner(page).waitFor({ state: 'detached' })
    expect(await badge(page).count()).toBe(0)
    await page.getByRole('status').getByText('Observe mode ended. The policy is enforced.').waitFor()
    expect(requests).toEqual([])
    await page.context().close()
  })

  const rows = (page: Page) => page.getByRole('table').getByRole('row')

  test('the report has what the policy would deny, and each row leads to its rule and to an event', async () => {
    await show(admin, '/policy?tab=would-be')
    await admin.getByText('Would be denied: 3 calls').waitFor()
    await lookAt(admin, 'observe-report')
    const row = rows(admin).filter({ hasText: 'Restarts' })
    expect(await row.textContent()).toContain('ann@example.com')
    expect(await row.textContent()).toContain('staging/myapp')
    await admin.getByText('rack-gateway policy suggest --since 7d', { exact: true }).waitFor()
    await row.getByRole('link', { name: 'no-permission' }).click()
    await admin.getByRole('button', { name: 'service:restart', expanded: true }).waitFor()
    await admin.goBack()
    await row.getByRole('link', { name: 'Example event' }).click()
    await admin.getByRole('region', { name: 'If enforced' }).waitFor()
    expect(admin.url()).toContain(observed)
  })

  test('the filters and the order of the report are in the address', async () => {
    await show(admin, '/policy?tab=would-be')
    const first = () => rows(admin).nth(1).textContent()
    await rows(admin).nth(2).waitFor()
    expect(await first()).not.toContain('Restarts')
    await admin.getByRole('button', { name: 'Calls' }).click()
    await expect.poll(first).toContain('Restarts')
    await admin.getByLabel('Calls from', { exact: true }).selectOption('24h')
    await admin.getByLabel('Rack', { exact: true }).selectOption('production')
    await admin.getByText('The rack is not in observe mode').waitFor()
    await lookAt(admin, 'observe-report-empty')
    expect(Object.fromEntries(new URL(admin.url()).searchParams)).toEqual({
      tab: 'would-be',
      since: '24h',
      rack: 'production',
      sort: 'calls',
    })
    await admin.reload()
    await admin.getByText('The rack is not in observe mode').waitFor()
    await admin.getByLabel('Rack', { exact: true }).selectOption('staging')
    await admin.getByText('rack-gateway policy suggest --since 24h --rack staging', { exact: true }).waitFor()
  })

  test('the audit log marks the call, and the event says why it would be denied', async () => {
    await show(admin, `/audit/${observed}?q=rule%3Aobserve-mode`)
    await admin.getByRole('row').filter({ hasText: 'service:restart' }).getByText('Would be denied').waitFor()
    const enforced = admin.getByRole('region', { name: 'If enforced' })
    await enforced.getByText('Allowed in observe mode. Would be denied').waitFor()
    await enforced.getByText('service:restart on myapp needs one of the roles').waitFor()
    await enforced.getByText('no-permission').waitFor()
    await enforced.getByRole('link', { name: 'the roles with service:restart' }).waitFor()
    await enforced.getByText(/Roles that allow it: .*deployer/).waitFor()
    await lookAt(admin, 'observe-event')
  })

  test('the answer to a question has the decision of the policy', async () => {
    const question = new URLSearchParams({ tab: 'decision', route: restart, app: 'myapp', as: 'ann@example.com' })
    await show(admin, `/policy?${question}&rack=staging`)
    const answer = admin.getByRole('region', { name: 'Allowed in observe mode' })
    await answer.getByText('Would be denied when the policy is enforced:').waitFor()
    await answer.getByRole('link', { name: 'no-permission' }).waitFor()
    await answer.getByText(/Roles that allow it: .*deployer/).waitFor()
    await lookAt(admin, 'observe-decision')
    await show(admin, `/policy?${question}&rack=production`)
    await admin.getByRole('region', { name: 'Denied' }).waitFor()
  })
})
