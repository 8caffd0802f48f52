import type { Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bindDemoGroups } from '../support/demo-groups.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

/** The user `ci` of the identity provider has a role on one app only. */
const users = ['nobody', 'viewer', 'ops', 'deployer', 'ci', 'auditor', 'admin'] as const

describeInChromium('the navigation of the web console', () => {
  let at: WebConsole
  beforeAll(async () => {
    at = await startWebConsole()
    const { issuer } = at.at.system
    await bindDemoGroups(at.at.system, ['viewers', 'operators', 'deployers', 'auditors'])
    await issuer.addBinding({ kind: 'group', id: 'releasers' }, { role: 'viewer', racks: 'staging', apps: 'myapp' })
    await issuer.addBinding({ kind: 'group', id: 'releasers' }, { role: 'auditor', racks: 'staging' })
  })
  afterAll(() => at.stop())

  describe('leads to no denial', () => {
    test.each(users)(
      'for %s, on any link or tab',
      async (user) => {
        const page = await at.open(user)
        const settle = watchRequests(page)
        const seen = new Map<string, string>()
        const queue = ['/gateway/']
        for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
          if (seen.has(kindOf(path))) continue
          seen.set(kindOf(path), path)
          await page.goto(`${at.url}${path}`)
          queue.push(...(await linksOf(page, settle, path)))
        }
        const denials = (await at.at.system.events()).filter(
          ({ principal, decision }) =>
            principal?.name === `${user}@example.com` && /deny|require/.test(`${decision?.effect}`),
        )
        expect(denials.map(({ route, path, decision }) => `${route ?? path}: ${decision?.reason}`)).toEqual([])
        const visited = [...seen.keys()]
        expect(visited.length).toBeGreaterThan(user === 'nobody' ? 4 : 12)
        expect(visited.includes('/gateway/audit')).toBe(user === 'auditor' || user === 'admin')
        expect(visited.includes('/gateway/apps')).toBe(user !== 'nobody' && user !== 'auditor')
        expect(visited.includes('/gateway/apps/instances')).toBe(!['nobody', 'auditor', 'ci'].includes(user))
      },
      240_000,
    )
  })

  /** Denials that the audit log has of a user, except of calls that `expected` matches. */
  const denialsOf = async (user: string) =>
    (await at.at.system.events()).filter(
      ({ principal, decision }) => principal?.name === `${user}@example.com` && decision?.effect === 'deny',
    )
  const main = (page: Page) => page.getByRole('main')

  test('a user without a role learns who can give them one, and what they can do', async () => {
    const page = await at.open('nobody')
    await page.getByRole('heading', { name: 'You have no role yet' }).waitFor()
    await page.getByRole('link', { name: 'admin@example.com' }).waitFor()
    for (const name of ['Add a second factor', 'See your sessions', 'list of roles'])
      expect(await page.getByRole('link', { name }).count(), name).toBe(1)
    await page.getByText(`rack-gateway login RACK ${at.url}`).waitFor()
    await lookAt(page, 'navigation-no-role')
  })

  test.each([
    ['auditor', '/gateway/apps', 'app:list', 'viewer'],
    ['viewer', '/gateway/health', 'gateway:health:read', 'auditor'],
    ['viewer', '/gateway/audit', 'gateway:audit:read', 'auditor'],
    ['viewer', '/gateway/people/users', 'gateway:user:write', 'admin'],
    ['viewer', '/gateway/recordings', 'gateway:recording:read', 'auditor'],
    ['ci', '/gateway/apps/instances', 'instance:list', 'viewer'],
  ])(
    '%s, who opens %s by its address, learns about %s, and no call is denied',
    async (user, path, permission, role) => {
      const page = await at.open(user, path)
      await main(page).getByRole('link', { name: permission }).waitFor()
      await main(page).getByRole('link', { name: role, exact: true }).waitFor()
      await main(page).getByText('Ask an administrator of the gateway for').waitFor()
      expect(await main(page).getByRole('alert').count()).toBe(0)
      expect(await denialsOf(user)).toEqual([])
      await main(page).getByRole('link', { name: permission }).click()
      await page.getByRole('button', { name: permission, expanded: true }).waitFor()
    },
  )

  test('an app without a role on it says so before the rack is called', async () => {
    const page = await at.open('ci', '/gateway/apps/staging/other')
    await page.getByText('app:read on other needs one of the roles').waitFor()
    await lookAt(page, 'navigation-denied-app')
    await page.goto(`${at.url}/gateway/apps/production/myapp`)
    await page.getByText('You have no role on a rack named production').waitFor()
    expect(await denialsOf('ci')).toEqual([])
  })

  const unknownId = '00000000-0000-4000-8000-000000000000'
  test.each([
    ['/gateway/nowhere/at/all', 'There is no such page', 'open the first page'],
    ['/gateway/people/nobody', 'There is no such page', 'open the first page'],
    ['/gateway/apps/staging/nope/services', 'The rack staging has no app named nope.', 'See the apps of staging'],
    [`/gateway/people/users?open=${unknownId}`, 'There is nothing with this ID.', 'Show the list'],
    ['/gateway/people/users?open=nope', 'There is nothing with this ID.', 'Show the list'],
    [`/gateway/recordings/${unknownId}`, 'There is no recording with this ID.', 'Show all recordings'],
    ['/gateway/recordings/nope', 'There is no recording with this ID.', 'Show all recordings'],
    [`/gateway/audit/${unknownId}`, 'There is no event with this ID.', 'Show all events'],
    ['/gateway/audit/nope', 'There is no event with this ID.', 'Show all events'],
  ])('an unknown page or item has plain words, the navigation, and a next step: %s', async (path, text, next) => {
    const page = await at.open('admin', '/gateway/access')
    const response = await page.goto(`${at.url}${path}`)
    expect(response?.status()).toBe(text === 'There is no such page' && path.includes('nowhere') ? 404 : 200)
    await main(page).getByText(text).first().waitFor()
    const onward = main(page)
      .getByRole('link', { name: next })
      .or(main(page).getByRole('button', { name: next }))
    await onward.waitFor()
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').count()).toBeGreaterThan(3)
    const place = path.startsWith('/gateway/audit/') ? page.getByLabel('The open event') : main(page)
    expect(await place.textContent()).not.toMatch(/\bAPI\b(?! tokens)|RGW_|\brule\b/)
    if (path.includes('nowhere')) await lookAt(page, 'navigation-unknown-page')
    if (path.includes('nope/services')) await lookAt(page, 'navigation-unknown-app')
    await onward.click()
    await main(page).getByText(text).first().waitFor({ state: 'detached' })
  })

  test('a missing session shows one dialog and nothing behind it, and the login returns to the same place', async () => {
    const page = await at.open('auditor', '/gateway/health?q=database')
    await page.getByRole('heading', { name: 'Health' }).waitFor()
    const address = page.url()
    await at.at.system.sql`
      update gateway.sessions set ended_at = now()
      where user_id in (select id from gateway.users where email = 'auditor@example.com')`
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' })
    // The gateway can serve the session from its cache until it has read that the database changed.
    await expect
      .poll(async () => {
        await page.keyboard.press('r')
        return dialog.count()
      })
      .toBe(1)
    expect(await page.getByRole('dialog').count()).toBe(1)
    expect(await page.locator('[role=alert]').count()).toBe(0)
    expect(await page.locator('body').textContent()).not.toContain('rack-gateway login')
    expect(await page.locator('main').textContent()).toBe('')
    await lookAt(page, 'navigation-session-ended')
    await dialog.getByRole('link', { name: 'Log in again' }).click()
    await page.click('button[value="auditor"]')
    await page.waitForURL(address)
    await page.getByRole('heading', { name: 'Health' }).waitFor()
  })

  describe('a denial has a way onward', () => {
    const denied = 'DELETE /apps/{app}'
    beforeAll(async () => {
      const { token } = at.at.system
      await at.at.system.send(
        'DELETE',
        '/rack/staging/apps/myapp',
        await token('deployer', { email: 'ann@example.com' }),
      )
    })

    test('in an event: the row of the matrix, the roles, and who can grant them', async () => {
      const event = await at.at.system.lastEvent()
      expect(event).toMatchObject({ route: denied, decision: { effect: 'deny', source: 'bindings' } })
      const page = await at.open('admin', `/gateway/audit/${event.id}`)
      const decision = page.getByRole('region', { name: 'Decision' })
      await decision.getByText('Who can grant admin: ').waitFor()
      await decision.getByRole('link', { name: 'admin@example.com' }).waitFor()
      await lookAt(page, 'navigation-denied-event')
      expect(await page.getByRole('link', { name: 'The app', exact: true }).getAttribute('href')).toBe(
        '/gateway/apps/staging/myapp',
      )
      await decision.getByRole('link', { name: 'the roles with app:delete' }).click()
      await page.getByRole('button', { name: 'app:delete', expanded: true }).waitFor()
      const auditor = await at.open('auditor', `/gateway/audit/${event.id}`)
      await auditor.getByText('The role that allows it: admin.').waitFor()
      expect(await auditor.getByText('Who can grant').count()).toBe(0)
    })

    test('in the answer to a question, for a rule with a line, a command, and a blocked operation', async () => {
      const page = await at.open('admin')
      const ask = async (question: Record<string, string>) => {
        await page.goto(
          `${at.url}/gateway/policy?${new URLSearchParams({ tab: 'decision', rack: 'staging', ...question })}`,
        )
        const answer = page.getByRole('region', { name: 'Denied' })
        await answer.waitFor()
        return answer
      }
      const person = { as: 'ann@example.com', app: 'myapp' }
      const missing = await ask({ ...person, route: denied })
      await missing.getByText('The role that allows it: admin.').waitFor()
      await missing.getByText('Who can grant admin: admin@example.com.').waitFor()
      await lookAt(page, 'navigation-denied-answer')
      const run = 'POST /apps/{app}/services/{service}/processes'
      const command = await ask({ ...person, route: run, service: 'command', command: 'rake db:migrate' })
      await command.getByText('The role that allows it: admin.').waitFor()
      await command.getByRole('link', { name: /^command:/ }).click()
      await page.locator('li[data-marked=true]').waitFor()
      const blocked = await ask({ as: 'admin@example.com', route: 'PUT /system' })
      await blocked.getByText('No role allows this.').waitFor()
      await blocked.getByRole('link', { name: /^built-in:/ }).click()
      await page.locator('li[data-marked=true]').waitFor()
    })

    test('in an error of a page', async () => {
      const page = await at.open('viewer', '/gateway/apps/staging/myapp/services?dialog=restart&item=web')
      await page.getByRole('button', { name: 'Restart the service' }).click()
      const alert = page.getByRole('dialog').getByRole('alert')
      await alert.getByText(/Roles that allow it: .*deployer/).waitFor()
      await lookAt(page, 'navigation-denied-dialog')
      await alert.getByRole('link', { name: 'no-permission' }).click()
      await page.getByRole('button', { name: 'service:restart', expanded: true }).waitFor()
    })
  })
})

