import { callManagementApi } from '@rack-gateway/testing/management-api'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startPipelines } from '../management-api/pipelines.ts'
import { sessionOf } from '../support/login/session-of.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

/** Would be markup, and changes the direction of what follows. */
const hostile = '<img src=x onerror=alert(1)>\u202egpj'
const shownHostile = '<img src=x onerror=alert(1)>\\u202egpj'

describeInChromium('people and pipelines', () => {
  let at: WebConsole
  let admin: Page
  let adminToken: string

  const api = (method: string, path: string, body?: unknown, token: string | null = adminToken) =>
    callManagementApi(at.at.system, token, method, path, body)
  const open = (page: Page, path: string) => page.goto(`${at.url}/gateway/people${path}`)
  const itemsOf = async <T>(path: string) => ((await api('GET', path)).json as { items: T[] }).items
  const bindings = () => itemsOf<{ racks: string; expiresAt: string | null }>('/bindings?limit=200')
  const invitationOf = async (email: string) => {
    const all = await itemsOf<{ email: string; bindings: { expiresAt: string | null }[] }>('/invitations')
    return all.find((one) => one.email === email)
  }

  async function chooseScope(rack: string, app: string): Promise<void> {
    await admin.getByLabel('Rack', { exact: true }).selectOption(rack)
    await admin.getByLabel('App', { exact: true }).selectOption(app)
  }

  beforeAll(async () => {
    at = await startWebConsole()
    adminToken = await at.at.system.token('admin', { email: 'root@example.com' })
    for (const [id, role] of [
      ['viewers', 'viewer'],
      ['auditors', 'auditor'],
    ])
      await api('POST', '/bindings', { subject: { kind: 'group', id }, role })
    admin = await at.open('admin', '/gateway/people')
  })
  afterAll(() => at.stop())

  test('a person who is invited has the role after the first login', async () => {
    await admin.getByRole('button', { name: 'Invite a person' }).click()
    await admin.getByLabel('Email address').fill('nobody@example.com')
    await admin.getByLabel('Role', { exact: true }).selectOption('deployer')
    await chooseScope('staging', 'All apps')
    await admin.getByLabel('Reason').fill('joins on Monday')
    await lookAt(admin, 'people-invite')
    await admin.getByRole('button', { name: 'Add a role' }).press('Enter')
    await admin.getByRole('button', { name: 'Remove this role' }).last().press('Enter')
    await expect.poll(() => admin.evaluate<string>('document.activeElement.ariaLabel')).toBe('Roles')
    await admin.getByRole('button', { name: 'Invite', exact: true }).click()
    await admin.getByText('nobody@example.com was invited').waitFor()
    const row = admin.getByRole('row').filter({ hasText: 'nobody@example.com' })
    expect(await row.textContent()).toContain('deployer on staging')
    const { bindings } = (await invitationOf('nobody@example.com')) ?? {}
    expect(daysUntil(bindings?.[0]?.expiresAt)).toBe(90)
    await lookAt(admin, 'people-invitations')

    const invited = await at.open('nobody', '/gateway/access')
    await invited.getByText('deployer').first().waitFor()
    expect(await invited.getByRole('region', { name: 'Your racks' }).textContent()).toBe('Your racksstaging')

    await admin.reload()
    await row.getByText('Accepted').waitFor()
    await admin.getByRole('button', { name: 'Invite a person' }).click()
    await admin.getByLabel('Email address').fill('late@example.com')
    await admin.getByLabel('Role', { exact: true }).selectOption('viewer')
    await chooseScope('All racks', 'All apps')
    await admin.getByLabel('Expires', { exact: true }).selectOption('No expiry')
    await admin.getByRole('button', { name: 'Invite', exact: true }).click()
    await admin.getByRole('button', { name: 'Revoke the invitation for late@example.com' }).click()
    await admin.getByRole('button', { name: 'Revoke the invitation', exact: true }).click()
    await admin.getByText('The invitation for late@example.com was revoked.').waitFor()
    expect(await invitationOf('late@example.com')).toMatchObject({
      bindings: [{ role: 'viewer', racks: '*', apps: '*', expiresAt: null }],
    })
  })

  test('the secret of an API token is shown once, and the token works until it is revoked', async () => {
    await open(admin, '/tokens')
    await admin.getByRole('button', { name: 'Create an API token' }).click()
    await admin.getByLabel('Name').fill('nightly')
    await admin.getByLabel('Role', { exact: true }).selectOption('viewer')
    await admin.getByLabel('Rack', { exact: true }).selectOption('staging')
    await admin.getByRole('option', { name: 'myapp' }).waitFor({ state: 'attached' })
    await admin.getByLabel('Advanced').check()
    await admin.getByLabel('Racks').fill('*')
    await admin.getByLabel('Apps').fill('web-*')
    await lookAt(admin, 'people-token-create')
    await admin.getByRole('button', { name: 'Create the token' }).click()
    const dialog = admin.getByRole('dialog', { name: 'The API token nightly' })
    const secret = (await dialog.locator('code').textContent()) ?? ''
    expect(secret).toMatch(/^rgt_[0-9A-Za-z]{63}$/)
    expect((await api('GET', '/me', undefined, secret)).status).toBe(200)

    await admin.keyboard.press('Escape')
    await admin.mouse.click(5, 5)
    await admin.goBack()
    await admin.getByText('Store the token first.').waitFor()
    expect(await dialog.getByRole('button', { name: 'Close' }).isDisabled()).toBe(true)
    await lookAt(admin, 'people-token-secret')
    await dialog.getByLabel('I stored the token').check()
    await dialog.getByRole('button', { name: 'Close' }).click()
    await dialog.waitFor({ state: 'detached' })
    const kept =
      'JSON.stringify([document.documentElement.outerHTML, location.href, history.state, {...localStorage}, {...sessionStorage}])'
    expect(await admin.evaluate<string>(kept)).not.toContain(secret)
    await admin.reload()
    await admin.getByRole('link', { name: 'nightly' }).click()
    await admin.getByRole('heading', { name: 'nightly' }).waitFor()
    expect(await admin.evaluate<string>(kept)).not.toContain(secret)
    await lookAt(admin, 'people-token')
    await at.at.system.get('/rack/staging/apps/web-1', secret)
    await admin.getByRole('link', { name: 'Events in the audit log' }).click()
    await admin.getByRole('row').filter({ hasText: 'token:nightly (admin@example.com)' }).first().waitFor()
    await admin.goBack()

    await admin.getByRole('button', { name: 'Rotate' }).click()
    await admin.getByLabel('The previous secret').selectOption('Not at all')
    await admin.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click()
    const rotated = admin.getByRole('dialog', { name: 'The new secret of nightly' })
    const next = (await rotated.locator('code').textContent()) ?? ''
    expect((await api('GET', '/me', undefined, secret)).status).toBe(401)
    expect((await api('GET', '/me', undefined, next)).status).toBe(200)
    await rotated.getByLabel('I stored the token').check()
    await rotated.getByRole('button', { name: 'Close' }).click()

    await admin.getByRole('button', { name: 'Revoke', exact: true }).click()
    await admin.getByRole('button', { name: 'Revoke the API token' }).click()
    await admin.getByText('The API token nightly was revoked.').waitFor()
    expect((await api('GET', '/me', undefined, next)).status).toBe(401)
  })

  test('a login that is older than five minutes leads to a new one, and back to the same dialog', async () => {
    await at.at.system.sql`update gateway.sessions set authenticated_at = now() - interval '6 minutes'`
    await open(admin, '/tokens?q=night&dialog=create')
    await admin.getByText('only within five minutes of a login').waitFor()
    expect(await admin.getByLabel('Name').count()).toBe(0)
    await admin.getByRole('link', { name: 'Log in again' }).click()
    await admin.click('button[value="admin"]')
    await admin.getByLabel('Name').waitFor()
    expect(admin.url()).toBe(`${at.url}/gateway/people/tokens?q=night&dialog=create`)

    // The login can become old while the form is open. The API decides, and its remedy is a link.
    await at.at.system.sql`update gateway.sessions set authenticated_at = now() - interval '6 minutes'`
    await admin.getByLabel('Name').fill('late')
    await admin.getByLabel('Role', { exact: true }).selectOption('viewer')
    await chooseScope('staging', 'All apps')
    await admin.getByRole('button', { name: 'Create the token' }).click()
    await admin.getByRole('alert').getByText('old-login').waitFor()
    await admin.getByRole('alert').getByRole('link', { name: 'Log in again' }).waitFor()
  })

  test('a person whose sessions are revoked is logged out everywhere, and a locked person stays out', async () => {
    const viewer = await at.open('viewer')
    const { token } = await sessionOf(at.at.system, 'viewer')
    await api('POST', '/tokens', { name: 'backups', role: 'viewer' }, token)
    await open(admin, '/users?q=viewer')
    await admin.getByRole('link', { name: 'viewer@example.com' }).click()
    await admin.getByRole('button', { name: 'Revoke all sessions' }).click()
    await admin.getByRole('dialog').getByText('API tokens keep working').waitFor()
    await admin.getByRole('dialog').getByRole('button', { name: 'Revoke all sessions' }).click()
    await admin.getByText('All sessions of viewer@example.com were revoked.').waitFor()
    await viewer.getByRole('link', { name: 'People and pipelines' }).click()
    await viewer.getByRole('heading', { name: 'Your session has ended' }).waitFor()

    await admin.getByRole('button', { name: 'Lock' }).click()
    await admin.getByLabel('Reason').fill('left the company')
    await lookAt(admin, 'people-lock')
    await admin.getByRole('dialog').getByRole('button', { name: 'Lock' }).click()
    const stopped = admin.getByRole('dialog', { name: 'viewer@example.com was locked' })
    await stopped.getByRole('link', { name: 'backups' }).waitFor()
    await stopped.getByRole('button', { name: 'Close' }).last().click()
    await admin.getByText('left the company').waitFor()
    await lookAt(admin, 'people-user')
    await admin.getByRole('button', { name: 'Unlock' }).click()
    await admin.getByRole('dialog').getByRole('button', { name: 'Unlock' }).click()
    await admin.getByText('viewer@example.com was unlocked.').waitFor()
  })

  test('a trust is created from a template, and the tester says why claims do not match it', async () => {
    await open(admin, '/trusts')
    await admin.getByRole('button', { name: 'Create a trust' }).click()
    await admin.getByLabel('Name').fill('deploy-myapp')
    await admin.getByLabel('Repository ID').fill('74')
    await admin.getByLabel('Owner ID').fill('65')
    await admin.getByLabel('Ref', { exact: true }).fill('refs/heads/main')
    await chooseScope('staging', 'myapp')
    await lookAt(admin, 'people-trust-create')
    await admin.getByRole('button', { name: 'Create the trust' }).click()
    await admin.getByText('The trust deploy-myapp was created.').waitFor()

    await admin.getByRole('button', { name: 'Test claims' }).click()
    const claims = { iss: 'https://token.actions.githubusercontent.com', aud: at.url, repository_id: hostile }
    await admin.getByLabel('Claims or token').fill(JSON.stringify(claims))
    await admin.getByRole('button', { name: 'Test', exact: true }).click()
    const result = admin.getByRole('region', { name: 'Result' })
    await result.getByText('Does not match').waitFor()
    const text = await result.textContent()
    expect(text).toContain('must be "74"')
    expect(text).toContain('<img src=x onerror=alert(1)>')
    expect(text).not.toContain('\u202e')
    await lookAt(admin, 'people-claims')

    const repository = { repository_id: '74', repository_owner_id: '65', ref: 'refs/heads/main' }
    const matching = { ...claims, ...repository, event_name: 'push', head_ref: '' }
    await admin.getByLabel('Claims or token').fill(JSON.stringify(matching))
    await admin.getByRole('button', { name: 'Test', exact: true }).click()
    await result.getByText('Matches', { exact: true }).waitFor()

    await admin.getByLabel('Claims or token').fill('{"iss": ')
    await admin.getByRole('button', { name: 'Test', exact: true }).click()
    await admin.getByText('These claims are not JSON.').waitFor()
    await admin.getByLabel('Claims or token').fill('no.token.atall')
    await admin.getByRole('button', { name: 'Test', exact: true }).click()
    await admin.getByRole('alert').getByText('The token is not a JWT').waitFor()
    await admin.getByRole('button', { name: 'Close' }).click()
  })

  test('a role is granted, found in the access review, and removed, with the keyboard alone', async () => {
    await open(admin, '/groups')
    await admin.getByRole('link', { name: 'auditors' }).waitFor()
    await admin.keyboard.press('/')
    await admin.keyboard.type('view')
    await admin.getByText('1 of 2').waitFor()
    await admin.keyboard.press('Tab')
    await admin.getByRole('heading', { name: 'People and pipelines' }).focus()
    await admin.keyboard.press('j')
    await admin.keyboard.press('Enter')
    await admin.getByRole('heading', { name: 'viewers' }).waitFor()
    await tabTo(admin, 'Grant a role')
    await admin.keyboard.press('Enter')
    await tabTo(admin, 'Role')
    await admin.keyboard.type('ops')
    await tabTo(admin, 'Rack')
    await admin.keyboard.type('staging')
    await tabTo(admin, 'App')
    await admin.keyboard.type('All')
    await tabTo(admin, 'Reason')
    await admin.keyboard.type('on call')
    await admin.keyboard.press('Enter')
    await admin.getByText('viewers now has the role ops.').waitFor()
    await lookAt(admin, 'people-group')
    await tabTo(admin, 'Remove the role ops')
    await admin.keyboard.press('Enter')
    await tabTo(admin, 'Remove the binding')
    await admin.keyboard.press('Enter')
    await admin.getByText('viewers no longer has the role ops').waitFor()
    const heading = admin.getByRole('heading', { name: 'viewers' })
    await heading.and(admin.locator(':focus')).waitFor()
    await admin.keyboard.press('Escape')
    await heading.waitFor({ state: 'detached' })
    expect(await admin.evaluate<string>('document.activeElement.textContent')).toBe('viewers')
  })

  test('the session of a job, a trust, and a service account are stopped, with the keyboard alone', async () => {
    const pipelines = await startPipelines(at.at.system)
    onTestFinished(() => pipelines.stop())
    const status = async (token: string) => (await api('GET', '/me', undefined, token)).status
    const dialog = admin.getByRole('dialog')
    const [one, other] = [await pipelines.job('ci'), await pipelines.job('ci')]
    await open(admin, `/trusts?open=${one.trust}`)
    await pressWithKeyboard(admin, admin.getByRole('button', { name: 'Revoke the session of acme/app run 9001' }))
    await pressWithKeyboard(admin, dialog.getByRole('button', { name: 'Revoke the session' }))
    await admin.getByText('The session of the job was revoked.').waitFor()
    await expect.poll(() => status(one.token)).toBe(401)
    await admin.getByText('Ended', { exact: true }).waitFor()
    expect(await status(other.token)).toBe(200)
    await lookAt(admin, 'people-trust')

    await open(admin, `/trusts?open=${other.trust}`)
    await pressWithKeyboard(admin, admin.getByRole('button', { name: 'Revoke', exact: true }).first())
    await pressWithKeyboard(admin, dialog.getByRole('button', { name: 'Keep it' }))
    await dialog.waitFor({ state: 'detached' })
    expect(await status(other.token)).toBe(200)
    await pressWithKeyboard(admin, admin.getByRole('button', { name: 'Revoke', exact: true }).first())
    await pressWithKeyboard(admin, dialog.getByRole('button', { name: 'Revoke the trust' }))
    await admin.getByText(/^The trust pipeline \d+ was revoked\.$/).waitFor()
    await expect.poll(() => status(other.token)).toBe(401)

    const serviceAccount = (await api('POST', '/service-accounts', { name: 'night-jobs' })).text('id')
    const token = (await api('POST', '/tokens', { name: 'night', role: 'viewer', serviceAccount })).text('token')
    await open(admin, '/service-accounts?q=night')
    await admin.getByRole('link', { name: 'night-jobs' }).waitFor()
    await admin.getByRole('heading', { name: 'People and pipelines' }).focus()
    await admin.keyboard.press('j')
    await admin.keyboard.press('Enter')
    await pressWithKeyboard(admin, admin.getByRole('button', { name: 'Disable' }))
    await pressWithKeyboard(admin, dialog.getByRole('button', { name: 'Disable' }))
    await admin.getByText('The service account night-jobs was disabled.').waitFor()
    await expect.poll(() => status(token)).toBe(401)
    await pressWithKeyboard(admin, admin.getByRole('button', { name: 'Enable' }))
    await pressWithKeyboard(admin, dialog.getByRole('button', { name: 'Enable' }))
    await admin.getByText('The service account night-jobs was enabled.').waitFor()
    await expect.poll(() => status(token)).toBe(200)
  })

  test('hostile names are shown as text, not as markup', async () => {
    const { sql } = at.at.system
    await sql`insert into gateway.users (id, issuer, subject, email)
      values (gen_random_uuid(), 'https://evil.example', 'evil', ${hostile})`
    await sql`update gateway.sessions set device = ${hostile} where user_id in
      (select id from gateway.users where subject = 'nobody')`
    await open(admin, '/users?q=img')
    await admin.getByRole('link', { name: shownHostile }).click()
    await admin.getByRole('heading', { name: shownHostile }).waitFor()
    await admin.getByRole('button', { name: 'Lock' }).click()
    await admin.getByRole('heading', { name: `Lock ${shownHostile}?` }).waitFor()
    await open(admin, '/users?q=nobody')
    await admin.getByRole('link', { name: 'nobody@example.com' }).click()
    await admin.getByText(shownHostile).waitFor()
    expect(await admin.locator('img[src=x]').count()).toBe(0)
  })

  test('a long list is loaded on demand, and its filter searches what is not loaded yet', async () => {
    await at.at.system.sql`insert into gateway.users (id, issuer, subject, email, created_at)
      select gen_random_uuid(), 'https://old.example', n, 'person-' || n || '@example.com', now() - n * interval '1 hour'
      from generate_series(1, 150) n`
    await open(admin, '/users')
    await admin.getByText('The first 100').waitFor()
    await admin.getByRole('button', { name: 'Show more' }).click()
    await admin.getByRole('link', { name: 'person-150@example.com' }).waitFor()
    await open(admin, '/users?q=person-149')
    await admin.getByRole('link', { name: 'person-149@example.com' }).waitFor()
    expect(await admin.getByRole('button', { name: 'Show more' }).count()).toBe(0)
  })

  test('a list is sorted by a press on a header, also the rows that are not loaded yet, and the address has the order', async () => {
    await open(admin, '/users')
    const header = admin.getByRole('columnheader', { name: 'Email address' })
    expect(await header.getAttribute('aria-sort')).toBe('none')
    const emails = async () => {
      const all = await admin.getByRole('table').getByRole('link').allTextContents()
      return all.filter((text) => text.startsWith('person-'))
    }
    await tabTo(admin, 'Email address')
    await admin.keyboard.press('Enter')
    await admin.locator('th[aria-sort=ascending]').waitFor()
    expect((await emails()).slice(0, 3)).toEqual([1, 2, 3].map((n) => `person-${n}@example.com`))
    expect(new URL(admin.url()).searchParams.get('sort')).toBe('email-address')
    await admin.keyboard.press('Enter')
    await admin.locator('th[aria-sort=descending]').waitFor()
    expect((await emails()).slice(0, 2)).toEqual(['person-150@example.com', 'person-149@example.com'])
    await lookAt(admin, 'people-sorted')
    await admin.reload()
    await admin.locator('th[aria-sort=descending]').waitFor()
    expect((await emails())[0]).toBe('person-150@example.com')
    await admin.goBack()
    await admin.locator('th[aria-sort=ascending]').waitFor()

    await open(admin, '/tokens?sort=-expires')
    await admin.locator('th[aria-sort=descending]').filter({ hasText: 'Expires' }).waitFor()
    await admin.goto(`${at.url}/gateway/access?sort=-last-used`)
    await admin.locator('th[aria-sort=descending]').filter({ hasText: 'Last used' }).waitFor()
    await admin.goto(`${at.url}/gateway/apps?sort=-app`)
    await admin.locator('th[aria-sort=descending]').filter({ hasText: 'App' }).waitFor()
    const apps = await admin.getByRole('table').getByRole('link').allTextContents()
    expect(apps.slice(0, 2)).toEqual(['otherapp', 'otherapp'])
  })

  test('the access review and the bindings name who has which role, and lead to each other', async () => {
    await open(admin, '/access-review?q=auditors')
    const row = admin.getByRole('row').filter({ hasText: 'auditors' })
    await row.getByText('root@example.com').waitFor()
    await lookAt(admin, 'people-access-review')
    const downloading = admin.waitForEvent('download')
    await admin.getByRole('link', { name: 'Download all as CSV' }).click()
    expect((await downloading).suggestedFilename()).toMatch(/^access-review-.*\.csv$/)
    await row.getByRole('link').click()
    await admin.getByRole('button', { name: 'Remove the role auditor from auditors' }).waitFor()
    await lookAt(admin, 'people-bindings')
    await admin.getByRole('button', { name: 'Grant a role' }).click()
    await admin.getByRole('combobox', { name: 'User' }).fill('nobody')
    await admin.getByRole('option', { name: 'nobody@example.com' }).click()
    await admin.getByLabel('Role', { exact: true }).selectOption('viewer')
    await admin.getByRole('button', { name: 'Grant the role' }).click()
    const dialog = admin.getByRole('dialog')
    expect(await dialog.locator('select:invalid').count()).toBe(2)
    await admin.getByLabel('Advanced').check()
    await admin.getByLabel('Racks').fill('stagin')
    await admin.getByLabel('Apps').fill('*')
    await admin.getByRole('button', { name: 'Grant the role' }).click()
    await dialog.getByText('The rack "stagin" does not exist. Did you mean staging?').waitFor()
    await lookAt(admin, 'people-unknown-rack')
    expect((await bindings()).filter(({ racks }) => racks === 'stagin')).toEqual([])
    await admin.getByLabel('The rack will be added later').check()
    await admin.getByRole('button', { name: 'Grant the role' }).click()
    await admin.getByRole('dialog', { name: 'Granted' }).getByText('No rack matches "stagin" now.').waitFor()
    const [granted] = (await bindings()).filter(({ racks }) => racks === 'stagin')
    expect(daysUntil(granted?.expiresAt)).toBe(90)
    await open(admin, '/service-accounts')
    await admin.getByRole('button', { name: 'Create a service account' }).click()
    await admin.getByLabel('Name').fill('deploy-web')
    await admin.getByRole('button', { name: 'Create', exact: true }).click()
    await admin.getByRole('heading', { name: 'deploy-web' }).waitFor()
    await lookAt(admin, 'people-service-account')

    await open(admin, '/tokens')
    await admin.getByRole('link', { name: 'backups' }).click()
    await admin.getByRole('button', { name: 'Change the owner' }).click()
    await admin.getByRole('combobox', { name: 'Service account' }).fill('depl')
    await lookAt(admin, 'people-token-owner')
    await admin.getByRole('option', { name: 'deploy-web' }).click()
    await admin.getByRole('dialog').getByRole('button', { name: 'Change the owner' }).click()
    await admin.getByRole('dialog', { name: 'backups has a new owner' }).getByText('secret').waitFor()
  })

  test.each([
    ['viewer', ['My API tokens']],
    ['auditor', ['My API tokens', 'Access review']],
  ])('a person who is %s sees only what the API allows, and which permission the rest needs', async (user, tabs) => {
    const page = await at.open(user, '/gateway/people')
    const navigation = page.getByRole('navigation', { name: 'People and pipelines' })
    await navigation.getByRole('link').first().waitFor()
    expect(await navigation.getByRole('link').allTextContents()).toEqual(tabs)
    await page.getByRole('button', { name: 'Create an API token' }).waitFor()
    expect(page.url()).toBe(`${at.url}/gateway/people/tokens`)
    await open(page, '/users')
    await page.getByRole('link', { name: 'gateway:user:write' }).waitFor()
    await open(page, '/trusts?dialog=create')
    await page.getByRole('link', { name: 'gateway:trust:write' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
  })
})

function daysUntil(time: string | null | undefined): number | null {
  return time ? Math.round((Date.parse(time) - Date.now()) / 86_400_000) : null
}

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let n = 0; n < 40; n++) {
    const focused = await page.evaluate<string>(
      `(({ ariaLabel, labels, textContent }) => ariaLabel ?? labels?.[0]?.textContent ?? textContent)(document.activeElement)`,
    )
    if (focused.replace(/ ?\*$/, '').startsWith(name)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not reach ${name}`)
}

/** Presses Tab until the button has the focus, and then Enter. */
async function pressWithKeyboard(page: Page, button: Locator): Promise<void> {
  await button.waitFor()
  for (let n = 0; n < 60; n++) {
    if (await button.and(page.locator(':focus')).count()) return page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
  }
  throw new Error('the keyboard does not reach the button')
}
