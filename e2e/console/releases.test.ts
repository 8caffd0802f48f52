import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { directApp } from '../support/racks/direct-rack.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const commit = '0123456789abcdef0123456789abcdef01234567'
const hostile = '\u202e<img src=x onerror=alert(1)>'

describeInChromium('builds and releases in the web console', () => {
  let at: WebConsole
  let myapp: ReturnType<typeof directApp>
  let older: string
  let build: string
  let running: string
  /** Newer than the running release. */
  let unpromoted: string
  let deployer: Page
  let viewer: Page
  beforeAll(async () => {
    at = await startWebConsole()
    const { issuer, rack } = at.at.system
    await issuer.addBinding({ kind: 'group', id: 'viewers' }, { role: 'viewer' })
    await issuer.addBinding({ kind: 'group', id: 'deployers' }, { role: 'deployer' })
    myapp = directApp(rack, 'myapp')
    const { id, env, manifest } = await myapp.newest()
    older = id
    build = await myapp.build(manifest.replace('port: 3000', 'port: 4000'), { 'git-sha': commit })
    const changed = `ADDED=${hostile}\n${env.replace('PLAIN=value', 'PLAIN=other')}`
    running = await myapp.newRelease({ build, env: changed })
    unpromoted = await myapp.newRelease({ build, env: `${changed}\nUNPROMOTED=1` })
    await myapp.promote(running)
    deployer = await at.open('deployer')
    viewer = await at.open('viewer')
  })
  afterAll(() => at.stop())

  const show = (page: Page, path: string) => page.goto(`${at.url}/gateway/apps/staging/myapp/${path}`)
  const region = (page: Page, name: string | RegExp) => page.getByRole('region', { name })
  const refreshUntil = async (page: Page, text: RegExp) => {
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Refresh' }).click()
        return page.getByRole('main').textContent()
      })
      .toMatch(text)
  }
  const changesOf = (page: Page) =>
    page.getByRole('list', { name: 'Changed keys' }).getByRole('listitem').allTextContents()

  test('a deployer compares an older release with the one that runs, and rolls back to it', async () => {
    await show(deployer, 'releases')
    const rows = deployer.getByRole('table').getByRole('row')
    await rows.filter({ hasText: running }).getByText('Running').waitFor()
    await lookAt(deployer, 'releases')
    await deployer.getByRole('link', { name: older }).click()
    expect(new URL(deployer.url()).searchParams.get('open')).toBe(older)

    const difference = region(deployer, 'Differences from the running release')
    await difference.waitFor()
    expect(await changesOf(deployer)).toEqual(
      ['Removed: ADDED\\u202e<img src=x onerror=alert(1)>', 'Changed: PLAINother →  becomes value'].map((text) =>
        expect.stringContaining(text),
      ),
    )
    expect(await difference.textContent()).toContain('not compared: DATABASE_URL, SECRET_KEY_BASE.')
    const lines = await difference
      .getByRole('list', { name: /^Changes from line/ })
      .getByRole('listitem')
      .allTextContents()
    expect(lines.filter((line) => /Added|Removed/.test(line)).map((line) => line.replace(/^\d+./, ''))).toEqual([
      'Removed:     port: 4000',
      'Added:     port: 3000',
    ])
    await lookAt(deployer, 'release-difference')

    at.at.system.rack.clearReceived()
    const button = deployer.getByRole('button', { name: `Roll back to ${older}` })
    expect(await isBelow(button, difference)).toBe(true)
    await button.focus()
    await deployer.keyboard.press('Enter')
    const dialog = deployer.getByRole('dialog', { name: `Roll back myapp on staging to ${older}?` })
    await dialog.getByText(`${running} runs now, and will be replaced.`).waitFor()
    await dialog.getByText(`1 newer release was never promoted: ${unpromoted}.`).waitFor()
    await lookAt(deployer, 'release-roll-back')
    expect(changesSeenBy(at)).toEqual([])
    await dialog.getByRole('button', { name: 'Roll back' }).click()
    await deployer
      .getByRole('status')
      .filter({ hasText: /rolling out|runs now/ })
      .waitFor()
    const [copy, source] = [await myapp.newest(), await myapp.release(older)]
    expect(copy).toMatchObject({ build: source.build, env: source.env, manifest: source.manifest })
    expect(copy.env).toContain('SECRET_KEY_BASE=s3cr3t-myapp')
    expect(changesSeenBy(at)).toEqual(['POST /apps/myapp/releases', `POST /apps/myapp/releases/${copy.id}/promote`])
    await refreshUntil(deployer, new RegExp(`${copy.id} runs now`))
    expect((await myapp.state()).release).toBe(copy.id)
    expect(await promotions()).toContainEqual(
      expect.objectContaining({
        mode: 'web-console',
        path: `/gateway/api/v1/racks/staging/apps/myapp/releases/${copy.id}/promote`,
        principal: expect.objectContaining({ name: 'deployer@example.com' }),
      }),
    )
    await show(deployer, 'releases')
    const cells = rows.filter({ hasText: copy.id }).getByRole('cell')
    await expect.poll(() => cells.nth(3).textContent()).toBe('deployer@example.com')
    expect(await cells.nth(4).textContent()).toMatch(/^deployer@example.com, /)
    await show(deployer, `releases?open=${copy.id}`)
    await deployer.getByText('Promoted by').waitFor()
  })

  test('the page of a release has the commit of its build, for those who may read builds', async () => {
    await show(viewer, `releases?open=${running}`)
    await viewer.getByText(commit).waitFor()
    await viewer.getByText('a build', { exact: true }).waitFor()
    await lookAt(viewer, 'release-running')
    at.at.system.rack.failNext(`GET /apps/myapp/builds/${build}`, { kind: 'answer', status: 404, body: 'no build' })
    await viewer.reload()
    await expect.poll(() => viewer.getByText('Unknown', { exact: true }).count()).toBe(2)
  })

  test('the log of a build that has ended cannot be resumed', async () => {
    const { build: ended } = await myapp.release(older)
    await show(viewer, `builds?open=${ended}`)
    await viewer.getByText('This is the end of the log.').waitFor()
    expect(await viewer.getByRole('button', { name: 'Resume' }).count()).toBe(0)
    await lookAt(viewer, 'build-ended')
    await viewer.route('**/apps/myapp/builds/*/logs', (route) =>
      route.fulfill({ headers: { 'answered-by': 'rack' }, body: 'ERROR: Your access ended.\n' }),
    )
    await show(viewer, `builds?open=${build}`)
    await viewer.getByText('Your access ended.', { exact: true }).waitFor()
    await viewer.getByRole('button', { name: 'Resume' }).waitFor()
    await show(viewer, `builds?open=${ended}`)
    await viewer.getByText('Your access ended.', { exact: true }).waitFor()
    expect(await viewer.getByRole('button', { name: 'Resume' }).count()).toBe(0)
    await viewer.unroute('**/apps/myapp/builds/*/logs')
  })

  test('a newer release is promoted', async () => {
    const { env } = await myapp.newest()
    const newer = await myapp.newRelease({ env: `${env}\nNEWER=1` })
    await show(deployer, `releases?open=${newer}`)
    await deployer.getByText('Not promoted').waitFor()
    expect(await changesOf(deployer)).toEqual([expect.stringContaining('Added: NEWER1')])
    await deployer.getByRole('button', { name: `Promote ${newer}` }).click()
    await deployer
      .getByRole('status')
      .filter({ hasText: /rolling out|runs now/ })
      .waitFor()
    await refreshUntil(deployer, new RegExp(`${newer} runs now`))
    expect(await deployer.getByRole('button', { name: /^Promote/ }).count()).toBe(0)
  })

  test('a viewer compares, but cannot promote or roll back, and the gateway refuses both', async () => {
    await show(viewer, `releases?open=${older}`)
    await region(viewer, 'Differences from the running release').waitFor()
    expect(await viewer.getByRole('main').textContent()).not.toContain('other')
    expect(await viewer.getByRole('button', { name: /Roll back|Promote/ }).count()).toBe(0)
    at.at.system.rack.clearReceived()
    for (const path of ['releases', `releases/${older}/promote`]) {
      const [status, text] = await post(viewer, `/racks/staging/apps/myapp/${path}`)
      expect(status).toBe(403)
      expect(text).toContain('RGW_NOT_PERMITTED')
    }
    expect(changesSeenBy(at)).toEqual([])
  })

  test('a promotion that the rack rejects leaves the copy, and shows the error of the rack', async () => {
    await show(deployer, `releases?open=${older}`)
    const [before = ''] = await myapp.releases()
    at.at.system.rack.failNext(/^POST .*\/promote$/, { kind: 'answer', status: 403, body: 'app is currently updating' })
    await deployer.getByRole('button', { name: `Roll back to ${older}` }).click()
    const dialog = deployer.getByRole('dialog')
    await dialog.getByText('promoted before, and will not run').waitFor()
    await dialog.getByRole('button', { name: 'Roll back' }).click()
    const alert = deployer.getByRole('alert')
    await alert.getByText('Rack staging answered with 403: app is currently updating').waitFor()
    const [copy = ''] = await myapp.releases()
    expect(copy).not.toBe(before)
    await alert.getByText('was created, but it does not run').waitFor()
    await alert.getByRole('link', { name: copy }).click()
    await deployer.getByRole('button', { name: `Promote ${copy}` }).waitFor()
  })

  test('a rack that takes long to answer is named, and the response still counts', async () => {
    const [newest = ''] = await myapp.releases()
    await show(deployer, `releases?open=${newest}`)
    const slow = at.at.system.rack.failNext(/^POST .*\/promote$/, { kind: 'hang' })
    await deployer.getByRole('button', { name: `Promote ${newest}` }).click()
    await deployer.getByText('Rack staging has not answered for five seconds. A promotion can take minutes.').waitFor()
    await slow.reached
    slow.release()
    await deployer
      .getByRole('status')
      .filter({ hasText: /rolling out|runs now/ })
      .waitFor()
  })

  test('an invalid response of a rack is an error, and promotion is impossible', async () => {
    await show(deployer, 'releases')
    await deployer.getByRole('table').waitFor()
    at.at.system.rack.failNext(`GET /apps/myapp/releases/${older}`, {
      kind: 'answer',
      status: 200,
      body: '<p>Hello</p>',
    })
    await deployer.getByRole('link', { name: older }).click()
    await deployer
      .getByRole('alert')
      .getByText('The response of the rack staging may contain secrets and could not be masked')
      .waitFor()
    expect(await deployer.getByRole('button', { name: /Roll back|Promote/ }).count()).toBe(0)
    await show(deployer, `releases?open=${encodeURIComponent('../../../me')}`)
    await deployer.getByRole('alert').getByText('is not a valid name of').waitFor()
  })

  test('a build has its log, and leads to its release', async () => {
    const { build, id } = await myapp.release(older)
    await show(viewer, 'builds')
    await viewer.getByRole('link', { name: build }).click()
    await viewer.getByRole('group', { name: 'Log lines' }).getByText('Build complete').waitFor()
    await lookAt(viewer, 'build')
    await viewer
      .getByRole('region', { name: `Build ${build}` })
      .getByRole('link', { name: id })
      .click()
    await viewer.getByRole('heading', { name: `Release ${id}` }).waitFor()
  })

  test('a list says that it has only the newest rows, and whom it cannot name', async () => {
    const { env } = await myapp.newest()
    for (let count = 0; count < 20; count++) await myapp.newRelease({ env: `${env}\nCOUNT=${count}` })
    const changes = { since: new Date(0).toISOString(), apps: [], releases: [], builds: [], complete: false }
    await viewer.route('**/api/v1/last-changes?**', (route) => route.fulfill({ json: changes }))
    await show(viewer, 'releases')
    await viewer.getByText('These are the newest 20 releases.').waitFor()
    await viewer.getByText('People are named only for the newest 2,000 changes of the app.').waitFor()
    await lookAt(viewer, 'releases-newest')
    await viewer.getByRole('button', { name: 'Show the newest 100' }).press('Enter')
    await viewer.getByRole('link', { name: older }).waitFor()
    await viewer.reload()
    await viewer.getByRole('link', { name: older }).waitFor()
    expect(await viewer.getByText('These are the newest').count()).toBe(0)
    const error = { error: 'Too slow.', code: 'RGW_CHANGE_SEARCH_TOO_SLOW', rule: 'RGW_CHANGE_SEARCH_TOO_SLOW' }
    await viewer.unroute('**/api/v1/last-changes?**')
    await viewer.route('**/api/v1/last-changes?**', (route) => route.fulfill({ status: 503, json: error }))
    await viewer.reload()
    await viewer.getByText('Who made the changes is not known: Too slow.').waitFor()
    await viewer.unroute('**/api/v1/last-changes?**')
    await viewer.goto(`${at.url}/gateway/apps/releases?q=no-such-release`)
    await viewer.getByText('Nothing in the loaded rows matches the filter.').waitFor()
    await viewer.getByText('Open an app to see more of its releases.').waitFor()
    await viewer.keyboard.press('Control+k')
    await viewer.getByRole('searchbox', { name: 'Find or run' }).fill('otherapp')
    await viewer.getByRole('option', { name: '→ Apps matching otherapp' }).click()
    await viewer.waitForURL('**/gateway/apps?q=otherapp')
    await viewer.getByRole('link', { name: 'otherapp' }).first().waitFor()
  })

  async function promotions() {
    return (await at.at.system.events()).filter(({ route, kind }) => kind === 'outcome' && route?.endsWith('/promote'))
  }
})

/** What changed the rack, as it received it. */
function changesSeenBy({ at }: WebConsole): string[] {
  return at.system.rack.received
    .filter(({ method }) => method !== 'GET')
    .map(({ method, target }) => `${method} ${target}`)
}

/** Whether a person reads one element before they reach the other. */
async function isBelow(lower: Locator, upper: Locator): Promise<boolean> {
  const [upperBox, lowerBox] = await Promise.all([upper.boundingBox(), lower.boundingBox()])
  return upperBox !== null && lowerBox !== null && lowerBox.y >= upperBox.y + upperBox.height
}

/** What a page could send although it offers no button for it. */
function post(page: Page, path: string): Promise<[number, string]> {
  return page.evaluate<[number, string]>(`(async () => {
    const { csrfToken } = await (await fetch('/gateway/api/v1/me')).json()
    const headers = { 'x-csrf-token': csrfToken, 'content-type': 'application/x-www-form-urlencoded' }
    const response = await fetch('/gateway/api/v1${path}', { method: 'POST', headers })
    return [response.status, await response.text()]
  })()`)
}
