import { afterAll, beforeAll, expect, test } from 'vitest'
import { callInConsoleMode, listHeaders } from '../console-mode/console-calls.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

describeInChromium('a person who has only convox and a browser', () => {
  let at: WebConsole
  beforeAll(async () => {
    at = await startWebConsole({ organization: 'acme' })
  })
  afterAll(() => at.stop())

  test('gets lines for the terminal, and a token that works in them', async () => {
    const page = await at.open('admin', '/gateway/access')
    const region = page.getByRole('region', { name: 'Connect your terminal' })
    await region.getByRole('tab', { name: 'convox login' }).click()
    await region.getByText('convox apps -r acme/production', { exact: true }).waitFor()
    await region.getByRole('link', { name: 'Create a token for this command' }).click()
    await page.getByRole('button', { name: 'Create a token' }).click()
    await page.getByRole('heading', { name: 'Run this in your terminal' }).waitFor()
    await lookAt(page, 'convox-login')
    const lines = await page.locator('pre').textContent()
    const [, host, token = ''] = /^convox login (\S+) -t (rgs_\S+)$/m.exec(lines ?? '') ?? []
    expect(host).toBe(new URL(at.url).host)
    const racks = await callInConsoleMode(at.at.system, 'GET /racks', token, listHeaders)
    expect(racks.json).toMatchObject([
      { name: 'production', organization: { name: 'acme' } },
      { name: 'staging', organization: { name: 'acme' } },
    ])
    await page.goto(`${at.url}/gateway/convox`)
    await page.getByRole('button', { name: 'Create a token' }).waitFor()
    expect(await page.content()).not.toContain(token)
  })

  test('without a role, gets a sentence instead of a token', async () => {
    const page = await at.open('ops', '/gateway/convox')
    await page.getByRole('heading', { name: 'You have no role yet' }).waitFor()
    expect(await page.getByRole('button', { name: 'Create a token' }).count()).toBe(0)
    await lookAt(page, 'convox-login-no-role')
  })
})
