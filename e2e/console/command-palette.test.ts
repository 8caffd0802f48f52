import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser } from '../management-api/callers.ts'
import { bindDemoGroups } from '../support/demo-groups.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

describeInChromium('the command palette of the web console', () => {
  let at: WebConsole
  let bob: { readonly email: string }
  beforeAll(async () => {
    at = await startWebConsole()
    const { issuer } = at.at.system
    await bindDemoGroups(at.at.system)
    bob = await createUser(at.at.system, 'viewer')
    const owner = { kind: 'user', email: bob.email } as const
    const expiresAt = Date.now() + 3_600_000
    for (const name of ['nightly', 'weekly nightly'])
      await issuer.issueApiToken({ name, owner, role: 'viewer', expiresAt })
  })
  afterAll(() => at.stop())

  const field = (page: Page) => page.getByRole('searchbox', { name: 'Find or run' })
  const options = (page: Page) => page.getByRole('listbox', { name: 'Results' }).getByRole('option')
  const settled = (page: Page) => page.getByRole('dialog').getByText(/^(?:\d+ results?|No results)\.$/)
  async function openPalette(page: Page): Promise<void> {
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
  }

  test('no key is lost, also if no further script can be loaded', async () => {
    const page = await at.open('admin', '/gateway/access')
    await page.getByRole('heading', { level: 1 }).waitFor()
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const delayed: string[] = []
    await page.route('**/gateway/assets/**', async (route) => {
      delayed.push(route.request().url())
      await released
      await route.continue()
    })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('open audit')
    expect(await field(page).inputValue()).toBe('open audit')
    await page.keyboard.press('Enter')
    await expect.poll(() => delayed.length).toBeGreaterThan(0)
    release()
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor()
  })

  test('keys that arrive in the same turn as the shortcut are kept', async () => {
    const page = await at.open('viewer')
    await page.getByRole('heading', { level: 1 }).waitFor()
    // Dispatched without a pause, as a fast keyboard with a busy page does.
    const focused = await page.evaluate<string | null>(`(() => {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true, cancelable: true }))
      return document.activeElement.getAttribute('aria-label')
    })()`)
    expect(focused).toBe('Find or run')
  })

  test('finds users, API tokens, apps, and racks, the best match first, and counts them aloud', async () => {
    const page = await at.open('admin')
    await openPalette(page)
    const first = options(page).first()
    for (const [typed, label] of [
      [bob.email, `Open the user ${bob.email}`],
      ['nightly', `Open the API token nightly of ${bob.email}`],
      ['myapp', 'Open the app myapp on production'],
      ['staging', 'Open the apps of the rack staging'],
      ['audit', 'Open Audit'],
    ] as const) {
      await field(page).fill(typed)
      await options(page).getByText(label, { exact: true }).waitFor()
      await settled(page).waitFor()
      expect(await first.textContent()).toContain(label)
      expect(await page.getByRole('dialog').getByRole('status').textContent()).toBe(
        `${await options(page).count()} results.`,
      )
    }
    await field(page).fill('nightly')
    await options(page).getByText('weekly nightly').waitFor()
    await lookAt(page, 'command-palette-found')
  })

  test('runs an action of a found user, with the keyboard alone', async () => {
    const page = await at.open('admin')
    await openPalette(page)
    await page.keyboard.type(`lock ${bob.email}`)
    await options(page).getByText(`Lock ${bob.email}`, { exact: true }).waitFor()
    const active = page.locator('[role=option][aria-selected=true]')
    while ((await active.textContent()) !== `Lock ${bob.email}`) await page.keyboard.press('ArrowDown')
    expect(await field(page).getAttribute('aria-activedescendant')).toBe(await active.getAttribute('id'))
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: `Lock ${bob.email}?` }).waitFor()
    expect(page.url()).toContain('dialog=lock')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('export events')
    await page.keyboard.press('Enter')
    await page
      .getByRole('dialog')
      .getByRole('heading', { name: /Export/ })
      .waitFor()
  })

  test('offers the actions of an app to a person who may run them', async () => {
    const scale = /^Scale a service of myapp on staging$/
    for (const [user, isOffered] of [
      ['deployer', true],
      ['viewer', false],
    ] as const) {
      const page = await at.open(user)
      await openPalette(page)
      await page.keyboard.type('scale myapp')
      await options(page)
        .getByText(isOffered ? scale : /^→ Apps matching/)
        .first()
        .waitFor()
      await settled(page).waitFor()
      expect(await options(page).getByText(scale).count()).toBe(isOffered ? 1 : 0)
      if (!isOffered) continue
      await options(page).getByText(scale).click()
      await page.waitForURL('**/gateway/apps/staging/myapp/services')
    }
  })

  test('a result that arrives later does not replace the command that Enter would run', async () => {
    const page = await at.open('admin')
    await page.getByRole('heading', { level: 1 }).waitFor()
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/api/v1/users?search=*', async (route) => {
      await released
      const user = { id: bob.email, email: 'policy', lockedAt: null, secondFactors: [], groups: [] }
      await route.fulfill({ json: { items: [user], next: null } })
    })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('policy')
    const active = page.locator('[role=option][aria-selected=true]')
    expect(await active.textContent()).toContain('Open Policy')
    release()
    await options(page).getByText('Open the user policy', { exact: true }).waitFor()
    expect(await active.textContent()).toContain('Open Policy')
  })

  test.each(['viewer', 'ops', 'deployer', 'auditor', 'ci', 'admin', 'nobody'])(
    'no search of %s is denied',
    async (user) => {
      const page = await at.open(user)
      await openPalette(page)
      const failed: string[] = []
      page.on('response', (response) => {
        if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`)
      })
      const before = (await at.at.system.events()).length
      for (const text of ['e', 'myapp', 'lock ann', 'nightly', bob.email, 'rgw_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']) {
        await field(page).fill(text)
        await settled(page).waitFor()
      }
      expect(failed).toEqual([])
      const events = (await at.at.system.events()).slice(before)
      expect(events.filter(({ decision }) => decision?.effect === 'deny')).toEqual([])
    },
  )
})
