import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bindDemoGroups } from '../support/demo-groups.ts'
import { type PackageFiles, packageFiles } from '../support/gateway/policy-packages.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

const document = `version: 1
roles:
  on-call:
    description: Deploys and runs migrations while on call.
    extends: [deployer]
    when:
      time:
        - { from: "18:00", to: "08:00", zone: Europe/Berlin }
commands:
  services: [command]
  rules:
    migrate:
      run: rake db:migrate|db:rollback
      roles: [deployer, admin]
# \u202e Not what it seems: <img src=x onerror=alert(1)>
blocked:
  DELETE /apps/{app}:
    reason: Apps stay. <script>alert(1)</script>
    next: Ask the platform team.
unblocked: [PUT /letsencrypt/config]
tokens:
  rules:
    deploys: { roles: [deployer], maxAge: 30d }
stepUp:
  rules:
    production-promotes:
      permissions: [release:promote]
      racks: [production*]
      apps: [billing, shop]
      require: { recent: 10m, except: ["trust:deploys"] }
`

const freeze = `export default {
  name: 'freeze',
  evaluate: (call) => call.app === 'frozen' ? { effect: 'deny', rule: 'frozen', reason: 'It is frozen.', next: 'Wait.' } : undefined,
}`

const run = 'POST /apps/{app}/services/{service}/processes'

