import { createServer } from 'node:http'
import { listen } from '@rack-gateway/testing/server'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { runCommand } from '../support/processes.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

describeInChromium('the access of a person, and the shell of the web console', () => {
  let at: WebConsole
  beforeAll(async () => {
    at = await startWebConsole()
  })
  afterAll(() => at.stop())

  test('shows a person their racks, roles, and sessions, and how to connect', async () => {
    const page = await at.open('admin', '/gateway/access')
    await page.getByRole('heading', { name: 'Your access' }).waitFor()
    expect(await page.getByRole('region', { name: 'Your racks' }).textContent()).toContain('production')
    await page.getByText(/ on Linux$/).waitFor()
    await page.getByText(`rack-gateway login production ${at.url}`).first().waitFor()
    const why = await page.getByRole('region', { name: 'Your roles, and why you have them' }).textContent()
    expect(why).toMatch(
      /^Your roles, and why you have themadmin on all racksGranted to you, since .*: named in ADMIN_USERS$/,
    )
    await lookAt(page, 'access')
  })

  test('the next steps of an empty installation are commands that exist, and tick themselves', async () => {
    const page = await at.open('admin')
    const steps = page.getByRole('region', { name: 'Next steps' })
    await steps.getByText('Connect your terminal').waitFor()
    const commands = (await page.locator('pre').allTextContents()).filter((line) => line.startsWith('rack-gateway '))
    expect(commands.length).toBeGreaterThanOrEqual(3)
    // Valid words: all that is missing is a login.
    for (const line of commands.filter((line) => !line.startsWith('rack-gateway login')))
      expect((await runCommand('rack-gateway', line.split(' ').slice(1))).stderr, line).toContain(
        'Log in with: rack-gateway login',
      )

    const done = steps.getByRole('listitem').filter({ hasText: '– done' })
    await send(page, '/invitations', { email: 'ann@example.com', bindings: [{ role: 'viewer' }] })
    await comeBack(page)
    await done.filter({ hasText: 'Invite a person' }).waitFor()
    expect(await done.count()).toBe(1)
    const github = { provider: 'github', repositoryId: '74', repositoryOwnerId: '65' }
    await send(page, '/trusts', { name: 'deploys', role: 'ci', template: github })
    await comeBack(page)
    await done.filter({ hasText: 'Admit a pipeline' }).waitFor()
    await at.open('admin')
    await at.at.system
      .sql`update gateway.sessions set device = 'laptop' where id = (select id from gateway.sessions order by created_at desc limit 1)`
    await comeBack(page)
    await steps.waitFor({ state: 'detached' })
  })

  test('a person without a role sees whom to ask, and nobody else does', async () => {
    const page = await at.open('nobody', '/gateway/access')
    const racks = page.getByRole('region', { name: 'Your racks' })
    await racks.getByText('You have no role on any rack yet. Ask for a role: admin@example.com.').waitFor()
    expect(await racks.getByRole('link').getAttribute('href')).toBe('mailto:admin%40example.com')
    await page.getByText('You have no roles.', { exact: true }).waitFor()
    expect(await page.getByRole('region', { name: 'Connect your terminal' }).count()).toBe(0)
    await lookAt(page, 'access-without-role')
    const admin = await at.open('admin')
    expect(await admin.evaluate("fetch('/gateway/api/v1/me').then((response) => response.text())")).not.toContain(
      'administrators',
    )
  })

  test('a role through a group says who granted it and why, with hostile text made visible', async () => {
    const reason = 'on call \u202e<b>until</b> spring'
    await at.at.system.issuer.addBinding(
      { kind: 'group', id: 'deployers' },
      { role: 'deployer', racks: 'staging', reason },
    )
    const page = await at.open('deployer', '/gateway/access')
    const why = page.getByRole('region', { name: 'Your roles, and why you have them' })
    await why.getByText('Through your group').waitFor()
    expect(await why.textContent()).toContain('deployer on staging')
    expect(await why.textContent()).toContain('on call \\u202e<b>until</b> spring')
  })

  test('a revoked session disappears from the list, and its device is logged out', async () => {
    const one = await at.open('viewer', '/gateway/access')
    const other = await at.open('viewer', '/gateway/access')
    await other
      .getByRole('button', { name: /^Revoke the session/ })
      .nth(1)
      .waitFor()
    const rows = other.getByRole('row').filter({ hasNotText: 'This browser' })
    await rows.getByRole('button', { name: /^Revoke the session/ }).click()
    await other.getByRole('button', { name: 'Revoke the session', exact: true }).click()
    await other.getByText('was revoked').waitFor()
    await one
      .getByRole('button', { name: /^Revoke the session/ })
      .first()
      .click()
    await one.getByRole('button', { name: 'Revoke the session', exact: true }).click()
    await one.getByRole('heading', { name: 'Your session has ended' }).waitFor()
    await lookAt(one, 'session-ended')
    await one.reload()
    await one.getByText(/^Your session ended on /).waitFor()
    await one.getByRole('link', { name: 'Log in again' }).click()
    await one.click('button[value="viewer"]')
    await one.getByRole('heading', { name: 'Your access' }).waitFor()
  })

  test('a person whose session ended at a line of the policy gets back to that line', async () => {
    const page = await at.open('viewer', '/gateway/policy?text=built-in')
    await page.goto(`${at.url}/gateway/policy?text=built-in#L7`)
    await page.getByRole('heading', { name: 'Policy' }).waitFor()
    await at.at.system.sql`update gateway.sessions set ended_at = now() where user_id in
      (select id from gateway.users where email = 'viewer@example.com')`
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'Log in again' }).click()
    await page.click('button[value="viewer"]')
    await page.locator('#L7[data-marked=true]').waitFor()
  })

  test('the pages and the actions can be reached with the keyboard alone', async () => {
    const page = await at.open('admin')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await page.getByRole('heading', { name: 'Policy' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('searchbox', { name: 'Find or run' }).waitFor()
    await page.keyboard.type('open overview')
    await page.getByRole('option').getByText('Open Overview', { exact: true }).waitFor()
    await lookAt(page, 'command-palette')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
    await lookAt(page, 'shortcut-list')
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor({ state: 'detached' })
  })

  test('the browser enforces the policy: inline code does not run, text does not become markup, and external resources do not load', async () => {
    const page = await at.open('viewer', '/gateway/', { isWatched: false })
    await page.getByRole('heading', { level: 1 }).waitFor()
    const outcomes = await page.evaluate<Record<string, string>>(`(() => {
      globalThis.violations = new Set()
      document.addEventListener('securitypolicyviolation', (event) => violations.add(event.effectiveDirective))
      const outcome = (action) => { try { action(); return 'done' } catch (error) { return error.name } }
      const style = Object.assign(document.createElement('style'), { textContent: 'body { display: none }' })
      document.head.append(style)
      document.body.append(Object.assign(document.createElement('img'), { src: 'https://other.example/x.png' }))
      fetch('https://other.example/').catch(() => {})
      return {
        markup: outcome(() => document.body.insertAdjacentHTML('beforeend', '<b></b>')),
        script: outcome(() => Object.assign(document.createElement('script'), { src: 'https://other.example/x.js' })),
        policy: outcome(() => trustedTypes.createPolicy('other', {})),
        style: String(style.sheet),
      }
    })()`)
    expect(outcomes).toEqual({ markup: 'TypeError', script: 'TypeError', policy: 'TypeError', style: 'null' })
    const violations = () => page.evaluate<string[]>('[...violations]')
    for (const directive of ['style-src-elem', 'img-src', 'connect-src', 'require-trusted-types-for', 'trusted-types'])
      await expect.poll(violations).toContain(directive)
  })

  test.each(['/gateway/policy?rack=staging', '/gateway/audit?q=text%3Amigr*'])(
    'a person who asks for a page without a session gets it after the login: %s',
    async (path) => {
      const page = await at.open('viewer', path)
      expect(page.url()).toBe(`${at.url}${path}`)
    },
  )

  test('a link on another site leads to the login, and that site cannot load the login into its own page', async () => {
    const login = `${at.url}/gateway/auth/login`
    const html = `<iframe src="${login}?a=frame"></iframe><a href="${login}?a=link">Log in</a>
      <script>fetch('${login}?a=fetch', { mode: 'no-cors' }).catch(() => {})</script>`
    const other = await listen(createServer((_, response) => response.setHeader('content-type', 'text/html').end(html)))
    onTestFinished(() => other.close())
    const page = await at.open('viewer', '/gateway/', { isWatched: false })
    const statuses: Record<string, number> = {}
    page.on('response', (response) => {
      const { origin, searchParams } = new URL(response.url())
      if (origin === at.url) statuses[searchParams.get('a') ?? ''] = response.status()
    })
    // For a browser, the name is another site than the address.
    await page.goto(other.url.replace('127.0.0.1', 'localhost'))
    await expect.poll(() => statuses).toMatchObject({ frame: 403, fetch: 403 })
    await page.getByRole('link', { name: 'Log in' }).click()
    await page.locator('button[value="viewer"]').waitFor()
    expect(statuses.link).toBe(303)
  })
})

/** Changes something as the person of a page. */
async function send(page: Page, path: string, body: object): Promise<void> {
  const status = await page.evaluate(`(async () => {
    const { csrfToken } = await (await fetch('/gateway/api/v1/me')).json()
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken }
    const body = ${JSON.stringify(JSON.stringify(body))}
    return (await fetch('/gateway/api/v1${path}', { method: 'POST', headers, body })).status
  })()`)
  expect(status).toBe(201)
}

/** The person did something in a terminal, and comes back to the window. */
async function comeBack(page: Page): Promise<void> {
  await page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
}
