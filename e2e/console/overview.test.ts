import { openWebSocket } from '@rack-gateway/testing/websocket'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser } from '../management-api/callers.ts'
import { layoutShift } from '../support/console-layout.ts'
import { bindDemoGroups } from '../support/demo-groups.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const well = ['apac', 'canada', 'eu', 'eu-west', 'production', 'sandbox', 'us', 'us-east']
const execPath = '/rack/eu/apps/myapp/processes/web/exec'

describeInChromium('the overview of the web console', () => {
  let at: WebConsole
  let release = () => {}
  beforeAll(async () => {
    at = await startWebConsole({ rackNames: [...well, 'down', 'foreign', 'slow'] })
    const { down, foreign, slow } = at.at.system.racks
    foreign?.failNext('GET /system', { kind: 'answer', status: 200, body: '<script>alert(1)</script>' })
    release = slow?.failNext('GET /system', { kind: 'hang' }).release ?? release
    await down?.close()
    await bindDemoGroups(at.at.system)
  })
  afterAll(async () => {
    release()
    await at.stop()
  })

  const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })
  /** The lower edge of something, in pixels of the window. */
  const bottomOf = async (page: Page, name: string) => {
    const box = await card(page, name).boundingBox()
    return (box?.y ?? 0) + (box?.height ?? 0)
  }
  const expectNoShift = async (page: Page) => {
    const { sum, moved } = await layoutShift(page)
    expect(sum, moved.join('\n')).toBeLessThanOrEqual(0.02)
  }
  const openExec = async (token: string, command: string) => {
    const socket = await openWebSocket(`${at.url}${execPath}`, token, { Command: command })
    expect(socket.status).toBe(101)
    return socket
  }

  test('answers three questions above the fold, the unwell racks first with why', async () => {
    const page = await at.open('viewer')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    const racks = card(page, 'Racks')
    await racks.getByText('The rack slow did not answer').waitFor()
    await racks.getByText('8 of 11 reachable').waitFor()
    const rows = await racks.getByRole('listitem').filter({ hasText: 'The rack' }).allTextContents()
    expect(rows).toEqual([
      expect.stringMatching(/^down.*UnreachableThe rack down cannot be reached: .*Last hour: 0 requests/s),
      expect.stringMatching(
        /^foreign.*Invalid responseThe rack foreign answered, but not with its status\. Ask an administrator of the gateway to check its URL\.Last hour: 0 requests, none of yours denied$/s,
      ),
      expect.stringMatching(
        /^slow.*UnreachableThe rack slow did not answer within 5 seconds\.Last hour: 0 requests, none of yours denied$/s,
      ),
    ])
    expect(await racks.getByRole('list', { name: 'Healthy racks' }).getByRole('listitem').allTextContents()).toEqual(
      well,
    )
    for (const name of ['Waiting for you', 'Racks', 'Your live calls'])
      expect(await bottomOf(page, name), name).toBeLessThanOrEqual(800)
    await expectNoShift(page)
    await lookAt(page, 'overview')
  })

  test('answers them above the fold also while next steps are open, and much waits and is live', async () => {
    const ann = await createUser(at.at.system, 'admin')
    const terminals = await Promise.all([1, 2, 3, 4, 5].map((number) => openExec(ann.token, `sleep ${number}`)))
    const page = await at.open('admin')
    const { id } = await page.evaluate<{ id: string }>(
      "fetch('/gateway/api/v1/me').then((response) => response.json())",
    )
    const expiresAt = new Date(Date.now() + 3 * 86_400_000)
    for (const racks of ['eu', 'us'])
      for (const role of ['viewer', 'ops', 'deployer'])
        await at.at.system.issuer.addBinding({ kind: 'user', id }, { role, racks, expiresAt })
    await expect
      .poll(async () => {
        await page.reload()
        await page.locator('h1').waitFor()
        return card(page, 'Live now').getByText('sleep').count()
      })
      .toBe(5)
    await card(page, 'Waiting for you').getByText('Your role deployer on us').waitFor()
    await card(page, 'Racks')
      .getByText(/ of 11 reachable$/)
      .waitFor()
    await card(page, 'Next steps').waitFor()
    for (const name of ['Waiting for you', 'Racks', 'Live now'])
      expect(await bottomOf(page, name), name).toBeLessThanOrEqual(800)
    await lookAt(page, 'overview-busy')
    for (const terminal of terminals) {
      terminal.close()
      await terminal.closed()
    }
  })

  test('a person without gateway:audit:read sees no counts, and the page requests none', async () => {
    const page = await at.open('viewer')
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.reload()
    await card(page, 'Racks').getByText('reachable').first().waitFor()
    expect(await card(page, 'Last 24 hours').count()).toBe(0)
    expect(asked.filter((path) => path.includes('/audit/'))).toEqual([])
  })

  test('data loads when the page is opened or refreshed by hand, and not when a pointer is over its link', async () => {
    const page = await at.open('admin', '/gateway/policy')
    const counted: string[] = []
    page.on('request', (request) => request.url().includes('/audit/histogram') && counted.push(request.url()))
    await page.getByRole('heading', { name: 'Policy' }).waitFor()
    await page.getByRole('link', { name: 'Overview' }).hover()
    await page.getByRole('link', { name: 'Health' }).hover()
    expect(counted).toEqual([])
    await page.getByRole('link', { name: 'Overview' }).click()
    await card(page, 'Last 24 hours')
      .getByText(/request/)
      .waitFor()
    expect(counted).toHaveLength(1)
    await page.keyboard.press('r')
    await expect.poll(() => counted.length).toBe(2)
    await card(page, 'Last 24 hours')
      .getByRole('link', { name: /denied/ })
      .click()
    await page.waitForURL(/\/gateway\/audit\?q=result%3Adeny/)
  })

  test('lists the pending items of a person', async () => {
    const { system } = at.at
    const page = await at.open('deployer')
    const { id } = await page.evaluate<{ id: string }>(
      "fetch('/gateway/api/v1/me').then((response) => response.json())",
    )
    const expiresAt = new Date(Date.now() + 3 * 86_400_000)
    await system.issuer.addBinding({ kind: 'user', id }, { role: 'ops', racks: 'eu', expiresAt })
    expect(await createToken(page, { name: 'nightly', role: 'viewer', lifetimeSeconds: 3 * 86_400 })).toBe(201)
    await page.reload()
    const waiting = card(page, 'Waiting for you')
    await waiting.getByText('Your role ops on eu').waitFor()
    await waiting.getByText('Your API token nightly').waitFor()
    await waiting.getByRole('link', { name: /Your API token/ }).click()
    await page.waitForURL(/\/gateway\/people\/tokens/)
  })

  test('an administrator ends a live session with the keyboard, and it dies in the terminal with the reason', async () => {
    const ann = await createUser(at.at.system, 'admin')
    const terminal = await openExec(ann.token, 'sleep 77')
    const page = await at.open('admin')
    const live = card(page, 'Live now')
    const row = live.getByRole('row').filter({ hasText: 'sleep 77' })
    await expect
      .poll(async () => {
        await page.keyboard.press('r')
        return row.count()
      })
      .toBe(1)
    expect(await row.textContent()).toContain(ann.email)
    await lookAt(page, 'overview-live')
    await row.getByRole('button', { name: /^End/ }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Reason').fill('Deploys are frozen <b>today</b>')
    await page.waitForURL(/\?end=/)
    const address = page.url()
    await lookAt(page, 'overview-end')
    await page.keyboard.press('Enter')
    expect((await terminal.readToEnd()).join('')).toContain('ended this session: Deploys are frozen <b>today</b>')
    await page.getByText('was ended').waitFor()
    await expect.poll(() => row.count()).toBe(0)
    await expect
      .poll(async () => {
        await page.goto(address)
        await page.locator('h1').waitFor()
        return page.getByText('This call has ended').count()
      })
      .toBe(1)
  })

  test('a person who leaves the page while the gateway ends a call stays on the other page', async () => {
    const ann = await createUser(at.at.system, 'admin')
    const terminal = await openExec(ann.token, 'sleep 79')
    const page = await at.open('admin', '/gateway/health')
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route('**/live-calls/*/end', async (route) => {
      await released
      await route.continue()
    })
    await page.getByRole('link', { name: 'Overview' }).click()
    const row = card(page, 'Live now').getByRole('row').filter({ hasText: 'sleep 79' })
    await expect
      .poll(async () => {
        await page.keyboard.press('r')
        return row.count()
      })
      .toBe(1)
    await row.getByRole('button', { name: /^End/ }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('done')
    const sent = page.waitForRequest('**/live-calls/*/end')
    await page.keyboard.press('Enter')
    await sent
    await page.goBack()
    await page.goBack()
    await page.getByRole('heading', { name: 'Health' }).waitFor()
    release()
    await page.getByText('was ended').waitFor()
    await terminal.closed()
    expect(new URL(page.url()).pathname).toBe('/gateway/health')
  })

  test('a person sees and ends only their own calls', async () => {
    const other = await createUser(at.at.system, 'admin')
    const foreign = await openExec(other.token, 'sleep 78')
    const page = await at.open('viewer')
    const { id } = await page.evaluate<{ id: string }>(
      "fetch('/gateway/api/v1/me').then((response) => response.json())",
    )
    await at.at.system.issuer.addBinding({ kind: 'user', id }, { role: 'admin', racks: 'eu' })
    const own = await openLogs(page)
    const live = card(page, 'Your live calls')
    const rows = live.getByRole('row').filter({ hasText: 'logs' })
    await expect
      .poll(async () => {
        await page.keyboard.press('r')
        return rows.count()
      })
      .toBe(1)
    expect(await live.textContent()).not.toContain('sleep 78')
    await rows.getByRole('button', { name: /^End/ }).click()
    await page.getByRole('dialog').getByLabel('Reason').fill('done')
    await page.getByRole('button', { name: 'End the call' }).click()
    await page.getByText('was ended').waitFor()
    expect(await own.evaluate('ended')).toBe(true)
    foreign.close()
    await foreign.closed()
  })
})

function createToken(page: Page, request: object): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const { csrfToken } = await (await fetch('/gateway/api/v1/me')).json()
    const headers = { 'content-type': 'application/json', 'x-csrf-token': csrfToken }
    const body = ${JSON.stringify(JSON.stringify(request))}
    return (await fetch('/gateway/api/v1/tokens', { method: 'POST', headers, body })).status
  })()`)
}

/** Follows logs by the cookie of a page. */
async function openLogs(page: Page): Promise<Page> {
  const other = await page.context().newPage()
  await other.goto(page.url())
  await other.evaluate(`(async () => {
    const response = await fetch('/gateway/api/v1/racks/eu/apps/myapp/logs', { headers: { follow: 'true' } })
    globalThis.ended = new Response(response.body).text().then(() => true, () => true)
  })()`)
  return other
}
