import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenWords, elementsOutside } from '../support/console-layout.ts'
import { totpCode } from '../support/login/second-factor.ts'
import { addVirtualAuthenticator } from '../support/login/virtual-authenticator.ts'
import { type LongContent, long, startConsoleWithLongContent } from '../support/long-content.ts'
import { directApp } from '../support/racks/direct-rack.ts'
import { describeInChromium } from '../support/web-console.ts'

const source = fileURLToPath(new URL('../../apps/web/src', import.meta.url))
const widths = [360, 1280]
const longProcess = `${long.name.replaceAll('-', '')}-${long.name}`

describeInChromium('every dialog of the console', () => {
  let content: LongContent
  let page: Page

  beforeAll(async () => {
    content = await startConsoleWithLongContent()
    page = await content.at.open('admin')
    await page.locator('h1').waitFor()
    await addVirtualAuthenticator(page)
    // The browser asks before it leaves a page with changes that were not sent.
    page.on('dialog', (question) => void question.accept())
    await page.route('**/apps/*/processes', async (route) => {
      const response = await route.fetch()
      const processes = (await response.json()) as { id: string }[]
      await route.fulfill({ response, json: [{ ...processes[0], id: longProcess }, ...processes] })
    })
    await page.route(/\/step-ups\/step$/, (route) => route.fulfill({ json: stepUp }))
  })
  afterAll(() => content?.stop())

  /** Opens a page of the console. */
  const go = (path: string) => page.goto(`${content.at.url}/gateway${path}`)
  const at = (path: (ids: LongContent['ids']) => string) => () => go(path(content.ids))
  const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click()
  const people = (kind: string, id: keyof LongContent['ids'], dialog: string, item?: keyof LongContent['ids']) =>
    at((ids) => `/people/${kind}?open=${ids[id]}&dialog=${dialog}${item === undefined ? '' : `&item=${ids[item]}`}`)
  /** The first factor of the administrator, which the first of the dialogs about factors adds. */
  const factor = async () =>
    (
      await page.evaluate<{ items: { id: string }[] }>(
        "fetch('/gateway/api/v1/second-factors?user=me').then((response) => response.json())",
      )
    ).items[0]?.id ?? ''
  const factorDialog = (dialog: string) => async () => {
    await go('/second-factors')
    await go(`/second-factors?dialog=${dialog}&item=${await factor()}`)
  }
  const oldLogin = (path: string) => async () => {
    const { sql } = content.at.at.system
    await sql`update gateway.sessions set authenticated_at = now() - interval '6 minutes'`
    await go(path)
    await page.getByText('only within five minutes of a login').waitFor()
    await sql`update gateway.sessions set authenticated_at = now()`
  }
  const fillBinding = async (submit: string) => {
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Role', { exact: true }).selectOption('viewer')
    await dialog.getByText('Advanced: type patterns').click()
    await dialog.getByLabel('Racks').fill(`${long.rack}-which-does-not-exist`)
    await dialog.getByLabel('Apps').fill('*')
    await dialog.getByText('The rack will be added later').click()
    await dialog.getByRole('button', { name: submit }).click()
  }

  /** How each dialog is opened, by the file that has it. */
  const dialogs: Readonly<Record<string, readonly (() => Promise<unknown>)[]>> = {
    'shell/command-palette.tsx': [() => pressKey('Control+k')],
    'shell/shortcut-list.tsx': [() => pressKey('?')],
    'shell/step-up-dialog.tsx': [
      async () => {
        await page.route('**/restart', (route) => route.fulfill({ status: 403, json: stepUpDenial }))
        await go('/apps/staging/myapp/services?dialog=restart&item=web')
        await press('Restart the service')
        await page
          .getByRole('dialog', { name: 'Confirm with a second factor' })
          .getByLabel(/^Code of/)
          .waitFor()
      },
    ],
    'pages/access/session-list.tsx': [() => go('/access').then(() => press(/^Revoke the session/))],
    'pages/apps/app/environment/review-dialog.tsx': [() => addVariable().then(() => press(/^Review changes/))],
    'pages/apps/app/environment/environment-editor.tsx': [
      () => addVariable().then(() => page.getByRole('link', { name: 'Releases' }).click()),
    ],
    'pages/apps/app/processes/processes-tab.tsx': ['exec', 'stop'].map(
      (dialog) => () => go(`/apps/staging/myapp/processes?dialog=${dialog}&item=${longProcess}`),
    ),
    'pages/apps/app/releases/promote-dialog.tsx': [
      async () => {
        const app = directApp(content.at.at.system.rack, 'myapp')
        const { build, env } = await app.newest()
        const release = await app.newRelease({ build, env: `${env}\nONE=1` })
        // The newest release is promoted without a question.
        await app.newRelease({ build, env: `${env}\nTWO=2` })
        await go(`/apps/staging/myapp/releases?open=${release}`)
        await press(/^Promote/)
        await page.getByText(/never promoted/).waitFor()
      },
    ],
    'pages/apps/app/services/scale-dialog.tsx': [() => go(`/apps/staging/myapp/services?dialog=scale&item=web`)],
    'pages/apps/app/services/services-tab.tsx': [() => go(`/apps/staging/myapp/services?dialog=restart&item=web`)],
    'pages/audit/dialogs/alarms.tsx': [() => go('/audit?dialog=alarms')],
    'pages/audit/dialogs/checkpoint.tsx': [() => go('/audit?dialog=checkpoint')],
    'pages/audit/dialogs/export-dialog.tsx': [() => go(`/audit?dialog=export&q=actor:${long.email}`)],
    'pages/audit/dialogs/range-dialog.tsx': [() => go('/audit?dialog=range')],
    'pages/audit/views/saved-views-dialogs.tsx': [
      () => go(`/audit?dialog=save-view&q=actor:${long.email}`),
      async () => {
        await go(`/audit?dialog=save-view&q=actor:${long.email}`)
        await page.getByRole('dialog').getByLabel('Name').fill(long.name.slice(0, 40))
        await page.keyboard.press('Enter')
        await page.getByRole('dialog').waitFor({ state: 'detached' })
        await go('/audit?dialog=saved-views')
      },
    ],
    'pages/overview/live/end-live-call.tsx': [
      async () => {
        const calls = (await content.api('GET', '/live-calls')).json as { items: { id: string; recording: string }[] }
        await go(`/?end=${calls.items.find(({ recording }) => recording === content.ids.liveRecording)?.id}`)
      },
    ],
    'pages/people/bindings/binding-dialog.tsx': [
      () => go('/people/bindings?dialog=create'),
      people('users', 'user', 'grant'),
    ],
    'pages/people/bindings/remove-binding-dialog.tsx': [
      at(({ binding }) => `/people/bindings?dialog=remove&item=${binding}`),
      people('users', 'user', 'remove-binding', 'binding'),
    ],
    'pages/people/forms/warnings.tsx': [
      async () => {
        await people('users', 'user', 'grant')()
        await fillBinding('Grant the role')
        await page.getByRole('dialog', { name: 'Granted' }).waitFor()
      },
    ],
    'pages/people/invitations/invitations-tab.tsx': [
      at(({ invitation }) => `/people/invitations?dialog=revoke&item=${invitation}`),
    ],
    'pages/people/invitations/invite-dialog.tsx': [() => go('/people/invitations?dialog=create')],
    'pages/people/service-accounts/service-account-panel.tsx': ['disable', 'enable'].map((dialog) =>
      people('service-accounts', 'serviceAccount', dialog),
    ),
    'pages/people/service-accounts/service-accounts-tab.tsx': [() => go('/people/service-accounts?dialog=create')],
    'pages/people/tokens/create-token-dialog.tsx': [() => go('/people/tokens?dialog=create')],
    'pages/people/tokens/fresh-login.tsx': [oldLogin('/people/tokens?dialog=create')],
    'pages/people/tokens/owner-dialog.tsx': [people('tokens', 'token', 'owner')],
    'pages/people/tokens/rotate-token-dialog.tsx': [people('tokens', 'token', 'rotate')],
    'pages/people/tokens/secret-dialog.tsx': [
      async () => {
        await people('tokens', 'token', 'rotate')()
        await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click()
        await page.getByLabel('I stored the token').check()
      },
    ],
    'pages/people/tokens/token-panel.tsx': [people('tokens', 'token', 'revoke')],
    'pages/people/trusts/claim-tester.tsx': [
      async () => {
        await go('/people/trusts?dialog=test')
        const claims = { iss: 'https://issuer.example.com', repository_id: long.name, sub: long.command }
        await page.getByLabel('Claims or token').fill(JSON.stringify(claims))
        await page.getByRole('dialog').getByRole('button', { name: 'Test', exact: true }).click()
        await page.getByRole('region', { name: 'Result' }).waitFor()
      },
    ],
    'pages/people/trusts/job-list.tsx': [people('trusts', 'trust', 'revoke-job', 'jobSession')],
    'pages/people/trusts/trust-dialog.tsx': [
      () => go('/people/trusts?dialog=create'),
      async () => {
        await go('/people/trusts?dialog=create')
        await page.getByLabel('CI system').selectOption('conditions')
        await press('Add a condition')
        await press('Add a condition')
        await page.getByRole('button', { name: 'Remove condition 3' }).press('Enter')
        await expect.poll(() => page.evaluate<string>('document.activeElement.tagName')).toBe('FIELDSET')
      },
    ],
    'pages/people/trusts/trust-panel.tsx': [people('trusts', 'trust', 'revoke')],
    'pages/people/users/lock-dialog.tsx': [people('users', 'user', 'lock')],
    'pages/people/users/reset-factors-dialog.tsx': [people('users', 'user', 'reset-factors')],
    'pages/people/users/user-dialogs.tsx': ['unlock', 'revoke-sessions'].map((dialog) =>
      people('users', 'user', dialog),
    ),
    'pages/people/users/user-sessions.tsx': [
      async () => {
        await at(({ user }) => `/people/users?open=${user}`)()
        await press(/^Revoke the session/)
      },
    ],
    'pages/recordings/player/end-session.tsx': [at(({ liveRecording }) => `/recordings/${liveRecording}?dialog=end`)],
    'pages/second-factors/add-passkey-dialog.tsx': [() => go('/second-factors?dialog=passkey')],
    'pages/second-factors/add-app-dialog.tsx': [
      () => go('/second-factors?dialog=totp'),
      () => go('/second-factors?dialog=totp').then(showSecret),
    ],
    'pages/second-factors/codes-dialog.tsx': [
      async () => {
        await go('/second-factors?dialog=totp')
        const secret = await showSecret()
        await page.getByLabel('Code that the app shows').fill(totpCode(secret, Date.now()))
        await press('Add the app')
        await page.getByLabel(/stored/).check()
      },
    ],
    'pages/second-factors/backup-codes.tsx': [factorDialog('backup-codes')],
    'pages/second-factors/remove-factor-dialog.tsx': [factorDialog('remove')],
    'pages/second-factors/rename-factor-dialog.tsx': [factorDialog('rename')],
  }

  async function pressKey(key: string) {
    await go('/health')
    await page.getByRole('heading', { name: 'Health' }).waitFor()
    await page.keyboard.press(key)
  }
  async function addVariable() {
    await go(`/apps/staging/myapp/environment`)
    await page.getByRole('textbox', { name: 'New key' }).fill(long.name.replaceAll('-', '_').toUpperCase())
    await page.getByRole('textbox', { name: 'Its value' }).fill(long.command)
    await page.keyboard.press('Enter')
  }
  async function showSecret(): Promise<string> {
    const name = page.getByRole('dialog').getByLabel('Name')
    await name.fill(long.name.slice(0, 60))
    await press('Continue')
    await page.getByLabel('Code that the app shows').waitFor()
    return ((await page.getByRole('dialog').locator('code').textContent()) ?? '').replaceAll(' ', '')
  }

  test('is opened by this test', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.tsx') && !file.startsWith('ui/') && !file.endsWith('.test.tsx'))
      .filter((file) => /<(?:Dialog|FormDialog|ConfirmDialog)\s/.test(readFileSync(join(source, file), 'utf8')))
    // The dialog of an ended session is the last one, below.
    expect(files.sort()).toEqual([...Object.keys(dialogs), 'shell/session-ended.tsx'].sort())
  })

  test('has nothing outside of it', async () => {
    const faults: string[] = []
    for (const [file, openings] of Object.entries(dialogs))
      for (const [index, open] of openings.entries()) {
        await open()
        for (const width of widths) faults.push(...(await faultsOfDialog(page, `${file} ${index}`, width)))
        await page.goto('about:blank')
        await page.unroute('**/restart')
      }
    expect(faults).toEqual([])
  })

  test('has nothing outside of it after the session has ended', async () => {
    await go('/access')
    await page.locator('h1').waitFor()
    await content.at.at.system.sql`update gateway.sessions set ended_at = now() where ended_at is null`
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    for (const width of widths) expect(await faultsOfDialog(page, 'session ended', width)).toEqual([])
  })
})

