import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bindDemoGroups } from '../support/demo-groups.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const settings = [
  { variable: 'APP_SECRET_KEY', value: '[secret]', source: 'environment' },
  { variable: 'POLICY_FILE', value: '/etc/\u202e<b>policy</b>.yaml', source: 'environment' },
  { variable: 'PORT', value: '8447', source: 'default' },
  { variable: 'RACK_CA_STAGING', value: '/etc/ca.pem', source: 'file' },
  { variable: 'RECORDINGS', value: null, source: 'unset' },
] as const

describeInChromium('the health of the gateway in the web console', () => {
  let at: WebConsole
  beforeAll(async () => {
    at = await startWebConsole({ settings })
    await at.at.system.racks.production?.close()
    await bindDemoGroups(at.at.system)
  })
  afterAll(() => at.stop())

  const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

  test.each(['ops', 'auditor', 'admin'])('says to %s how each part is, and what to do', async (role) => {
    const page = await at.open(role, '/gateway/health')
    await card(page, 'Checks').waitFor()
    const [first] = await card(page, 'Checks').getByRole('listitem').allTextContents()
    expect(first).toMatch(/^Needs attentioncheckpoints.*Set AUDIT_CHECKPOINT_DIR/s)
    const boxOf = (text: string) => card(page, 'Checks').getByText(text, { exact: true }).first().boundingBox()
    const [badge, name] = [await boxOf('Needs attention'), await boxOf('checkpoints')]
    expect((badge?.x ?? 0) + (badge?.width ?? 0)).toBeLessThan(name?.x ?? 0)
    expect(await card(page, 'Racks').getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/^productionUnreachable.*The rack production cannot be reached: /s),
      expect.stringMatching(/^stagingReachable3\.24\.9 · \d+ ms$/),
    ])
    expect(await card(page, 'Database').textContent()).toMatch(/Reachable in \d+ ms.*rack_gateway.*Prevented/s)
    expect(await card(page, 'Identity provider').textContent()).toContain('ReachableIssuer')
    await card(page, 'Sinks of the audit log').getByText('events go to no other system.').waitFor()
    expect(await card(page, 'Stores').textContent()).toContain('Sessions are not recorded')
    if (role === 'ops') await lookAt(page, 'health')
  })

  test('shows where each setting comes from, and keeps the filter in the address', async () => {
    const page = await at.open('ops', '/gateway/health?q=file')
    const configuration = card(page, 'Configuration')
    const rows = () => configuration.getByRole('row').allTextContents()
    await expect.poll(rows).toHaveLength(3)
    expect(await rows()).toEqual([
      'VariableValueSource',
      'POLICY_FILE/etc/\\u202e<b>policy</b>.yamlEnvironment variable',
      'RACK_CA_STAGING/etc/ca.pemFile',
    ])
    await configuration.getByRole('textbox', { name: 'Filter the configuration' }).fill('secret')
    await expect.poll(rows).toEqual(['VariableValueSource', 'APP_SECRET_KEY[secret]Environment variable'])
    await page.waitForURL(/\?q=secret$/)
    await page.reload()
    await expect.poll(rows).toHaveLength(2)
    await configuration.getByRole('textbox', { name: 'Filter the configuration' }).fill('nothing')
    await configuration.getByText('No variable matches.').waitFor()
  })

  test('a person without the permission learns which one the page needs, and has no link to it', async () => {
    const page = await at.open('viewer', '/gateway/health')
    await page.getByRole('link', { name: 'gateway:health:read' }).waitFor()
    await page.getByText('Roles that allow it: ').waitFor()
    expect(await page.getByRole('navigation').getByRole('link', { name: 'Health' }).count()).toBe(0)
    await lookAt(page, 'health-denied')
  })

  test('is refreshed by hand', async () => {
    const page = await at.open('ops', '/gateway/health')
    await card(page, 'Checks').waitFor()
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.keyboard.press('r')
    await expect.poll(() => asked).toEqual(['/gateway/api/v1/health'])
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect.poll(() => asked).toHaveLength(2)
  })
})
