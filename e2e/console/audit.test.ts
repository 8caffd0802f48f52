import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventDraft } from '@rack-gateway/audit'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { elementsOutside } from '../support/console-layout.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

/** Would be markup, changes the direction of what follows, and would color a terminal. */
const hostile = '<img src=x onerror=alert(1)>\u202egpj\u001b[31m'
const bulk = 450

describeInChromium('the audit page', () => {
  let at: WebConsole
  let directory: string
  let auditor: Page
  let admin: Page

  const record = (...drafts: readonly EventDraft[]) =>
    Promise.all(drafts.map((draft) => at.at.system.app.audit.record(draft)))
  const show = async (page: Page, path: string) => {
    await page.goto(`${at.url}/gateway/audit${path}`)
    await page.getByRole('grid').waitFor()
  }
  const filterBy = (text: string) => `?q=${encodeURIComponent(text)}`
  const rows = (page: Page) => page.getByRole('row').filter({ has: page.getByRole('gridcell') })
  const search = (page: Page) => new URL(page.url()).searchParams.get('q')

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'audit-page-'))
    at = await startWebConsole({ checkpoints: directory })
    const { system } = at.at
    await system.issuer.addBinding({ kind: 'group', id: 'auditors' }, { role: 'auditor' })
    await system.issuer.addBinding({ kind: 'group', id: 'viewers' }, { role: 'viewer' })
    const deployer = await system.token('deployer')
    const run = '/rack/staging/apps/myapp/services/web/processes'
    await system.send('POST', run, deployer, '', ['Command: rake db:migrate'])
    await system.send('POST', '/rack/staging/resources', await system.token('admin', { email: 'root@example.com' }))
    auditor = await at.open('auditor', '/gateway/audit?q=')
    admin = await at.open('admin', '/gateway/audit?q=')
    for (const page of [auditor, admin])
      page.on('dialog', () => {
        throw new Error('a text became a script')
      })
  })
  afterAll(async () => {
    await at.stop()
    await rm(directory, { recursive: true })
  })

  test('an event is found and verified, and a forged proof is not', async () => {
    await rows(auditor).first().waitFor()
    await lookAt(auditor, 'audit')
    await auditor.getByRole('textbox', { name: 'Filter' }).fill('actor:deployer@example.com command:"rake db:migrate"')
    await auditor.keyboard.press('Enter')
    await auditor.getByText('1 event is loaded.').waitFor()
    await rows(auditor).getByRole('gridcell').first().click()
    const panel = auditor.getByRole('complementary', { name: 'The open event' })
    await panel
      .getByText(/^deployer@example.com was denied process:run \(rake db:migrate\) on staging\/myapp/)
      .waitFor()
    await rows(auditor).getByRole('button', { name: 'myapp', exact: true }).waitFor()
    // An auditor cannot see apps.
    expect(await panel.getByRole('link', { name: 'The app', exact: true }).count()).toBe(0)
    await panel
      .getByText(/^\d{4}-\d\d-\d\dT[\d:.]+Z/)
      .getByRole('button', { name: 'Copy: The time' })
      .waitFor()
    await at.at.system.checkpoint()
    await panel.getByRole('button', { name: 'Verify in this browser' }).click()
    await panel.getByText('Verified: the event is in the signed log').waitFor()
    expect(await panel.getByRole('img', { name: 'Passed' }).count()).toBe(6)
    expect(await elementsOutside(auditor, '[aria-label="The open event"]')).toEqual([])
    await lookAt(auditor, 'audit-verified')

    const opened = auditor.url()
    expect(opened).toMatch(/\/gateway\/audit\/[0-9a-f-]{36}\?q=/)
    await auditor.reload()
    await auditor.route('**/proof', async (route) => {
      const response = await route.fetch()
      const proof = await response.json()
      await route.fulfill({ response, json: { ...proof, path: [...proof.path.slice(1), 'ab'.repeat(32)] } })
    })
    await panel.getByRole('button', { name: 'Verify in this browser' }).click()
    await panel.getByText('Not verified: a step failed, so the log may have been changed.').waitFor()
    await panel.getByText('Failed: The event is in the signed tree of its stream').waitFor()
    await auditor.unroute('**/proof')
    expect(auditor.url()).toBe(opened)
  })

  test('a denied call leads to its rule, and to the line of the policy', async () => {
    await show(auditor, filterBy('actor:root@example.com'))
    await rows(auditor).getByRole('button', { name: 'Denied' }).click()
    await auditor.getByRole('menuitem', { name: 'Only' }).click()
    await expect.poll(() => search(auditor)).toBe('actor:root@example.com result:deny')
    expect(await rows(auditor).textContent()).toContain('blocked')
    await rows(auditor).getByRole('gridcell').first().click()
    const panel = auditor.getByRole('complementary', { name: 'The open event' })
    const link = panel.getByRole('link', { name: /^built-in:\d+$/ })
    const line = (await link.textContent())?.split(':')[1]
    await link.click()
    await auditor.getByRole('heading', { name: 'Policy' }).waitFor()
    expect(new URL(auditor.url()).hash).toBe(`#L${line}`)
    expect(await auditor.locator(`#L${line}`).getAttribute('data-marked')).toBe('true')
    await auditor.goBack()
    await panel.waitFor()
    expect(await panel.getByText('The document has changed since this event').count()).toBe(0)
    expect(await panel.getByRole('link', { name: /^[0-9a-f]{8}-/ }).count()).toBe(0)
  })

  test('an event says that the policy has changed since, and leads an administrator to its bindings', async () => {
    const { id } = await at.at.system.app.audit.record({
      kind: 'call',
      principal: { kind: 'user', id: 'u', name: 'ann@example.com', bindings: ['b0000000-0000-4000-8000-000000000000'] },
      decision: { effect: 'deny', rule: 'blocked', source: 'built-in:12', policy: '0'.repeat(64) },
    })
    await show(admin, `/${id}`)
    const panel = admin.getByRole('complementary', { name: 'The open event' })
    await panel.getByText('The document has changed since this event').waitFor()
    await panel.getByRole('link', { name: /^b0000000-/ }).click()
    await admin.waitForURL(/\/gateway\/people\/bindings\?open=b0000000-/)
  })

  test('the chart says since when it counted', async () => {
    await auditor.route('**/audit/histogram?*', async (route) => {
      const response = await route.fetch()
      const counted = await response.json()
      await route.fulfill({ response, json: { ...counted, complete: false, countedFrom: counted.buckets.at(-2).at } })
    })
    await show(auditor, '?q=&range=7d')
    await auditor.getByText(/^at least .*, counted since /).waitFor()
    await lookAt(auditor, 'audit-counted-in-part')
    await auditor.unroute('**/audit/histogram?*')
  })

  test('a gap that the live tail finds is shown', async () => {
    const gap = { stream: '01a21006-6e55-7646-9171-966421143187', from: 3, to: 5 }
    await auditor.route('**/audit/events/stream*', (route) =>
      route.fulfill({ contentType: 'text/event-stream', body: `event: gap\ndata: ${JSON.stringify(gap)}\n\n` }),
    )
    await show(auditor, '?q=&live=true')
    await auditor.getByText(`The stream ${gap.stream} has no events with the numbers 3 to 5`).first().waitFor()
    await auditor.unroute('**/audit/events/stream*')
  })

  test('a person without the permission learns which one the page needs, and has no link to it', async () => {
    const viewer = await at.open('viewer', '/gateway/audit')
    await viewer.getByRole('link', { name: 'gateway:audit:read' }).waitFor()
    expect(await viewer.getByRole('link', { name: 'Audit', exact: true }).count()).toBe(0)
  })

  test('everything can be done with the keyboard', async () => {
    await record(...['a', 'b', 'c'].map((app) => ({ kind: 'call', rack: 'keys', app }) as const))
    await show(auditor, '?q=')
    await auditor.keyboard.press('/')
    await auditor.keyboard.type('user:ada')
    await auditor.keyboard.press('Enter')
    await auditor.getByText('There is no filter user. Did you mean actor:ada?').waitFor()
    await auditor.getByRole('textbox', { name: 'Filter' }).fill('rack:keys')
    await auditor.keyboard.press('Enter')
    await auditor.getByText('3 events are loaded.').waitFor()
    await auditor.keyboard.press('Escape')
    await auditor.keyboard.press('j')
    await auditor.keyboard.press('Enter')
    const panel = auditor.getByRole('complementary', { name: 'The open event' })
    await panel.waitFor()
    const first = auditor.url()
    await auditor.keyboard.press('ArrowDown')
    await expect.poll(() => auditor.url()).not.toBe(first)
    await auditor.keyboard.press('k')
    await expect.poll(() => auditor.url()).toBe(first)
    await auditor.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    const focused = () => auditor.evaluate<string>('document.activeElement.textContent')
    expect(await focused()).toContain('keys/')
    for (let step = 0; step < 3; step++) await auditor.keyboard.press('ArrowRight')
    const app = await focused()
    expect(app).toMatch(/^[abc]$/)
    await auditor.keyboard.press('Enter')
    await auditor.getByRole('menu').waitFor()
    await lookAt(auditor, 'audit-value-menu')
    await auditor.keyboard.press('ArrowDown')
    await auditor.keyboard.press('Enter')
    await expect.poll(() => search(auditor)).toBe(`rack:keys -app:${app}`)
    await auditor.getByText('2 events are loaded.').waitFor()
  })

  test('texts of other people stay visible and harmless, and repeats are one line', async () => {
    const drafts = Array.from({ length: 3 }, (_, n) => ({
      kind: 'call' as const,
      rack: 'hostile',
      command: [hostile, 'rm -rf'],
      source: { address: '192.0.2.7', client: hostile },
      principal: { kind: 'user' as const, id: 'x', name: hostile },
      detail: { [hostile]: hostile },
      durationMs: n,
    }))
    for (const draft of drafts) await record(draft)
    await show(auditor, filterBy('rack:hostile'))
    await auditor.getByText('3 events are loaded.').waitFor()
    expect(await rows(auditor).count()).toBe(1)
    const text = await rows(auditor).textContent()
    expect(text).toContain('<img src=x onerror=alert(1)>\\u202egpj\\u001b[31m')
    await rows(auditor).getByRole('button', { name: '3 adjacent events' }).click()
    await expect.poll(() => rows(auditor).count()).toBe(3)
    await rows(auditor).first().getByRole('button', { name: '<img' }).first().click()
    await auditor.getByRole('menuitem', { name: 'Only' }).click()
    await auditor.getByText('3 events are loaded.').waitFor()
    await rows(auditor).first().getByRole('gridcell').first().click()
    await auditor.getByText('The whole event').click()
    expect(await auditor.locator('img').count()).toBe(1)
    await lookAt(auditor, 'audit-hostile')

    // The log has no hidden characters. A response that has them is shown as visibly.
    await auditor.route('**/audit/events?*', async (route) => {
      const response = await route.fetch()
      const { items, next } = await response.json()
      const altered = items.map((item: { event: object }) => ({
        ...item,
        event: { ...item.event, rack: hostile, decision: { effect: 'deny', rule: hostile } },
      }))
      await route.fulfill({ response, json: { items: altered, next } })
    })
    await show(auditor, filterBy('rack:hostile'))
    await rows(auditor).first().waitFor()
    const shown = await rows(auditor).first().textContent()
    expect(shown?.match(/\\u202egpj\\u001b\[31m/g)?.length).toBeGreaterThanOrEqual(4)
    expect(shown).not.toMatch(/[\u202e\u001b]/)
    await auditor.unroute('**/audit/events?*')
  })

  test('pages follow each other without a repeat or a gap, in few elements, and a time leads to the oldest', async () => {
    await record(
      ...Array.from(
        { length: bulk },
        (_, n) => ({ kind: 'call', rack: 'bulk', app: `app-${n}`, status: 200 }) as const,
      ),
    )
    await show(auditor, `${filterBy('rack:bulk')}&range=all`)
    await auditor.getByText('200 events are loaded.').waitFor()
    const grid = auditor.getByRole('grid')
    expect(await grid.getAttribute('aria-rowcount')).toBe('-1')
    await rows(auditor).first().focus()
    const seen: string[] = []
    const oldestRow = auditor.locator(`[role=row][aria-rowindex="${bulk + 1}"]:focus`)
    // A key that is pressed before the next page arrived moves less.
    while ((await oldestRow.count()) === 0) {
      seen.push(
        ...(await rows(auditor)
          .getByRole('button', { name: /^app-\d+$/ })
          .allTextContents()),
      )
      expect(await rows(auditor).count()).toBeLessThan(90)
      await auditor.keyboard.press('PageDown')
      const index = Number(await auditor.locator('[role=row]:focus').getAttribute('aria-rowindex'))
      // The focused row is drawn at once, and its neighbors when the list has scrolled there.
      await auditor.locator(`[role=row][aria-rowindex="${index - 1}"]`).waitFor()
    }
    seen.push(
      ...(await rows(auditor)
        .getByRole('button', { name: /^app-\d+$/ })
        .allTextContents()),
    )
    expect(new Set(seen).size).toBe(bulk)
    await auditor.getByText('This is the oldest matching event.').waitFor()
    expect(await grid.getAttribute('aria-rowcount')).toBe(`${bulk + 1}`)

    const [oldest] = await at.at.system.events()
    const moment = new Date(Math.ceil(Date.parse(oldest?.at ?? '') / 1_000) * 1_000)
    await show(auditor, '?q=')
    const local = await auditor.evaluate<string>(
      `new Date(${moment.getTime()} - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 19)`,
    )
    await auditor.getByLabel('Jump to').fill(local)
    await auditor.keyboard.press('Enter')
    await auditor.getByText('This is the oldest matching event.').waitFor()
    expect(await rows(auditor).last().textContent()).toContain(oldest?.kind)
  })

  test('dragging in the chart sets the range, and the fields do the same', async () => {
    await show(auditor, '?q=')
    const chart = auditor.locator('svg:has(pattern)')
    const box = await chart.boundingBox()
    if (box === null) throw new Error('there is no chart')
    await auditor.mouse.move(box.x + 10, box.y + 10)
    await auditor.mouse.down()
    await auditor.mouse.move(box.x + box.width - 10, box.y + 10)
    await auditor.mouse.up()
    await expect.poll(() => search(auditor)).toMatch(/^from:\S+Z to:\S+Z$/)
    await auditor.getByLabel('Range', { exact: true }).selectOption('7d')
    await expect.poll(() => auditor.url()).toMatch(/audit\?q=&range=7d$/)
    await auditor.getByLabel('Range', { exact: true }).selectOption('custom')
    await auditor.getByLabel('From', { exact: true }).fill('2026-01-02T03:04:05')
    await auditor.keyboard.press('Enter')
    await expect.poll(() => search(auditor)).toMatch(/^from:2026-01-0\dT/)
  })

  test('an export says what it will contain, and contains it', async () => {
    await show(auditor, `${filterBy('rack:bulk')}&dialog=export`)
    const dialog = auditor.getByRole('dialog', { name: 'Export events' })
    await dialog.getByText(`${bulk} events`).waitFor()
    await dialog.getByText('The audit log records this export').waitFor()
    await lookAt(auditor, 'audit-export')
    await dialog.getByLabel('Format').selectOption('csv')
    const [download] = await Promise.all([
      auditor.waitForEvent('download'),
      dialog.getByRole('link', { name: 'Export' }).click(),
    ])
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n')
    expect([download.suggestedFilename().slice(-4), lines.length]).toEqual(['.csv', bulk + 1])
  })

  test('applying the same filter again loads new events, also for all time', async () => {
    await record({ kind: 'call', rack: 'again', app: 'one' })
    await show(auditor, `${filterBy('rack:again')}&range=all`)
    await auditor.getByText('1 event is loaded.').waitFor()
    await record({ kind: 'call', rack: 'again', app: 'two' })
    await auditor.getByRole('textbox', { name: 'Filter' }).press('Enter')
    await auditor.getByText('2 events are loaded.').waitFor()
  })

  test('new events appear without moving what is read', async () => {
    await show(auditor, filterBy('rack:live'))
    await auditor.getByRole('button', { name: 'Live' }).click()
    await expect.poll(() => auditor.url()).toContain('live=true')
    await auditor.locator('button[data-state=following]').waitFor()
    await record({ kind: 'call', rack: 'live', app: 'one' })
    await rows(auditor).getByRole('button', { name: 'one' }).waitFor()
    await rows(auditor).getByRole('gridcell').first().click()
    await auditor.getByRole('complementary').getByText('one', { exact: true }).waitFor()
    await record({ kind: 'call', rack: 'live', app: 'two' })
    const pill = auditor.getByRole('button', { name: '1 new' })
    await pill.waitFor()
    expect(await rows(auditor).count()).toBe(1)
    await pill.click()
    await expect.poll(() => rows(auditor).count()).toBe(2)
    await auditor.getByRole('button', { name: 'Close the event' }).click()
    await rows(auditor).getByRole('button', { name: 'two' }).waitFor()
  })

  test('the page opens with changes and denials, and views are links', async () => {
    await show(auditor, '')
    const views = auditor.getByRole('navigation', { name: 'Views' })
    const current = () => views.locator('[aria-current=page]').textContent()
    await rows(auditor).first().waitFor()
    expect(await current()).toBe('Changes and denials')
    expect(await auditor.getByRole('textbox', { name: 'Filter' }).inputValue()).toBe('view:changes')
    expect(await rows(auditor).getByRole('button', { name: 'audit.read', exact: true }).count()).toBe(0)
    await lookAt(auditor, 'audit-views')
    await views.getByRole('link', { name: 'Everything' }).focus()
    await auditor.keyboard.press('Enter')
    await expect.poll(() => search(auditor)).toBe('')
    await expect.poll(current).toBe('Everything')
    const read = rows(auditor).filter({ has: auditor.getByRole('button', { name: 'audit.read', exact: true }) })
    await read.first().getByText('console read').waitFor()
    await auditor.goBack()
    await expect.poll(current).toBe('Changes and denials')
    await views.getByRole('link', { name: 'Without console reads' }).click()
    await expect.poll(() => search(auditor)).toBe('view:without-console-reads')
    await rows(auditor).first().waitFor()
    expect(await auditor.getByText('console read', { exact: true }).count()).toBe(0)
    await views.getByRole('link', { name: 'Logins' }).click()
    await rows(auditor).getByRole('button', { name: 'login.succeeded' }).first().waitFor()
  })

  test('a view is saved, renamed, sent, and removed with the keyboard', async () => {
    await auditor.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await show(auditor, `${filterBy('result:deny rack:staging')}&range=7d`)
    const views = auditor.getByRole('navigation', { name: 'Views' })
    await auditor.getByRole('button', { name: 'Save view' }).press('Enter')
    await auditor.getByLabel('Name').waitFor()
    await auditor.keyboard.type('Denials on staging')
    await lookAt(auditor, 'audit-save-view')
    await auditor.keyboard.press('Enter')
    await expect.poll(() => views.locator('[aria-current=page]').textContent()).toBe('Denials on staging')
    await views.getByRole('link', { name: 'Everything' }).press('Enter')
    await auditor.reload()
    await views.getByRole('link', { name: 'Denials on staging' }).press('Enter')
    await expect.poll(() => search(auditor)).toBe('result:deny rack:staging')
    expect(new URL(auditor.url()).searchParams.get('range')).toBe('7d')
    const address = auditor.url()
    await auditor.getByRole('button', { name: 'Saved views' }).press('Enter')
    const dialog = auditor.getByRole('dialog', { name: 'Saved views' })
    await dialog.getByRole('button', { name: /^Copy the link: / }).press('Enter')
    await dialog.getByText('Copied').waitFor()
    expect(await auditor.evaluate<string>('navigator.clipboard.readText()')).toBe(address)
    await dialog.getByLabel('Name').fill('Refused')
    await auditor.keyboard.press('Enter')
    await dialog.getByRole('button', { name: 'Remove Refused' }).waitFor()
    expect(await auditor.evaluate<string>('document.activeElement.value')).toBe('Refused')
    await lookAt(auditor, 'audit-saved-views')
    await views.getByText('Refused').waitFor({ state: 'attached' })
    await dialog.getByRole('button', { name: 'Remove Refused' }).press('Enter')
    await dialog.getByText('No view is saved.').waitFor()
    expect(await auditor.evaluate<boolean>('document.activeElement.closest("[role=dialog]") !== null')).toBe(true)
    await auditor.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(await views.getByText('Refused').count()).toBe(0)
  })

  test('counts of the previous filter stay readable until the new ones arrive', async () => {
    await record({ kind: 'intent', rack: 'counted', command: ['true'] })
    await show(auditor, '?q=')
    await auditor.getByText(/^[\d,]+ events$/).waitFor()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await auditor.route('**/audit/histogram?*', async (route) => {
      await held
      await route.continue()
    })
    const field = auditor.getByRole('textbox', { name: 'Filter' })
    await field.fill('rack:counted')
    await field.press('Enter')
    await auditor.locator('section[aria-busy="true"]').waitFor()
    await auditor.getByText('1 event is loaded.').waitFor()
    await lookAt(auditor, 'audit-counting')
    release()
    await auditor.getByText('1 event', { exact: true }).waitFor()
    await auditor.unroute('**/audit/histogram?*')
  })

  test('a word that is no filter searches for itself, and an invalid filter counts nothing', async () => {
    await record({ kind: 'intent', rack: 'words', command: ['rake', 'db:drop'] })
    await show(auditor, '?q=')
    await auditor.getByText(/^[\d,]+ events$/).waitFor()
    const field = auditor.getByRole('textbox', { name: 'Filter' })
    await field.fill('db:drop')
    await field.press('Enter')
    await auditor.getByText('1 event is loaded.').waitFor()
    await auditor.getByText('1 event', { exact: true }).waitFor()
    await field.fill('actr:ada')
    await field.press('Enter')
    await auditor.getByText('Did you mean actor:ada?').waitFor()
    await auditor.getByText('Nothing is counted, because the filter is not valid.').waitFor()
    expect(await auditor.getByText(/^[\d,]+ events?$/).count()).toBe(0)
    expect(await rows(auditor).count()).toBe(0)
  })

  test('the intent and the outcome of a change are one row that opens to both, also in the live tail', async () => {
    const change = {
      rack: 'pairs',
      app: 'web',
      permission: 'release:promote',
      decision: { effect: 'allow', rule: 'r' },
    }
    const intentOf = async (app: string) =>
      (await record({ ...change, app, kind: 'intent' } as EventDraft))[0]?.id ?? ''
    const end = (of: string, app: string) =>
      record({ ...change, app, kind: 'outcome', of, status: 200, durationMs: 1_700 } as EventDraft)
    const first = await intentOf('one')
    await end(first, 'one')
    await show(auditor, filterBy('rack:pairs'))
    await auditor.getByText('2 events are loaded. The intent and the outcome of a change are two events').waitFor()
    expect(await rows(auditor).count()).toBe(1)
    expect(await rows(auditor).textContent()).toContain('1.7 s')
    const toggle = rows(auditor).getByRole('button', { name: 'The intent and the outcome of this change' })
    await toggle.click()
    await expect.poll(() => rows(auditor).count()).toBe(3)
    await lookAt(auditor, 'audit-pair')
    await rows(auditor).last().getByRole('gridcell').first().click()
    await expect.poll(() => auditor.url()).toContain(first)
    await auditor.getByRole('button', { name: /^The outcome \(/ }).click()
    await expect.poll(() => auditor.url()).not.toContain(first)
    await auditor.getByRole('button', { name: 'Close the event' }).click()

    await auditor.getByRole('button', { name: 'Live' }).click()
    await auditor.locator('button[data-state=following]').waitFor()
    const second = await intentOf('two')
    const row = rows(auditor).filter({ has: auditor.getByRole('button', { name: 'two', exact: true }) })
    await row.getByRole('button', { name: 'intent', exact: true }).waitFor()
    const place = await row.getAttribute('aria-rowindex')
    await end(second, 'two')
    await row.getByText('1.7 s').waitFor()
    expect([await row.count(), await row.getAttribute('aria-rowindex')]).toEqual([1, place])
  })

  test('at least 25 rows fit, and nothing moves while the page loads', async () => {
    await record(...Array.from({ length: 60 }, (_, n) => ({ kind: 'intent', rack: 'many', app: `app-${n}` }) as const))
    for (const path of ['', `${filterBy('rack:many')}`]) {
      await auditor.goto('about:blank')
      await auditor.goto(`${at.url}/gateway/audit${path}`)
      await rows(auditor).first().waitFor()
      await auditor.locator('svg:has(pattern)').waitFor()
      const { sum, moved } = await auditor.evaluate<{ sum: number; moved: string[] }>(`new Promise((resolve) => {
        let sum = 0
        const moved = []
        new PerformanceObserver((list) => {
          for (const { value, sources } of list.getEntries()) {
            sum += value
            for (const { node, previousRect: from, currentRect: to } of sources)
              moved.push([value.toFixed(3), node?.outerHTML?.slice(0, 60), from.x, from.y, to.x, to.y].join(' '))
          }
        }).observe({ type: 'layout-shift', buffered: true })
        requestAnimationFrame(() => requestAnimationFrame(() => resolve({ sum, moved })))
      })`)
      expect(sum, `${path}: ${moved.join(', ')}`).toBeLessThanOrEqual(0.02)
    }
    const visible = await auditor.evaluate<number>(`(() => {
      const list = document.querySelector('[role=grid]').parentElement.getBoundingClientRect()
      return [...document.querySelectorAll('[role=row]:has([role=gridcell])')].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect()
        return top >= list.top && bottom <= list.bottom && bottom <= innerHeight
      }).length
    })()`)
    expect(visible).toBeGreaterThanOrEqual(25)
  })

  test('an alarm is acknowledged by those who may, and the list says who may', async () => {
    await record({ kind: 'audit.inconsistent', detail: { problem: hostile } })
    await show(auditor, '?dialog=checkpoint')
    await auditor.getByText('Newest checkpoint').waitFor()
    await lookAt(auditor, 'audit-checkpoint')
    await show(auditor, '?dialog=alarms')
    await auditor.getByText('gateway:audit:acknowledge').waitFor()
    expect(await auditor.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0)
    await show(admin, `${filterBy('kind:audit.inconsistent')}&dialog=alarms`)
    await admin.getByLabel('Cause and action taken').fill('a drill')
    await lookAt(admin, 'audit-alarms')
    await admin.getByRole('button', { name: 'Acknowledge' }).click()
    await admin.getByText('Acknowledged', { exact: true }).waitFor()
    await admin.getByText('a drill').waitFor()
    await admin.getByRole('button', { name: 'Open the event' }).click()
    await admin.getByRole('complementary', { name: 'The open event' }).waitFor()
    expect(admin.url()).not.toContain('dialog')
  })

  test('a session token that was used after its replacement is an open alarm', async () => {
    await record({ kind: 'session.superseded-token', detail: { session: 's' } })
    await expect
      .poll(async () => {
        await show(admin, '')
        return admin.getByRole('button', { name: /^\d open alarm/ }).count()
      })
      .toBe(1)
    await admin.goto(`${at.url}/gateway/`)
    await admin.getByRole('link', { name: /^Nobody has acknowledged/ }).waitFor()
  })
})