/** Paths that are the same page for other items have the same kind. */
function kindOf(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://console.example')
  const names = [...searchParams].map(([name, value]) =>
    /^(?:tab|dialog|text|range|view)$/.test(name) ? `${name}=${value}` : name,
  )
  const kind = pathname
    .replace(/(?<=\/apps\/)[^/]+\/[^/]+/, 'RACK/APP')
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/, 'ID')
  return names.length === 0 ? kind : `${kind}?${names.sort().join('&')}`
}

/** The links of the page, and of each of its tabs. No tab shows an error. */
async function linksOf(page: Page, settle: () => Promise<void>, path: string): Promise<string[]> {
  const found = new Set<string>()
  async function read(where: string) {
    await settle()
    expect(await page.getByRole('alert').allTextContents(), `errors at ${where}`).toEqual([])
    const hrefs = await page.evaluate<string[]>(
      `[...document.querySelectorAll('a[href]:not([download])')].map((link) => link.href)`,
    )
    for (const href of hrefs) {
      const url = new URL(href)
      if (url.origin === new URL(page.url()).origin && pages.test(url.pathname))
        found.add(`${url.pathname}${url.search}`)
    }
  }
  await read(path)
  const tabs = page.getByRole('tab')
  for (let index = 0; index < (await tabs.count()); index++) {
    await tabs.nth(index).click()
    await read(`${path}, tab ${index + 1}`)
  }
  return [...found]
}

/** The pages of the console. */
const pages = /^\/gateway\/(?:(?:access|apps|audit|health|people|policy|recordings|second-factors)(?:\/.*)?)?$/

/** @returns a function that waits until the page has loaded everything except streams */
function watchRequests(page: Page): () => Promise<void> {
  const running = new Set<Request>()
  const isStream = (request: Request) => /\/(?:logs|stream|live)(?:\?|$)/.test(request.url())
  page.on('request', (request) => !isStream(request) && running.add(request))
  const end = (request: Request) => running.delete(request)
  page.on('requestfinished', end)
  page.on('requestfailed', end)
  page.on('framenavigated', (frame) => frame === page.mainFrame() && running.clear())
  const isQuiet = async () =>
    running.size === 0 && (await page.evaluate<boolean>(`document.querySelector('h1') !== null`))
  return async function settle() {
    await expect
      .poll(
        async () => {
          if (!(await isQuiet())) return false
          // A response can start other requests in the next frames.
          await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
          return isQuiet()
        },
        { timeout: 20_000, message: `loading ${page.url()}` },
      )
      .toBe(true)
  }
}
