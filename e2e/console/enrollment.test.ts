import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeStepUpPolicy } from '../step-up/policy.ts'
import { totpCode } from '../support/login/second-factor.ts'
import { sessionOf } from '../support/login/session-of.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const minute = 60_000

describeInChromium('a second factor that the policy requires by a certain time, without passkeys', () => {
  let at: WebConsole
  let page: Page
  let token: string
  const clock = { ahead: 0 }
  const now = () => Date.now() + clock.ahead

  beforeAll(async () => {
    const enrollBy = new Date(now() + 3 * minute).toISOString()
    at = await startWebConsole({
      now,
      policyFile: writeStepUpPolicy(`version: 1\nstepUp: { enrollBy: ${enrollBy} }\n`),
    })
    page = await at.open('admin', '/gateway/second-factors')
    token = (await sessionOf(at.at.system, 'admin', now())).token
  })
  afterAll(() => at.stop())

  const apps = () => at.at.system.get('/rack/staging/apps', token)

  test('the page says why there are no passkeys, and from when on a second factor is required', async () => {
    await page
      .getByText('PUBLIC_URL contains an IP address, and browsers accept passkeys only for host names')
      .waitFor()
    await page.getByText(/^The policy requires a second factor from .+ on\. Without one, you can then only/).waitFor()
    expect(await page.getByRole('button', { name: /^Add / }).allTextContents()).toEqual(['Add an authenticator app'])
    await lookAt(page, 'second-factors-without-passkeys')
    expect((await apps()).status).toBe(200)
  })

  test('from then on, calls are denied until the person adds one', async () => {
    clock.ahead += 3 * minute
    expect((await apps()).json).toMatchObject({
      rule: 'enrollment',
      error: expect.stringContaining(`add a second factor at ${at.url}/gateway/second-factors.`),
      next: `Log in again, and add a second factor at ${at.url}/gateway/second-factors.`,
    })
    await page.reload()
    await page.getByRole('button', { name: 'Add an authenticator app' }).click()
    await page.getByRole('textbox', { name: 'Name' }).fill('Phone')
    await page.getByRole('button', { name: 'Continue' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add an authenticator app' })
    const secret = ((await dialog.locator('code').textContent()) ?? '').replaceAll(' ', '')
    await dialog.getByLabel('Code that the app shows').fill(totpCode(secret, now()))
    await dialog.getByRole('button', { name: 'Add the app' }).click()
    await page.getByLabel('I stored the codes').check()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByText('The policy requires a second factor of you, and you have one.').waitFor()
    expect((await apps()).status).toBe(200)
  })
})
