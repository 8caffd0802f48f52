import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const rackApi = '**/gateway/api/v1/racks'

describeInChromium('apps', () => {
  let at: WebConsole
  let deployer: Page
  let viewer: Page

  const app = '/gateway/apps/staging/myapp'
  const open = (page: Page, path: string) => page.goto(`${at.url}${path}`)
  const received = () => at.at.system.rack.received.map(({ method, target }) => `${method} ${target}`)
  const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })

  beforeAll(async () => {
    at = await startWebConsole()
    const { issuer } = at.at.system
    await issuer.addBinding({ kind: 'group', id: 'deployers' }, { role: 'deployer' })
    await issuer.addBinding({ kind: 'group', id: 'viewers' }, { role: 'viewer' })
    deployer = await at.open('deployer', '/gateway/apps')
    viewer = await at.open('viewer', '/gateway/apps')
  })
  afterAll(() => at.stop())
  beforeEach(() => at.at.system.rack.clearReceived())

  test('a deployer finds an app, sees what scaling changes, scales a service, and restarts it', async () => {
    await row(deployer, 'staging').first().waitFor()
    await lookAt(deployer, 'apps')
    await deployer.keyboard.press('/')
    await deployer.keyboard.type('stag my')
    await deployer.getByText('1 of 4').waitFor()
    await deployer.waitForURL('**/apps?q=stag+my')
    await deployer.getByRole('link', { name: 'myapp' }).click()
    await deployer.waitForURL('**/myapp/services')
    await deployer.getByRole('button', { name: 'Scale web' }).click()
    const dialog = deployer.getByRole('dialog', { name: 'Scale web of myapp on staging' })
    expect(await dialog.getByRole('button', { name: 'Scale the service' }).isDisabled()).toBe(true)
    await dialog.getByLabel('Processes').fill('3')
    await dialog.getByText('2 → 3').waitFor()
    await lookAt(deployer, 'apps-scale')
    await deployer.keyboard.press('Enter')
    await deployer.getByText('Rack staging scales web.').waitFor()
    await expect.poll(() => row(deployer, 'web').getByRole('cell').nth(1).textContent()).toBe('3')
    const change = at.at.system.rack.received.find(({ method }) => method === 'PUT')
    expect(change?.body.bytes.toString()).toBe('count=3')
    expect(await at.at.system.events()).toContainEqual(
      expect.objectContaining({ kind: 'outcome', mode: 'web-console', service: 'web', status: 200 }),
    )
    await lookAt(deployer, 'apps-services')

    await deployer.getByRole('button', { name: 'Restart web' }).click()
    await lookAt(deployer, 'apps-restart')
    await deployer.getByRole('button', { name: 'Restart the service' }).click()
    await deployer.getByText('Rack staging restarts web.').waitFor()
    expect(received()).toContain('POST /apps/myapp/services/web/restart')

    await deployer.getByRole('link', { name: 'Timeline' }).click()
    await row(deployer, 'deployer@example.com').filter({ hasText: 'scaled the service web' }).waitFor()
    const changes = deployer.getByRole('row').filter({ hasText: '@' })
    expect(await changes.first().textContent()).toContain('deployer@example.comrestarted the service web')
    await lookAt(deployer, 'apps-timeline')
    await open(deployer, '/gateway/apps')
    await row(deployer, 'staging').getByText('restarted the service web').waitFor()
  })

  test('a viewer sees no change buttons, and a typed address shows the denial of the API', async () => {
    await open(viewer, `${app}/services`)
    await row(viewer, 'web').getByRole('link', { name: 'Log' }).waitFor()
    await expect.poll(() => viewer.getByRole('button', { name: /Scale|Restart/ }).count()).toBe(0)
    await open(viewer, `${app}/services?dialog=restart&item=web`)
    await viewer.getByRole('button', { name: 'Restart the service' }).click()
    const alert = viewer.getByRole('dialog').getByRole('alert')
    expect(await alert.textContent()).toMatch(/service:restart.*Rule no-permission/)
    await lookAt(viewer, 'apps-denied')
    expect(received().filter((call) => !call.startsWith('GET'))).toEqual([])
  })

  test('a name in the address cannot lead to another path', async () => {
    await open(viewer, '/gateway/apps/staging/..%2Fusers/services')
    await viewer.getByText('is not a valid name').waitFor()
    expect(received()).toEqual([])
  })

  test('a process is stopped after a confirmation, also if it is gone already', async () => {
    await open(deployer, `${app}/processes`)
    const worker = row(deployer, 'worker')
    const id = (await worker.getByRole('cell').first().textContent()) ?? ''
    await lookAt(deployer, 'apps-processes')
    await worker.getByRole('button', { name: `Stop ${id}` }).click()
    await lookAt(deployer, 'apps-stop')
    const second = await deployer.context().newPage()
    await second.goto(deployer.url())
    await second.getByText('The requests and jobs that it is processing are interrupted.').waitFor()
    await deployer.getByRole('button', { name: 'Stop the process' }).click()
    await deployer.getByText(`${id} was stopped.`).waitFor()
    await expect.poll(() => row(deployer, id).count()).toBe(0)

    await second.getByRole('button', { name: 'Stop the process' }).click()
    await second.getByText(`Rack staging answered with 404: process not found: ${id}`).waitFor()
    await second.close()
  })

  test('a person who can enter a process sees the command, and others are not offered it', async () => {
    const admin = await at.open('admin', `${app}/processes`)
    await admin
      .getByRole('button', { name: /^Command to enter web/ })
      .first()
      .click()
    await admin
      .getByRole('dialog')
      .getByText(/^rack-gateway exec/)
      .waitFor()
    await lookAt(admin, 'apps-exec')
    await open(viewer, `${app}/processes`)
    await row(viewer, 'web').first().getByRole('link', { name: 'Log' }).waitFor()
    await expect.poll(() => viewer.getByRole('button', { name: /^Command to enter/ }).count()).toBe(0)
  })

  test.each(['builds', 'resources', 'configs'])('the list of %s of an app is accessible', async (list) => {
    const { rack } = at.at.system
    await fetch(`${rack.url}/apps/myapp/configs/settings`, {
      method: 'PUT',
      headers: { authorization: basicAuthorization(rack.token) },
      body: new URLSearchParams({ value: btoa('a: b') }),
    })
    await open(deployer, `${app}/${list}`)
    await deployer.getByRole('table').waitFor()
    await lookAt(deployer, `apps-${list}`)
  })

  test.each(['processes', 'builds', 'releases'])('the list of %s of all apps is accessible', async (list) => {
    await open(deployer, `/gateway/apps/${list}`)
    await row(deployer, 'staging/myapp').first().waitFor()
    await lookAt(deployer, `apps-all-${list}`)
  })

  test('a service that another user scaled meanwhile is not changed before the person has seen it', async () => {
    await open(deployer, `${app}/services?dialog=scale&item=worker`)
    await deployer.getByLabel('Processes').fill('2')
    const token = await at.at.system.token('admin', { email: 'root@example.com' })
    const scaled = await fetch(`${at.url}/gateway/api/v1/racks/staging/apps/myapp/services/worker`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
      body: new URLSearchParams({ count: '5' }),
    })
    expect(scaled.status).toBe(200)
    at.at.system.rack.clearReceived()
    await deployer.keyboard.press('Enter')
    await deployer.getByText('worker was scaled since this page was loaded.').waitFor()
    await deployer.getByText('5 → 2').waitFor()
    expect(received()).toEqual(['GET /apps/myapp/services'])
    await deployer.keyboard.press('Escape')
  })

  test('lists over all racks can be filtered, and the palette finds an app that they loaded', async () => {
    await open(deployer, '/gateway/apps/processes?q=worker')
    await expect.poll(async () => (await row(deployer, 'worker').count()) > 3).toBe(true)
    await deployer.getByLabel('Rack', { exact: true }).selectOption('production')
    await expect.poll(() => row(deployer, 'staging').count()).toBe(0)
    await deployer.goBack()
    await row(deployer, 'staging').first().waitFor()
    await deployer.getByRole('link', { name: 'Instances' }).click()
    await row(deployer, 'production').first().waitFor()
    await lookAt(deployer, 'apps-instances')
    await deployer.keyboard.press('Control+k')
    await deployer.getByRole('searchbox', { name: 'Find or run' }).fill('other prod')
    await deployer.getByRole('option', { name: 'Open the app otherapp on production' }).waitFor()
    await deployer.keyboard.press('Enter')
    await deployer.waitForURL('**/apps/production/otherapp/services')
  })

  test('a log is followed, searched, paused, and resumed after its end', async () => {
    await open(deployer, `${app}/logs`)
    const lines = deployer.getByRole('group', { name: 'Log lines' })
    await lines.getByText('Booting myapp').waitFor()
    await lines.getByText('tick 1', { exact: false }).first().waitFor()
    await deployer.keyboard.press('/')
    await deployer.keyboard.type('booting')
    await expect.poll(() => lines.locator('mark').allTextContents()).toEqual(['Booting'])
    await deployer.getByRole('searchbox').fill('')
    await deployer.getByRole('button', { name: 'Pause' }).click()
    await deployer.getByRole('button', { name: /Follow \(\d+ new\)/ }).click()
    await deployer.getByRole('button', { name: 'Pause' }).waitFor()

    const hostile = '<img src=x onerror=alert(1)> \u202egpj \u001b[31mred\u001b[0m \u001b[2J\n'
    await deployer.route(`${rackApi}/staging/apps/myapp/logs`, (route) =>
      route.fulfill({
        headers: { 'answered-by': 'rack' },
        body: `${hostile}${'a long line '.repeat(60)}\nERROR: A colleague ended this call: deploy.\n`,
      }),
    )
    await deployer.reload()
    await lines.getByText('<img src=x onerror=alert(1)> \\u202egpj red \\u001b[2J').waitFor()
    await deployer.getByText('A colleague ended this call: deploy.', { exact: true }).waitFor()
    await deployer.getByLabel('Wrap lines').check()
    await deployer.waitForURL('**/logs?wrap=on')
    expect(await lines.evaluate((element) => element.scrollWidth === element.clientWidth)).toBe(true)
    await lookAt(deployer, 'apps-log')
    await deployer.unroute(`${rackApi}/staging/apps/myapp/logs`)
    await deployer.getByRole('button', { name: 'Resume' }).click()
    await lines.getByText('Booting myapp').waitFor()
    await deployer.getByText('Live').waitFor()
  })

  test('a rack that is down, or that answers garbage, is named, and the others are shown', async () => {
    const { production } = at.at.system.racks
    production?.failNext('GET /apps', { kind: 'reset' })
    await open(viewer, '/gateway/apps')
    await row(viewer, 'staging').first().waitFor()
    const alert = viewer.getByRole('alert')
    expect(await alert.textContent()).toContain('production')
    await lookAt(viewer, 'apps-rack-down')
    await alert.getByRole('button', { name: 'Try again' }).click()
    await row(viewer, 'production').first().waitFor()
    expect(await alert.count()).toBe(0)

    production?.failNext('GET /apps/myapp', { kind: 'reset' })
    await open(viewer, '/gateway/apps/production/myapp/services')
    expect(await alert.textContent()).toContain('production')
    expect(await viewer.getByRole('table').count()).toBe(0)
    await alert.getByRole('button', { name: 'Try again' }).click()
    await row(viewer, 'worker').waitFor()

    for (const body of ['<html>hello', '{"web":2}', '[{"count":2}]']) {
      production?.failNext('GET /apps/myapp/services', { kind: 'answer', status: 200, body })
      await open(viewer, '/gateway/apps/production/myapp/services')
      await viewer.getByText('The response of rack production is not that of a Convox rack.').waitFor()
      await alert.getByRole('button', { name: 'Try again' }).click()
      await row(viewer, 'worker').waitFor()
    }
  })

  test('a rack that is slow is named after five seconds, and the person can stop waiting', async () => {
    const slow = await viewer.context().newPage()
    await slow.clock.install()
    const fault = at.at.system.rack.failNext('GET /apps/myapp/services', { kind: 'hang' })
    await slow.goto(`${at.url}${app}/services`)
    await fault.reached
    await slow.clock.runFor(6_000)
    await slow.getByText('Rack staging has not answered for five seconds.').waitFor()
    await slow.getByRole('button', { name: 'Stop' }).click()
    await slow.getByText('You stopped waiting for rack staging.').waitFor()
    await slow.getByRole('button', { name: 'Try again' }).click()
    await row(slow, 'web').waitFor()
    fault.release()
    await slow.close()
  })

  test('a session that ends in the middle ends the log with the reason, and leads to the login', async () => {
    await open(viewer, `${app}/logs`)
    await viewer.getByText('Live').waitFor()
    const token = await at.at.system.token('admin', { email: 'root@example.com' })
    const [user] = await at.at.system.sql`select id from gateway.users where email = 'viewer@example.com'`
    const ended = await callManagementApi(at.at.system, token, 'POST', `/users/${user?.id}/sessions/end`)
    expect(ended.status).toBe(200)
    await viewer.getByText('Ended', { exact: true }).waitFor()
    await viewer.getByText(/^Your session ended on/).waitFor()
    await viewer.getByRole('button', { name: 'Resume' }).click()
    const dialog = viewer.getByRole('dialog', { name: 'Your session has ended' })
    await dialog.getByRole('link', { name: 'Log in again' }).click()
    await viewer.click('button[value="viewer"]')
    await viewer.waitForURL(`**${app}/logs`)
    await viewer.getByText('Live').waitFor()
  })
})
