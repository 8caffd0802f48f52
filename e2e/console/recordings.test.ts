import { type ClientSocket, openWebSocket } from '@rack-gateway/testing/websocket'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type RecordingDirectory, recordingDirectory } from '../support/gateway/recorded.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

type Line = readonly [after: number, code: string, data: string]

const esc = '\u001b'
const session = `${esc}[32m$ ${esc}[0mrake db:migrate\r\nadding an index\r\n${esc}[31mLock timeout\r\n`

describeInChromium('the page of recordings', () => {
  let directory: RecordingDirectory
  let at: WebConsole
  let auditor: Page
  let admin: Page
  let recorded: string

  beforeAll(async () => {
    directory = await recordingDirectory()
    at = await startWebConsole({ recordings: { address: directory.path } })
    const { system } = at.at
    await system.issuer.addBinding({ kind: 'group', id: 'auditors' }, { role: 'auditor' })
    await system.issuer.addBinding({ kind: 'group', id: 'viewers' }, { role: 'viewer' })
    const socket = await openSession('cat')
    socket.send(Buffer.from(session))
    socket.sendEndOfInput()
    await socket.readBytesToEnd()
    socket.close()
    recorded = await newest('ended')
    auditor = await at.open('auditor', '/gateway/recordings')
    admin = await at.open('admin', '/gateway/recordings')
    for (const page of [auditor, admin])
      page.on('dialog', () => {
        throw new Error('recorded output became a script')
      })
  })
  afterAll(async () => {
    await at.stop()
    await directory.remove()
  })

  async function openSession(command: string): Promise<ClientSocket> {
    const token = await at.at.system.token('admin', { email: 'dana@example.com' })
    const url = `${at.url}/rack/staging/apps/myapp/processes/web/exec`
    return openWebSocket(url, token, { Command: command, Width: '80', Height: '24' })
  }
  /** The ID of the newest recording: while its session runs, or once all of it is stored. */
  function newest(state: 'open' | 'ended'): Promise<string> {
    return vi.waitFor(async () => {
      const [row] = await at.at.system.sql<{ id: string; chunks: number | null }[]>`
        select id, chunks::float8 as chunks from gateway.recordings order by id desc limit 1`
      if (row === undefined || (row.chunks === null) !== (state === 'open')) throw new Error(`it is not ${state} yet`)
      const keys: string[] = []
      for await (const { key } of directory.store.list(`recordings/${row.id}/`)) keys.push(key)
      if (state === 'ended' && keys.length !== row.chunks) throw new Error('it is not stored yet')
      return row.id
    }, 60_000)
  }
  /** Opens the recorded session, with its events replaced by these. */
  async function play(page: Page, lines: readonly Line[], { search = '', header = {}, cutOff = false } = {}) {
    const first = JSON.stringify({ version: 3, term: { cols: 80, rows: 24 }, timestamp: 1, ...header })
    const text = [first, ...lines.map((line) => JSON.stringify(line)), ...(cutOff ? [] : ['[0,"v","complete"]'])]
    await page.unroute('**/api/v1/recordings/*')
    await page.route('**/api/v1/recordings/*', (route) =>
      route.fulfill({ contentType: 'application/x-asciicast', body: `${text.join('\n')}\n` }),
    )
    await page.goto(`${at.url}/gateway/recordings/${recorded}${search}`)
    await screen(page).waitFor()
  }
  const screen = (page: Page) => page.getByRole('group', { name: 'Recorded terminal' })
  const second = (page: Page) => new URL(page.url()).searchParams.get('t')
  const slider = (page: Page) => page.getByRole('slider', { name: 'Time' })
  const position = async (page: Page) => Number(await slider(page).inputValue())
  const counting: readonly Line[] = Array.from({ length: 600 }, (_, n) => [1, 'o', `\r\nsecond ${n + 1}.`])

  test('a recorded session is found, played, and searched, and reading it is recorded', async () => {
    await auditor.getByRole('row').filter({ hasText: 'dana@example.com' }).waitFor()
    await lookAt(auditor, 'recordings')
    await auditor.getByRole('searchbox', { name: 'App' }).fill('another-app')
    await auditor.keyboard.press('Enter')
    await auditor.getByText('No recording matches the filters.').waitFor()
    expect(new URL(auditor.url()).searchParams.get('app')).toBe('another-app')
    await auditor.reload()
    await auditor.getByRole('button', { name: 'Clear' }).click()
    await auditor.getByRole('link', { name: 'cat' }).click()
    await screen(auditor).getByText('Lock timeout').waitFor()
    await auditor.getByText('Verified: every part is stored as it was recorded').waitFor()
    await auditor.keyboard.press('/')
    await auditor.keyboard.type('INDEX')
    await auditor.getByText('1 line matches').waitFor()
    await auditor.getByRole('button', { name: '0:00 adding an index' }).click()
    await lookAt(auditor, 'recording')
    const reads = (await at.at.system.events()).filter(({ kind }) => kind === 'recording.read')
    expect(reads).toMatchObject([{ recording: { id: recorded }, principal: { name: 'auditor@example.com' } }])
  })

  test('an audit event leads to its second, and back', async () => {
    const events = auditor.getByRole('region', { name: 'Audit events' })
    await events.getByRole('link', { name: /^dana@example.com opened a stream with process:exec \(cat\)/ }).click()
    await auditor.getByRole('link', { name: 'Play from this second' }).click()
    await screen(auditor).getByText('Lock timeout').waitFor()
    await events.getByRole('link', { name: /^dana@example.com ended a stream/ }).waitFor()
    await events.getByText('Opened by auditor@example.com').waitFor()
  })

  test('a link opens its page, also if the player changes its second while that page loads', async () => {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await auditor.route('**/assets/audit-page-*', async (route) => {
      await released
      await route.continue()
    })
    await play(auditor, counting)
    const events = auditor.getByRole('region', { name: 'Audit events' })
    await events.getByRole('link', { name: /^dana@example.com opened a stream/ }).click()
    await auditor.waitForURL('**/gateway/audit/*')
    const start = await position(auditor)
    // The player writes its second into the address once a second, and the old page stays until the new one is loaded.
    await expect.poll(() => position(auditor)).toBeGreaterThan(start + 3_000)
    expect(new URL(auditor.url()).pathname).toMatch(/^\/gateway\/audit\//)
    release()
    await auditor.getByRole('complementary', { name: 'The open event' }).waitFor()
    await auditor.unroute('**/assets/audit-page-*')
  })

  test('a link to a second shows it, and the keyboard does the rest', async () => {
    await play(auditor, [...counting, [1, 'o', '\r\na needle'], [1, 'o', '\r\nthe end']], { search: '?t=83' })
    await screen(auditor).getByText('second 83.').waitFor()
    await auditor.keyboard.press('Space')
    await auditor.getByRole('button', { name: 'Play' }).waitFor()
    const start = await position(auditor)
    await auditor.keyboard.press('ArrowRight')
    await auditor.keyboard.press('ArrowRight')
    await expect.poll(() => position(auditor)).toBe(start + 10_000)
    await auditor.keyboard.press('ArrowLeft')
    await expect.poll(() => position(auditor)).toBe(start + 5_000)
    const shown = Math.floor((start + 5_000) / 1_000)
    await screen(auditor).getByText(`second ${shown}.`).waitFor()
    await expect.poll(() => second(auditor)).toBe(`${shown}`)
    await auditor.keyboard.press(']')
    await auditor.keyboard.press(']')
    await auditor.keyboard.press('[')
    expect(await auditor.getByRole('combobox', { name: 'Speed' }).inputValue()).toBe('2')
    await auditor.keyboard.press('i')
    expect(await auditor.getByRole('button', { name: 'Skip idle' }).getAttribute('aria-pressed')).toBe('false')
    await auditor.keyboard.press('/')
    await auditor.keyboard.type('needle')
    await auditor.getByText('1 line matches').waitFor()
    await auditor.keyboard.press('Enter')
    await screen(auditor).getByText('a needle').waitFor()
    await expect.poll(() => second(auditor)).toBe('601')
    expect(await screen(auditor).getByText('the end').count()).toBe(0)
    expect(new URL(auditor.url()).searchParams.get('q')).toBe('needle')
    await auditor.keyboard.press('Escape')
    await auditor.keyboard.press('Space')
    await screen(auditor).getByText('the end').waitFor()
    await auditor.getByRole('button', { name: 'Play' }).waitFor()
  })

  test('gaps are shown at their position', async () => {
    const gap = 'gap: 4096 bytes in 20 ms are missing, because the store is too slow'
    await play(
      auditor,
      [
        [1, 'o', 'before'],
        [60, 'm', gap],
        [1, 'o', 'after'],
      ],
      { cutOff: true },
    )
    await auditor.getByRole('alert').getByText('The recording ended early').waitFor()
    const notes = auditor.getByRole('list', { name: 'Notes of the recording' })
    await notes.getByRole('button', { name: '1:01' }).click()
    await notes.getByText('4096 bytes').waitFor()
    await auditor.getByRole('status').filter({ hasText: '4096 bytes' }).waitFor()
    await lookAt(auditor, 'recording-gap')
    const problem = 'broken: chunk 1 was changed, belongs to another recording, or its key is no longer configured'
    await play(
      auditor,
      [
        [1, 'o', 'before'],
        [0, 'm', problem],
        [0, 'v', 'broken'],
      ],
      { cutOff: true },
    )
    await notes.getByText('chunk 1 was changed').waitFor()
    await auditor.getByText('The recording is broken').waitFor()
  })

  test('hostile output is only drawn', async () => {
    const hostile: readonly Line[] = [
      ...['1x1', '100000x100000', '999999999999x1', '80x24'].map((size): Line => [0, 'r', size]),
      [0, 'o', `${esc}]0;another title\u0007${esc}]2;another title${esc}\\`],
      [0, 'o', `${esc}]8;;https://evil.example/\u0007a link${esc}]8;;\u0007`],
      [0, 'o', `${esc}]8;;javascript:alert(1)\u0007a script${esc}]8;;\u0007`],
      [0, 'o', `${esc}]52;c;${Buffer.from('rm -rf /').toString('base64')}\u0007${esc}]1337;File=inline=1:AAAA\u0007`],
      [0, 'o', '\r\n<img src=x onerror=alert(1)><script>alert(1)</script>'],
      [0, 'o', `\r\nuser\u202egpj.exe\u2066 ${esc}[6n${esc}[c${esc}P$qm${esc}\\${esc}[21t`],
      [0, 'o', `\r\ne${'\u0301'.repeat(50_000)} ${esc}[2147483647b${esc}[999999999S${esc}[99999999@`],
      [0, 'o', `${esc}[8;1;1t${esc}[?1000h${esc}[?2004h\u0000\u0007\u0085\u009b1m`],
      ...Array.from({ length: 100_000 }, (): Line => [0, 'o', 'x\b']),
      [0, 'o', '\r\nstill drawn'],
      [0, 'm', 'a marker \u202e<b>'],
    ]
    await auditor.addInitScript({
      content: `navigator.clipboard.writeText = () => { throw new Error('recorded output reached the clipboard') }`,
    })
    await play(auditor, hostile, { header: { term: { cols: 100_000, rows: 100_000 }, title: '<b>' }, search: '?t=1' })
    await screen(auditor).getByText('still drawn').waitFor()
    expect(await auditor.title()).toBe('cat – Rack Gateway')
    const text = (await screen(auditor).textContent()) ?? ''
    expect(text).toContain('<img src=x onerror=alert(1)><script>alert(1)</script>')
    expect(text).toContain('user\uFFFDgpj.exe\uFFFD')
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    expect(await screen(auditor).locator('a, img, script, b').count()).toBe(0)
    expect(text.length).toBeLessThan(20_000)
    await auditor.getByText('a marker \\u202e<b>').waitFor()
    await auditor.keyboard.press('Space')
    expect(await auditor.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1280)
  })

  test('a session that runs is followed, and ends with a reason that its terminal shows', async () => {
    const socket = await openSession('bash')
    const id = await newest('open')
    await admin.unroute('**/api/v1/recordings/*')
    await admin.goto(`${at.url}/gateway/recordings?state=open`)
    await admin.getByRole('link', { name: 'bash' }).click()
    socket.send(Buffer.from('echo good morning\n'))
    await screen(admin).getByText('good morning').first().waitFor()
    await admin.keyboard.press('/')
    await admin.keyboard.type('morning')
    await admin.getByText(/lines? match/).waitFor()
    await admin.keyboard.press('Escape')
    await lookAt(admin, 'recording-live')
    const watcher = await auditor.context().newPage()
    await watcher.goto(`${at.url}/gateway/recordings/${id}`)
    await screen(watcher).getByText('good morning').first().waitFor()
    expect(await watcher.getByRole('button', { name: 'End the session' }).count()).toBe(0)
    // The search field has no focus anymore, so the key is none of its text.
    await admin.keyboard.press('r')
    const panel = admin.getByRole('region', { name: 'Audit events' })
    await panel.getByText('Opened by auditor@example.com, admin@example.com').waitFor()

    await admin.getByRole('button', { name: 'End the session' }).click()
    await lookAt(admin, 'recording-end')
    await admin.getByRole('dialog').getByRole('textbox', { name: 'Reason' }).fill('the change is over')
    await admin.keyboard.press('Enter')
    expect((await socket.readToEnd()).join('')).toContain('admin@example.com ended this session: the change is over')
    await socket.closed()
    for (const page of [admin, watcher]) {
      await page.getByText('The session has ended').waitFor()
      await page.getByText('admin@example.com ended this session: the change is over').waitFor()
    }
    await expect.poll(() => admin.getByRole('button', { name: 'End the session' }).count()).toBe(0)
    await expect.poll(() => newest('ended')).toBe(id)
    await watcher.goto(`${at.url}/gateway/recordings/${id}`)
    await watcher.getByText('Verified: every part is stored as it was recorded').waitFor()
    const note = watcher.getByRole('list', { name: 'Notes of the recording' }).getByRole('listitem').last()
    expect(await note.textContent()).toContain('Endedadmin@example.com ended this session: the change is over')
    expect(await watcher.getByText('Missing', { exact: true }).count()).toBe(0)
    await watcher.close()
  })

  test('a person who goes back while the gateway ends a session stays there', async () => {
    const socket = await openSession('top')
    await newest('open')
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await admin.route('**/api/v1/recordings/*/end', async (route) => {
      await released
      await route.continue()
    })
    await admin.goto(`${at.url}/gateway/recordings?state=open`)
    await admin.getByRole('link', { name: 'top' }).click()
    await admin.getByRole('button', { name: 'End the session' }).click()
    await admin.getByRole('dialog').getByRole('textbox', { name: 'Reason' }).fill('the change is over')
    const sent = admin.waitForRequest('**/api/v1/recordings/*/end')
    await admin.keyboard.press('Enter')
    await sent
    await admin.goBack()
    await admin.goBack()
    await admin.getByRole('heading', { name: 'Recordings' }).waitFor()
    release()
    await admin.getByText('The gateway is ending the session.').waitFor()
    await socket.closed()
    expect(new URL(admin.url()).pathname).toBe('/gateway/recordings')
    await admin.unroute('**/api/v1/recordings/*/end')
  })

  test('a session whose stream ended before it is still live, and the person can reconnect', async () => {
    const socket = await openSession('sh')
    const id = await newest('open')
    await admin.route('**/api/v1/recordings/*/live?*', (route) =>
      route.fulfill({
        contentType: 'application/x-asciicast',
        body: '{"version":3,"term":{"cols":80,"rows":24},"timestamp":1}\n[0,"m","left: the gateway stops"]\n[0,"v","open"]\n',
      }),
    )
    await admin.goto(`${at.url}/gateway/recordings/${id}`)
    await admin.getByText('The session still runs, or is not closed yet.').waitFor()
    await admin.getByText('Live', { exact: true }).waitFor()
    await admin.getByRole('button', { name: 'End the session' }).waitFor()
    expect(await admin.getByText('The session has ended').count()).toBe(0)
    await admin.unroute('**/api/v1/recordings/*/live?*')
    await admin.getByRole('button', { name: 'Reconnect' }).click()
    socket.send(Buffer.from('echo back again\n'))
    await screen(admin).getByText('back again').first().waitFor()
    socket.close()
    await admin.getByText('The session has ended').waitFor()
  })

  test('a person without the permission learns which one the page needs, and has no link to it', async () => {
    const viewer = await at.open('viewer', '/gateway/recordings')
    await viewer.getByRole('link', { name: 'gateway:recording:read' }).waitFor()
    expect(await viewer.getByRole('link', { name: 'Recordings' }).count()).toBe(0)
    await viewer.goto(`${at.url}/gateway/recordings/${recorded}`)
    await viewer.getByRole('link', { name: 'gateway:recording:read' }).waitFor()
  })
})
