import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastClock } from '@rack-gateway/demo-rack'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { directApp } from '../support/racks/direct-rack.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const pem = 'TLS=-----BEGIN KEY-----\nMIIEow==\nAB=\n-----END KEY-----'
/** As the rack has it: a key twice, a value of several lines, and names and values that are hostile to a page. */
const env = [
  'DATABASE_URL=postgres://u:p@db/app',
  'PLAIN=first',
  '__proto__=polluted',
  'constructor=<img src=x onerror=alert(1)>\u202e',
  'PLAIN=value',
  'RAILS_ENV=production',
  'SECRET_KEY_BASE=s3cr3t-myapp',
  pem,
  'WIDE= two  spaces ',
].join('\n')

describeInChromium('an environment in the web console', () => {
  let at: WebConsole
  let directory: string
  let myapp: ReturnType<typeof directApp>
  let admin: Page
  let deployer: Page
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'policy-'))
    const policyFile = join(directory, 'policy.yaml')
    await writeFile(policyFile, 'version: 1\nprotected: { environment: [RAILS_*] }\n')
    at = await startWebConsole({ policyFile, clock: fastClock(20) })
    const { issuer, rack } = at.at.system
    await issuer.addBinding({ kind: 'group', id: 'viewers' }, { role: 'viewer' })
    await issuer.addBinding({ kind: 'group', id: 'deployers' }, { role: 'deployer' })
    myapp = directApp(rack, 'myapp')
    admin = await at.open('admin')
    deployer = await at.open('deployer')
  })
  afterAll(async () => {
    await at.stop()
    await rm(directory, { recursive: true })
  })

  let release: string
  beforeEach(async () => {
    release = await myapp.newRelease({ env })
    await myapp.promote(release)
    at.at.system.rack.clearReceived()
  })

  const show = async (page: Page) => {
    await page.goto(`${at.url}/gateway/apps/staging/myapp/environment`)
    await rowOf(page, 'PLAIN').waitFor()
  }
  const rowOf = (page: Page, key: string) => page.getByRole('row').filter({ has: page.getByText(key, { exact: true }) })
  const cellOf = (page: Page, key: string) => rowOf(page, key).getByRole('cell').nth(1).textContent()
  const change = async (page: Page, key: string, value: string) => {
    await page.getByRole('button', { name: `Edit: ${key}` }).click()
    await page.getByRole('textbox', { name: `New value of ${key}` }).fill(value)
  }
  const focused = (page: Page) => page.evaluate<string | null>('document.activeElement.ariaLabel')
  const review = async (page: Page) => {
    await page.getByRole('button', { name: /^Review changes/ }).click()
    return page.getByRole('dialog', { name: 'Review changes' })
  }
  const create = (page: Page) => page.getByRole('button', { name: 'Create a release' }).click()
  const sent = () => at.at.system.rack.received.filter(({ method }) => method === 'POST').map(({ target }) => target)

  test('an administrator reveals one secret, changes it, compares, and promotes the new release', async () => {
    await show(admin)
    expect(await cellOf(admin, 'SECRET_KEY_BASE')).toMatch(/^Hidden/)
    expect(await cellOf(admin, 'PLAIN')).toBe('value')
    await admin.getByRole('button', { name: 'Reveal: SECRET_KEY_BASE' }).press('Enter')
    await admin.getByText('s3cr3t-myapp', { exact: true }).waitFor()
    expect(await focused(admin)).toBe('Hide: SECRET_KEY_BASE')
    expect(await cellOf(admin, 'DATABASE_URL')).toMatch(/^Hidden/)
    expect(await at.at.system.lastEvent()).toMatchObject({ mode: 'web-console', environment: ['SECRET_KEY_BASE'] })
    await lookAt(admin, 'environment-revealed')
    expect(await traces(admin)).not.toContain('s3cr3t')
    await admin.getByRole('link', { name: 'Resources' }).click()
    await admin.getByText('s3cr3t-myapp').waitFor({ state: 'detached' })
    await admin.getByRole('link', { name: 'Environment' }).click()
    await rowOf(admin, 'PLAIN').waitFor()
    expect(await admin.getByText('s3cr3t-myapp').count()).toBe(0)

    await change(admin, 'SECRET_KEY_BASE', 'n3w')
    await admin.getByRole('textbox', { name: 'New key' }).fill('ADDED')
    await admin.getByRole('textbox', { name: 'Its value' }).fill('x=y')
    await admin.keyboard.press('Enter')
    const dialog = await review(admin)
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('Added: ADDEDx=y'),
      expect.stringContaining('Changed: SECRET_KEY_BASEhidden →  becomes n3w'),
    ])
    await lookAt(admin, 'environment-review')
    await create(admin)
    const link = admin.getByRole('status').getByRole('link')
    await link.waitFor()
    const created = await myapp.newest()
    expect(created.env).toBe(`${env.replace('s3cr3t-myapp', 'n3w')}\nADDED=x=y`)
    expect((await myapp.state()).release).toBe(release)
    expect(sent()).toEqual(['/apps/myapp/releases'])
    expect(await traces(admin)).not.toContain('n3w')

    await link.click()
    await admin.getByRole('button', { name: `Promote ${created.id}` }).click()
    await admin
      .getByRole('status')
      .filter({ hasText: /rolling out|runs now/ })
      .waitFor()
    expect((await myapp.state()).release).toBe(created.id)
  })

  test('a pasted value with several lines keeps them', async () => {
    await show(admin)
    const value = '-----BEGIN KEY-----\nMIIEow\n-----END KEY-----'
    await admin.getByRole('textbox', { name: 'New key' }).fill('CERTIFICATE_KEY')
    await admin.getByRole('textbox', { name: 'Its value' }).focus()
    await admin.keyboard.insertText(value)
    await admin.keyboard.press('Enter')
    await lookAt(admin, 'environment-lines')
    await review(admin)
    await create(admin)
    await admin.getByRole('status').getByRole('link').waitFor()
    expect((await myapp.newest()).env).toBe(`${env}\nCERTIFICATE_KEY=${value}`)
  })

  test('a protected variable is locked, with the line that protects it, and cannot be added again', async () => {
    await show(admin)
    const row = rowOf(admin, 'RAILS_ENV')
    await row.getByText('Protected').waitFor()
    expect(await admin.getByText('Protected').count()).toBe(1)
    expect(await row.getByRole('cell').last().textContent()).toBe(' Locked')
    await admin.getByText('policy.yaml:2 protects the locked variables, so no role can').waitFor()
    expect(await row.getByRole('button', { name: /^(Edit|Remove)/ }).count()).toBe(0)
    await lookAt(admin, 'environment-locked')
    await admin.getByRole('textbox', { name: 'New key' }).fill('RAILS_MASTER')
    await admin.getByText('The policy protects RAILS_MASTER (policy.yaml:2). Ask the platform team.').waitFor()
    await admin.getByRole('textbox', { name: 'New key' }).fill('')
    await admin.getByRole('link', { name: 'policy.yaml:2' }).click()
    await admin.getByRole('link', { name: 'Line 2' }).and(admin.locator('[aria-current]')).waitFor()
    expect(sent()).toEqual([])
  })

  test('a deployer changes one value, and every hidden one keeps its real value', async () => {
    await show(deployer)
    expect(await deployer.getByRole('button', { name: /^Reveal/ }).count()).toBe(0)
    expect(await cellOf(deployer, 'TLS')).toBe('Hidden')
    expect(await cellOf(deployer, 'WIDE')).toBe(' two  spaces ')
    await rowOf(deployer, 'PLAIN').getByText('Last of 2 values').waitFor()
    await change(deployer, 'PLAIN', `"quoted" & 'more' <b>`)
    await review(deployer)
    await create(deployer)
    await deployer.getByRole('status').getByRole('link').waitFor()
    const expected = env.replace('PLAIN=value', `PLAIN="quoted" & 'more' <b>`)
    expect((await myapp.newest()).env).toBe(expected)
    expect(expected).toContain(pem)
  })

  test('names and values that are hostile to a page are text', async () => {
    await show(deployer)
    expect(await cellOf(deployer, '__proto__')).toBe('polluted')
    expect(await cellOf(deployer, 'constructor')).toBe('<img src=x onerror=alert(1)>\\u202e')
    await deployer.getByRole('button', { name: 'Remove: __proto__' }).press('Enter')
    await expect.poll(() => focused(deployer)).toBe('Undo: __proto__')
    await deployer.getByRole('textbox', { name: 'New key' }).fill('UNUSED')
    await deployer.keyboard.press('Enter')
    await deployer.getByRole('button', { name: 'Undo: UNUSED' }).press('Enter')
    await expect.poll(() => focused(deployer)).toBe('Variables')
    await change(deployer, 'constructor', 'toString')
    const dialog = await review(deployer)
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('Removed: __proto__polluted'),
      expect.stringContaining('becomes toString'),
    ])
    await create(deployer)
    await deployer.getByRole('status').getByRole('link').waitFor()
    expect((await myapp.newest()).env).toBe(
      env.replace('__proto__=polluted\n', '').replace(/constructor=.*/, 'constructor=toString'),
    )
  })

  test('a value that the rack would read as a part of the one above is not sent', async () => {
    await show(deployer)
    await deployer.getByRole('textbox', { name: 'New key' }).fill('A B')
    await deployer.getByText('A key can contain only letters, digits').waitFor()
    await deployer.getByRole('textbox', { name: 'New key' }).fill('ODD')
    await deployer.getByRole('textbox', { name: 'Its value' }).fill('=')
    await deployer.keyboard.press('Enter')
    const dialog = await review(deployer)
    await dialog.getByRole('alert').getByText('is ambiguous').waitFor()
    expect(await dialog.getByRole('button', { name: 'Create a release' }).isDisabled()).toBe(true)
  })

  test('the second of two people learns what changed before anything is sent, and keeps their edits', async () => {
    await show(admin)
    await show(deployer)
    await change(admin, 'PLAIN', 'by the first')
    await review(admin)
    await create(admin)
    await admin.getByRole('status').getByRole('link').waitFor()
    const first = await myapp.newest()
    await myapp.promote(first.id)
    at.at.system.rack.clearReceived()

    await change(deployer, 'WIDE', 'by the second')
    const dialog = await review(deployer)
    await create(deployer)
    await dialog
      .getByRole('alert')
      .getByText(`the release ${first.id} was created, and the release ${first.id} was promoted`)
      .waitFor()
    expect(sent()).toEqual([])
    await lookAt(deployer, 'environment-changed')
    await dialog.getByRole('button', { name: 'Keep my changes, and compare again' }).click()
    await dialog.getByText(`Compared with ${first.id}`).waitFor()
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('becomes by the second'),
    ])
    await create(deployer)
    await deployer.getByRole('status').getByRole('link').waitFor()
    expect((await myapp.newest()).env).toBe(
      env.replace('PLAIN=value', 'PLAIN=by the first').replace('WIDE= two  spaces ', 'WIDE=by the second'),
    )
  })

  test('changes that were not sent are not lost by a wrong click', async () => {
    await show(deployer)
    await change(deployer, 'PLAIN', 'edited')
    await deployer.getByRole('link', { name: 'Resources' }).click()
    await deployer.getByRole('button', { name: 'Stay' }).click()
    expect(await deployer.getByRole('textbox', { name: 'New value of PLAIN' }).inputValue()).toBe('edited')
    await deployer.getByRole('link', { name: 'Resources' }).click()
    await deployer.getByRole('button', { name: 'Discard the changes' }).click()
    await deployer
      .getByRole('table', { name: /Resources/ })
      .or(deployer.getByText('postgres').first())
      .first()
      .waitFor()
    expect(await deployer.getByText('respass').count()).toBe(0)
  })

  test('a viewer sees names only, and the gateway refuses to reveal a value', async () => {
    const viewer = await at.open('viewer')
    await show(viewer)
    expect(await cellOf(viewer, 'PLAIN')).toBe('Hidden')
    expect(await viewer.getByRole('button', { name: /^(Reveal|Edit|Remove|Review)/ }).count()).toBe(0)
    const status = await viewer.evaluate<number>(
      `fetch('/gateway/api/v1/racks/staging/apps/myapp/releases/${release}', { headers: { 'reveal-key': 'PLAIN' } }).then(({ status }) => status)`,
    )
    expect(status).toBe(403)
  })

  test('a rack response without an environment is an error, and cannot replace the real one', async () => {
    at.at.system.rack.failNext(/^GET .*\/releases\/R/, {
      kind: 'answer',
      status: 200,
      body: '{"id":"R1","app":"myapp"}',
    })
    await deployer.goto(`${at.url}/gateway/apps/staging/myapp/environment`)
    await deployer.getByRole('alert').getByText('The response of rack staging is not that of a Convox rack').waitFor()
    expect(await deployer.getByRole('button', { name: /^Edit/ }).count()).toBe(0)
  })

  test('a session that ends during an edit shows the reason, and no request is sent', async () => {
    await show(deployer)
    await change(deployer, 'PLAIN', 'too late')
    await review(deployer)
    const me = await deployer.evaluate<{ id: string }>(
      "fetch('/gateway/api/v1/me').then((response) => response.json())",
    )
    const token = await at.at.system.token('admin', { email: 'root@example.com' })
    expect((await callManagementApi(at.at.system, token, 'POST', `/users/${me.id}/sessions/end`)).status).toBe(200)
    await create(deployer)
    await deployer.getByRole('dialog', { name: 'Your session has ended' }).waitFor()
    expect(sent()).toEqual([])
  })
})

/** Where a secret could stay after it was shown: the address, the title, and the stores of the browser. */
function traces(page: Page): Promise<string> {
  return page.evaluate<string>(
    `JSON.stringify([location.href, document.title, history.state, { ...localStorage }, { ...sessionStorage }])`,
  )
}