async function faultsOfDialog(page: Page, name: string, width: number): Promise<string[]> {
  await page
    .getByRole('dialog')
    .first()
    .waitFor({ timeout: 15_000 })
    .catch(() => {
      throw new Error(`${name} did not open at ${page.url()}`)
    })
  await page.setViewportSize({ width, height: 800 })
  const faults = [
    ...(await elementsOutside(page, '[role=dialog]')),
    ...(await elementsOutside(page)),
    ...(await brokenWords(page, '[role=dialog]')),
  ]
  return faults.map((fault) => `${name} at ${width} px: ${fault}`)
}

const stepUp = {
  id: 'step',
  user: { id: 'user', email: long.email },
  calls: [],
  address: '127.0.0.1',
  fromThisAddress: true,
  client: null,
  device: long.name,
  createdAt: new Date().toISOString(),
  expiresAt: new Date(Date.now() + 300_000).toISOString(),
  provedAt: null,
  level: 'always',
  withinSeconds: null,
  methods: ['totp', 'backup-code'],
  delivery: 'response',
  ownRequest: true,
  page: '/gateway/step-up',
}

const stepUpDenial = {
  error: 'A second factor is required.',
  code: 'RGW_STEP_UP_NEEDED',
  rule: 'step-up',
  source: 'gateway',
  reason: 'A second factor is required.',
  next: 'Prove a second factor.',
  policy: 'aa',
  requestId: 'aa',
  stepUp: { id: 'step' },
}
