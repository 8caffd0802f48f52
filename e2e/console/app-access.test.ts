import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { bindDemoGroups } from '../support/demo-groups.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const app = '/gateway/apps/staging/myapp'

describeInChromium('who can access an app', () => {
  let at: WebConsole
  let ann: TestUser
  beforeAll(async () => {
    at = await startWebConsole()
    const { issuer } = at.at.system
    await bindDemoGroups(at.at.system, ['viewers', 'deployers', 'auditors'])
    await issuer.addBinding({ kind: 'group', id: 'on-call \u202e<b>' }, { role: 'ops', racks: 'staging' })
    ann = await createUser(at.at.system, null)
    await issuer.addBinding(
      { kind: 'user', id: ann.id },
      {
        role: 'deployer',
        racks: 'staging',
        apps: 'my*',
        expiresAt: new Date(Date.now() + 3 * 86_400_000),
        reason: 'incident 7',
      },
    )
    await issuer.issueApiToken({
      name: 'nightly',
      owner: { kind: 'user', email: ann.email },
      role: 'viewer',
      expiresAt: Date.now() + 86_400_000,
    })
  })
  afterAll(() => at.stop())

  const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })
  const denialsOf = async (user: string) =>
    (await at.at.system.events()).filter(
      ({ principal, decision }) => principal?.name === `${user}@example.com` && decision?.effect === 'deny',
    )

  test('an administrator sees who, with which role, through what, until when, and follows each to its reason', async () => {
    const page = await at.open('admin', `${app}/access`)
    const ofAnn = row(page, `${ann.email} User`)
    await ofAnn.getByText('Deploy, build, run commands').waitFor()
    expect(await ofAnn.textContent()).toMatch(/deployer.*binding by .*: incident 7.*in 2 days|in 3 days/)
    const token = row(page, 'nightly')
    expect(await token.textContent()).toContain(`API token of ${ann.email}`)
    await row(page, 'on-call \\u202e<b>').getByText('Group', { exact: true }).waitFor()
    await lookAt(page, 'app-access')
    await ofAnn.getByText('Deploy, build, run commands').click()
    await ofAnn.getByText('release:promote').waitFor()
    await token.getByRole('link', { name: 'nightly' }).click()
    await page.waitForURL('**/people/tokens?open=*')
    await page.goBack()
    await page.keyboard.press('/')
    await page.keyboard.type('release:promote my')
    await page.getByText(/^\d of \d/).waitFor()
    await ofAnn.getByRole('link', { name: 'binding' }).click()
    await page.waitForURL(/\/people\/bindings\?/)
    await page.goBack()
    await row(page, `${ann.email} User`).getByRole('link', { name: ann.email }).click()
    const access = page.getByRole('region', { name: 'What they can do where' })
    await access.getByText('deployer on staging, apps my*').waitFor()
    expect(await access.getByRole('listitem').count()).toBe(2)
    expect(await access.textContent()).toMatch(/Why: API token nightly, binding/)
    await lookAt(page, 'user-access')
  })

  test('an auditor, who cannot see the app, sees who can access it, and no call is denied', async () => {
    const page = await at.open('auditor', app)
    await page.getByRole('link', { name: 'See who can access this app' }).click()
    await row(page, `${ann.email} User`).getByRole('link', { name: ann.email }).click()
    await page.waitForURL('**/people/access-review?open=*')
    await page.getByRole('region', { name: 'What they can do where' }).getByText('deployer on staging').waitFor()
    await lookAt(page, 'user-access-auditor')
    expect(await denialsOf('auditor')).toEqual([])
  })

  test('a deployer is not offered the page, and learns who can open it', async () => {
    const page = await at.open('deployer', app)
    await page.getByRole('link', { name: 'Timeline' }).waitFor()
    expect(await page.getByRole('link', { name: 'Access', exact: true }).count()).toBe(0)
    await page.goto(`${at.url}${app}/access`)
    await page.getByRole('main').getByRole('link', { name: 'gateway:audit:read' }).waitFor()
    expect(await denialsOf('deployer')).toEqual([])
  })
})

describeInChromium('the page of an app', () => {
  let at: WebConsole
  beforeAll(async () => {
    at = await startWebConsole({
      rackNames: ['apac', 'eu', 'eu-west', 'production', 'sandbox', 'staging', 'us', 'us-east'],
    })
    const { issuer } = at.at.system
    await issuer.addBinding({ kind: 'group', id: 'viewers' }, { role: 'viewer' })
    await issuer.addBinding({ kind: 'group', id: 'releasers' }, { role: 'viewer', racks: 'staging', apps: 'myapp' })
  })
  afterAll(() => at.stop())

  test('leads up to its rack and the list of apps, and to the same app on another rack with the same tab', async () => {
    const page = await at.open('viewer', `${app}/releases`)
    const others = page.getByRole('navigation', { name: 'myapp on other racks' })
    await others.getByRole('link', { name: 'production' }).waitFor()
    expect(await others.getByRole('link').allTextContents()).toEqual(['apac', 'eu', 'eu-west', 'production', 'sandbox'])
    await lookAt(page, 'app-page')
    await others.getByRole('button', { name: 'Look on 2 more racks' }).click()
    await others.getByRole('link', { name: 'us-east' }).click()
    await page.waitForURL('**/apps/us-east/myapp/releases')
    await page.getByRole('heading', { name: 'myapp on us-east' }).waitFor()
    const crumbs = page.getByRole('navigation', { name: 'Breadcrumbs' })
    await crumbs.getByRole('link', { name: 'us-east' }).click()
    await page.waitForURL('**/apps?rack=us-east')
    await page.goBack()
    await crumbs.getByRole('link', { name: 'Apps' }).click()
    await page.waitForURL('**/gateway/apps')
  })

  test('a viewer of one app on one rack gets no link to a rack that they cannot see', async () => {
    const page = await at.open('ci', `${app}/services`)
    await page.getByRole('heading', { name: 'myapp on staging' }).waitFor()
    await page.getByRole('table').waitFor()
    expect(await page.getByRole('navigation', { name: 'myapp on other racks' }).count()).toBe(0)
  })
})
