import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeStepUpPolicy } from '../step-up/policy.ts'
import { totpCode } from '../support/login/second-factor.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

describeInChromium('an action of a person without a second factor', () => {
  let at: WebConsole
  const clock = { ahead: 0 }
  const now = () => Date.now() + clock.ahead

  beforeAll(async () => {
    const enrollBy = new Date(now() + 60_000).toISOString()
    at = await startWebConsole({
      now,
      policyFile: writeStepUpPolicy(
        `version: 1\nstepUp:\n  enrollBy: ${enrollBy}\n  rules:\n    restarts: { permissions: [service:restart], require: { always: any } }\n`,
      ),
    })
    const { issuer } = at.at.system
    await issuer.addBinding({ kind: 'group', id: 'operators' }, { role: 'ops' })
    await issuer.addBinding({ kind: 'group', id: 'deployers' }, { role: 'deployer' })
  })
  afterAll(() => at.stop())

  /** @returns the secret */
  async function addApp(page: Page): Promise<string> {
    await page.getByRole('button', { name: 'Add an authenticator app' }).click()
    await page.getByRole('button', { name: 'Continue' }).click()
    const dialog = page.getByRole('dialog', { name: 'Add an authenticator app' })
    const secret = ((await dialog.locator('code').textContent()) ?? '').replaceAll(' ', '')
    await dialog.getByLabel('Code that the app shows').fill(totpCode(secret, now()))
    await dialog.getByRole('button', { name: 'Add the app' }).click()
    await page.getByLabel('I stored the codes').check()
    await page.getByRole('button', { name: 'Close' }).click()
    return secret
  }

  test('continues in its dialog after the person added one in another tab', async () => {
    const page = await at.open('ops', '/gateway/apps/staging/myapp/services')
    await page.getByRole('button', { name: 'Restart web' }).click()
    await page.getByRole('button', { name: 'Restart the service' }).click()
    const confirm = page.getByRole('dialog', { name: 'Confirm with a second factor' })
    await confirm.getByText('the action then continues here').waitFor()
    await lookAt(page, 'step-up-no-factor')
    const opening = page.context().waitForEvent('page')
    await confirm.getByRole('link', { name: 'Add a second factor' }).click()
    const other = await opening
    const secret = await addApp(other)
    await other.getByText('Go back to the tab that you came from').waitFor()
    await lookAt(other, 'second-factors-other-tab')
    await other.close()
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)
    clock.ahead += 30_000
    await confirm.getByLabel('Code of your authenticator app').fill(totpCode(secret, now()))
    await confirm.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('Rack staging restarts web.').waitFor()
    expect(at.at.system.racks.staging?.received.filter(({ target }) => target.includes('/restart'))).toHaveLength(1)
  })

  test('leads to the page of second factors and back, if the policy requires one for every call', async () => {
    clock.ahead += 60_000
    const page = await at.open('deployer', '/gateway/apps?sort=app')
    await page.getByRole('link', { name: 'Add a second factor' }).first().click()
    await addApp(page)
    await page.getByRole('link', { name: 'Go back to your page' }).click()
    await page.getByRole('link', { name: 'myapp' }).first().waitFor()
    expect(page.url()).toBe(`${at.url}/gateway/apps?sort=app`)
  })
})