describeInChromium('the policy page', () => {
  let at: WebConsole
  let directory: string
  let files: PackageFiles
  let admin: Page
  let viewer: Page
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'policy-'))
    files = await packageFiles()
    const policyFile = join(directory, 'policy.yaml')
    await writeFile(policyFile, document)
    at = await startWebConsole({ policyFile, policyPackages: [await files.write('freeze.mjs', freeze)] })
    await bindDemoGroups(at.at.system, ['viewers', 'deployers', 'auditors'])
    admin = await at.open('admin', '/gateway/policy')
    viewer = await at.open('viewer', '/gateway/policy')
  })
  afterAll(async () => {
    await at.stop()
    await files.remove()
    await rm(directory, { recursive: true })
  })

  const show = async (page: Page, path: string) => {
    await page.goto(`${at.url}/gateway/policy${path}`)
    await page.getByRole('tablist', { name: 'The policy' }).waitFor()
  }
  const marked = (page: Page) => page.locator('li[data-marked=true]')

  test('shows the document in force, marks the line of the address, and shows hostile text visibly', async () => {
    await show(viewer, '#L13')
    await marked(viewer).waitFor()
    expect(await marked(viewer).textContent()).toBe('13      run: rake db:migrate|db:rollback')
    expect(await viewer.locator('#L15').textContent()).toContain('\\u202e Not what it seems: <img src=x')
    await lookAt(viewer, 'policy-document')
    await viewer.locator('#L4 a').click()
    expect(new URL(viewer.url()).hash).toBe('#L4')
    await viewer.getByText('Line 4 of policy.yaml').waitFor()
    await viewer.keyboard.press('ArrowDown')
    await viewer.keyboard.press('Enter')
    await viewer.getByText('Line 5 of policy.yaml').waitFor()
    await viewer.goBack()
    await viewer.getByText('Line 4 of policy.yaml').waitFor()
    await viewer.getByRole('link', { name: 'The built-in policy' }).click()
    await viewer.locator('#L5').getByText('viewer').waitFor()
    expect(new URL(viewer.url()).searchParams.get('text')).toBe('built-in')
  })

  test('shows which role has a permission, through which line, and filters', async () => {
    await show(viewer, '?tab=matrix')
    await viewer.getByRole('columnheader', { name: /on-call/ }).waitFor()
    await viewer.getByRole('columnheader', { name: /viewer.*Yours/ }).waitFor()
    await viewer.getByLabel('Filter permissions').fill('promote')
    expect(await viewer.getByRole('table').getByRole('button').allTextContents()).toEqual(['release:promote'])
    await viewer.getByRole('button', { name: 'release:promote' }).click()
    const details = viewer.getByRole('listitem').filter({ hasText: 'on-call, through deployer' })
    await lookAt(viewer, 'policy-matrix')
    const address = new URL(viewer.url())
    expect(Object.fromEntries(address.searchParams)).toEqual({
      tab: 'matrix',
      q: 'promote',
      permission: 'release:promote',
    })
    await viewer.reload()
    await details.getByRole('link', { name: /^built-in:/ }).click()
    await marked(viewer).getByText('deployer').waitFor()
    await show(viewer, '?tab=matrix&q=nothing')
    await viewer.getByText('No permission matches the filter').waitFor()
  })

  test('shows the rules with who may, and the packages with their counts', async () => {
    await show(viewer, '?tab=rules')
    const command = viewer.getByRole('row').filter({ hasText: 'rake db:migrate|db:rollback' })
    expect(await command.textContent()).toContain('deployer, admin')
    await viewer.getByText('Apps stay. <script>alert(1)</script>').waitFor()
    await viewer.getByRole('region', { name: 'Policy packages' }).getByText('freeze').first().waitFor()
    await lookAt(viewer, 'policy-rules')
    const stepUp = viewer.getByRole('row').filter({ hasText: 'production-promotes' })
    await stepUp.scrollIntoViewIfNeeded()
    for (const text of [
      'release:promote; racks: production*; apps: billing, shop',
      'At most 10 minutes old',
      'trust:deploys',
    ])
      await stepUp.getByText(text).waitFor()
    await lookAt(viewer, 'policy-step-ups')
    await command.getByRole('link', { name: 'policy.yaml:12' }).click()
    expect(await marked(viewer).textContent()).toBe('12    migrate:')
  })

  test('shows why a call is denied, and links to the line, by keyboard alone', async () => {
    await show(admin, '?tab=decision')
    await admin.getByRole('combobox', { name: 'Action' }).focus()
    await admin.keyboard.type('deletes an app')
    await admin.keyboard.press('ArrowDown')
    await admin.keyboard.press('Enter')
    await admin.getByLabel('App').waitFor()
    await tabTo(admin, 'App')
    await admin.keyboard.type('shop')
    await admin.keyboard.press('Enter')
    const response = admin.getByRole('region', { name: 'Denied' })
    await response.getByText('Apps stay. <script>alert(1)</script>').waitFor()
    await response.getByText('Ask the platform team.').waitFor()
    await lookAt(admin, 'policy-decision')
    await tabTo(admin, 'policy.yaml:17')
    await admin.keyboard.press('Enter')
    await marked(admin).getByText('DELETE /apps/{app}').waitFor()
    await admin.goBack()
    await response.waitFor()
  })

  test('a package denies here, too', async () => {
    const deployer = await at.open('deployer')
    await show(deployer, `?${new URLSearchParams({ tab: 'decision', route: 'GET /apps/{app}', app: 'frozen' })}`)
    await deployer.getByRole('region', { name: 'Denied' }).getByText('It is frozen.').waitFor()
  })

  test('a response can be shared as a link, and shows another user only to allowed callers', async () => {
    const asked = { route: run, as: 'deployer@example.com', rack: 'staging', app: 'web', service: 'command' }
    const link = `?${new URLSearchParams({ tab: 'decision', ...asked, command: 'rake db:migrate' })}`
    await show(admin, link)
    await admin.getByText('For deployer@example.com on staging, app web').waitFor()
    await admin.getByRole('region', { name: 'Allowed' }).getByRole('link', { name: 'policy.yaml:12' }).waitFor()
    await show(viewer, link)
    await viewer.getByText('Decisions about another user require the permission gateway:user:write.').waitFor()
    expect(await viewer.getByRole('textbox', { name: 'Person' }).count()).toBe(0)
    await viewer.getByRole('button', { name: 'Ask' }).click()
    await viewer.getByText('For viewer@example.com on staging, app web').waitFor()
  })

  test('an email address of two users becomes a choice, which repeats the question for one of them', async () => {
    const { issuer } = at.at.system
    const session = { email: 'twice@example.com', device: 'test', expiresAt: Date.now() + 3_600_000 }
    await issuer.issueSession({ ...session, account: { issuer: 'https://first.example.com', subject: '1' } })
    await issuer.issueSession({
      ...session,
      role: 'deployer',
      account: { issuer: 'https://second.example.com', subject: '1' },
    })
    const asked = { as: 'twice@example.com', route: 'POST /apps/{app}/builds', rack: 'staging', app: 'web' }
    await show(admin, `?${new URLSearchParams({ tab: 'decision', ...asked })}`)
    await admin.getByText('Several users have this email address').waitFor()
    await admin.getByRole('button', { name: 'twice@example.com at first.example.com' }).waitFor()
    await lookAt(admin, 'policy-same-email')
    await tabTo(admin, 'twice@example.com at second.example.com')
    await admin.keyboard.press('Enter')
    await admin.getByRole('region', { name: 'Allowed' }).waitFor()
    await admin.getByText('For twice@example.com on staging, app web').waitFor()
    await admin.goBack()
    await admin.getByRole('button', { name: 'twice@example.com at first.example.com' }).press('Enter')
    await admin.getByRole('region', { name: 'Denied' }).waitFor()
  })

  test('a proposed document shows its problems with their positions', async () => {
    await show(viewer, '?tab=proposal')
    await viewer
      .getByRole('textbox', { name: 'Proposed document' })
      .fill(document.replace('[deployer, admin]', '[oncall]'))
    await viewer.keyboard.press('Control+Enter')
    await viewer.getByText('the command rule "migrate" names the role "oncall", which does not exist').waitFor()
    await viewer.getByRole('button', { name: 'Line 14, column 7' }).click()
    const selection = await viewer.evaluate(
      '(e => e.value.slice(e.selectionStart, e.selectionStart + 5))(document.activeElement)',
    )
    expect(selection).toBe('roles')
  })

  test('checks the newer of two files in quick succession, and explains the limit of checks', async () => {
    await show(viewer, '?tab=proposal')
    const files = viewer.locator('input[type=file]')
    const fileOf = (text: string) => ({ name: 'policy.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) })
    await files.setInputFiles(fileOf(document.replace('[deployer, admin]', '[oncall]')))
    await files.setInputFiles(fileOf(document))
    await viewer.getByRole('region', { name: 'Put the document in force' }).waitFor()
    expect(await viewer.getByRole('alert').count()).toBe(0)
    expect(await viewer.getByText('Not valid').count()).toBe(0)

    const error = 'You are already checking a policy document, and can check only one at a time. Retry in 5 s.'
    const limit = { error, code: 'RGW_TOO_MANY_REQUESTS', rule: 'check-limit', requestId: 'x' }
    await viewer.route('**/api/v1/policy/check', (route) => route.fulfill({ status: 429, json: limit }))
    await viewer.getByRole('textbox', { name: 'Proposed document' }).press('Control+Enter')
    const alert = viewer.getByRole('alert')
    await alert.getByText(error).waitFor()
    await viewer.unroute('**/api/v1/policy/check')
    await alert.getByRole('button', { name: 'Try again' }).press('Enter')
    await viewer.getByRole('region', { name: 'Put the document in force' }).waitFor()
    expect(await alert.count()).toBe(0)
  })

  test('the verdict is about the text that was checked, and not about a later one', async () => {
    await show(viewer, '?tab=proposal')
    const field = viewer.getByRole('textbox', { name: 'Proposed document' })
    const verdict = viewer.getByText('The document is valid.')
    const changed = viewer.getByText('The text has changed since it was checked.')
    await field.fill('version: 1')
    await field.press('Control+Enter')
    await viewer.getByText('Valid', { exact: true }).waitFor()
    await verdict.waitFor({ state: 'attached' })
    await field.press('End')
    await viewer.keyboard.type('x')
    await changed.waitFor()
    expect([await verdict.count(), await viewer.getByText('Valid', { exact: true }).count()]).toEqual([0, 0])
    await lookAt(viewer, 'policy-changed-text')
    await viewer.keyboard.press('Backspace')
    await viewer.getByText('Valid', { exact: true }).waitFor()
    expect(await changed.count()).toBe(0)

    // A text that changes while it is checked gets no verdict either.
    const answer: { send?: () => void } = {}
    const waits = new Promise<void>((resolve) => {
      answer.send = resolve
    })
    await viewer.route('**/api/v1/policy/check', async (route) => {
      await waits
      await route.continue()
    })
    await field.press('Control+Enter')
    await viewer.keyboard.type('y')
    const answered = viewer.waitForResponse('**/api/v1/policy/check')
    answer.send?.()
    await answered
    await changed.waitFor()
    expect(await verdict.count()).toBe(0)
    await viewer.unroute('**/api/v1/policy/check')
  })

  test('a valid one shows what it would change, in meaning, in lines, and for recorded calls', async () => {
    const { system } = at.at
    const token = await system.token('deployer')
    expect((await system.send('POST', '/rack/staging/apps/web/services/web/restart', token)).status).toBeLessThan(500)
    const proposal = document
      .replace('[deployer, admin]', '[admin]')
      .replace(
        '  DELETE /apps/{app}:',
        '  POST /apps/{app}/services/{service}/restart: { reason: A freeze., next: Wait. }\n  DELETE /apps/{app}:',
      )
    const auditor = await at.open('auditor', '/gateway/policy?tab=proposal')
    await auditor.getByRole('textbox', { name: 'Proposed document' }).fill(proposal)
    await auditor.getByRole('button', { name: 'Check the document' }).click()
    const differences = auditor.getByRole('region', { name: 'Differences from the policy in force' })
    await differences.getByText('everyone POST /apps/{app}/services/{service}/restart is blocked').waitFor()
    const lines = auditor.getByRole('list', { name: /^Changes from line/ }).getByRole('listitem')
    expect(await lines.filter({ hasText: 'roles: [deployer, admin]' }).textContent()).toContain('Removed:')
    expect(await lines.filter({ hasText: 'roles: [admin]' }).textContent()).toContain('Added:')
    await auditor.getByRole('button', { name: 'Evaluate recorded calls' }).click()
    await auditor.getByText('Newly denied: 1').first().waitFor()
    await auditor.getByText('A freeze.').last().waitFor()
    await lookAt(auditor, 'policy-proposal')
    expect(auditor.url()).toBe(`${at.url}/gateway/policy?tab=proposal`)
    expect(await auditor.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')).not.toContain('freeze')
    expect((await system.get('/gateway/api/v1/policy', token)).body).not.toContain('A freeze.')
  })

  test('a person gets no part that the gateway would refuse, and its own sentence for a denial', async () => {
    await show(viewer, '?tab=proposal')
    await viewer.getByRole('textbox', { name: 'Proposed document' }).fill('version: 1')
    await viewer.getByRole('button', { name: 'Check the document' }).click()
    await viewer.getByRole('region', { name: 'Put the document in force' }).waitFor()
    expect(await viewer.getByRole('button', { name: 'Evaluate recorded calls' }).count()).toBe(0)
    const nobody = await at.open('nobody', '/gateway/policy?tab=proposal')
    await nobody.getByText('policy.yaml is in force.').waitFor()
    expect(await nobody.getByRole('tab', { name: 'Proposed document' }).count()).toBe(0)
    await show(nobody, `?${new URLSearchParams({ tab: 'decision', route: 'GET /apps' })}`)
    await nobody.getByRole('alert').waitFor()
  })
})

/** Presses Tab until an element with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate<string>(
      '(e => e.labels?.[0]?.textContent ?? e.getAttribute("aria-label") ?? e.textContent)(document.activeElement)',
    )
    if (focused === name) return
  }
  throw new Error(`Tab does not reach ${name}`)
}
