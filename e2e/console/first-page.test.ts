import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser } from '../management-api/callers.ts'
import { bindDemoGroups } from '../support/demo-groups.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const form = ['Content-Type: application/x-www-form-urlencoded']

describeInChromium('the first page', () => {
  let at: WebConsole
  /** Promotes a release of an app. */
  async function deploy(path: string, token: string): Promise<void> {
    const { system } = at.at
    const created = await system.send('POST', `/rack/${path}/releases?`, token, 'env=FOO%3D1', form)
    const { id } = created.json as { id: string }
    expect((await system.send('POST', `/rack/${path}/releases/${id}/promote?`, token)).status).toBe(200)
  }
  beforeAll(async () => {
    at = await startWebConsole()
    const { issuer } = at.at.system
    const expiresAt = new Date(Date.now() + 20 * 86_400_000)
    await bindDemoGroups(at.at.system, ['viewers', 'operators', 'auditors'])
    await issuer.addBinding({ kind: 'group', id: 'deployers' }, { role: 'deployer', expiresAt })
    await issuer.addBinding({ kind: 'group', id: 'releasers' }, { role: 'viewer', racks: 'staging', apps: 'myapp' })
    const ann = await createUser(at.at.system, 'deployer')
    await deploy('staging/apps/myapp', ann.token)
    await deploy('production/apps/otherapp', ann.token)
  })
  afterAll(() => at.stop())

  const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
  const cards = (page: Page) =>
    page
      .getByRole('main')
      .getByRole('region')
      .evaluateAll((regions) => regions.map((region) => region.getAttribute('aria-label')))
  const denialsOf = async (user: string) =>
    (await at.at.system.events()).filter(
      ({ principal, decision }) =>
        principal?.name === `${user}@example.com` && decision?.effect !== 'allow' && decision,
    )

  const common = ['Waiting for you', 'Racks', 'What you can do']
  const ofApps = ['Your last changes']
  test.each([
    ['viewer', [...common, ...ofApps, 'Apps', 'Your live calls']],
    ['ci', [...common, ...ofApps, 'Apps', 'Your live calls']],
    ['ops', [...common, ...ofApps, 'Your apps', 'Your live calls']],
    ['deployer', [...common, ...ofApps, 'Your apps', 'Your live calls']],
    ['auditor', [...common, 'Live now', 'Last 24 hours']],
    ['admin', [...common, ...ofApps, 'Your apps', 'Live now', 'Last 24 hours', 'Next steps']],
  ])('%s gets the cards that the API serves, in few requests, and nothing is denied or moves', async (user, names) => {
    const page = await at.open(user)
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    const paths: string[] = []
    page.on('request', (request) => paths.push(new URL(request.url()).pathname))
    await page.reload()
    await card(page, 'Racks').getByText('Last hour:').first().waitFor()
    await page.waitForLoadState('networkidle')
    expect((await cards(page)).toSorted()).toEqual(names.toSorted())
    expect(await denialsOf(user)).toEqual([])
    const calls = paths.filter((path) => path.startsWith('/gateway/api/'))
    expect(new Set(calls).size, `${calls}`).toBe(calls.length)
    expect(calls.length, `${calls}`).toBeLessThanOrEqual(user === 'admin' ? 17 : 12)
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await shiftOf(page)).toBeLessThanOrEqual(0.02)
    for (const name of ['Waiting for you', 'Racks', names.includes('Live now') ? 'Live now' : 'Your live calls'])
      expect(await bottomOf(card(page, name)), name).toBeLessThanOrEqual(800)
    await lookAt(page, `first-page-${user}`)
  })

  test('a deployer sees the state of their apps, who deployed last, their changes, and until when they can deploy', async () => {
    const page = await at.open('deployer')
    const apps = card(page, 'Your apps')
    await apps.waitFor()
    expect(await page.evaluate<number>(scaleByCookie)).toBe(200)
    await page.keyboard.press('r')
    const row = apps.getByRole('listitem').filter({ hasText: 'otherapp on production' })
    await row.getByText('running').waitFor()
    expect(await row.textContent()).toMatch(/Deployed by deployer-\d+@example\.com, /)
    const changes = card(page, 'Your last changes')
    await changes.getByText('You scaled the service web of otherapp on production').waitFor()
    await card(page, 'What you can do').getByText('ends in').waitFor()
    await card(page, 'What you can do').getByText('Builds, releases, and configures apps').waitFor()
    await lookAt(page, 'first-page-deployer-changed')
    await changes.getByRole('link', { name: 'otherapp' }).click()
    await page.waitForURL('**/apps/production/otherapp/timeline')
    await page.goBack()
    await apps.getByRole('link', { name: 'myapp' }).first().click()
    await page.waitForURL('**/apps/*/myapp/services')
  })

  test('a viewer of one app learns nothing about another app, rack, or user', async () => {
    const page = await at.open('ci')
    await card(page, 'Apps').getByRole('link', { name: 'myapp' }).waitFor()
    const text = (await page.getByRole('main').textContent()) ?? ''
    expect(text).not.toMatch(/otherapp|production/)
    expect(text).toContain('you: ')
    expect(await denialsOf('ci')).toEqual([])
  })

  test('a rack that does not answer leaves the other cards as they are', async () => {
    const { staging } = at.at.system.racks
    const page = await at.open('viewer')
    const { release } = staging?.failNext('GET /apps', { kind: 'hang' }) ?? {}
    await page.reload()
    await card(page, 'Apps').getByRole('listitem').filter({ hasText: 'myapp on staging' }).waitFor()
    await card(page, 'Apps').getByText('running').first().waitFor()
    release?.()
  })

  test('a user without a role gets next steps, and no call is denied', async () => {
    const page = await at.open('nobody')
    await page.getByRole('heading', { name: 'You have no role yet' }).waitFor()
    expect(await denialsOf('nobody')).toEqual([])
  })
})

const scaleByCookie = `(async () => {
  const { csrfToken } = await (await fetch('/gateway/api/v1/me')).json()
  const { status } = await fetch('/gateway/api/v1/racks/production/apps/otherapp/services/web', {
    method: 'PUT',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-csrf-token': csrfToken },
    body: 'count=2',
  })
  return status
})()`

async function bottomOf(region: ReturnType<Page['getByRole']>): Promise<number> {
  const box = await region.boundingBox()
  return (box?.y ?? 0) + (box?.height ?? 0)
}

/** How much moved after it was shown. */
function shiftOf(page: Page): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    let sum = 0
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) sum += value
    }).observe({ type: 'layout-shift', buffered: true })
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)))
  })`)
}
