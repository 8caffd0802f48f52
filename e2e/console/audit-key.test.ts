import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SigningKey, signingKeyOf } from '@rack-gateway/audit'
import type { ResponseOf } from '@rack-gateway/gateway-api'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { gatewayDefaults } from '../support/gateway/gateway-defaults.ts'
import { inventStream } from '../support/gateway/invent-stream.ts'
import { describeInChromium, lookAt, startWebConsole, type WebConsole } from '../support/web-console.ts'

type Proof = ResponseOf<'proveAuditEvent'>

const [logKey, newKey, foreignKey] = [
  ...gatewayDefaults.checkpoints.signingKeys.map((key) => signingKeyOf(Buffer.from(key.reveal(), 'base64'))),
  signingKeyOf(Buffer.alloc(32, 7)),
  signingKeyOf(Buffer.alloc(32, 8)),
] as [SigningKey, SigningKey, SigningKey]

/** The note of a checkpoint with another text, signed by these keys. */
function signNote(text: string, keys: readonly SigningKey[]): string {
  const lines = keys.map(({ publicKey: { name, id }, sign }) => {
    const signature = Buffer.concat([Buffer.from(id, 'hex'), sign(text)])
    return `— ${name} ${signature.toString('base64')}\n`
  })
  return `${text}\n${lines.join('')}`
}

const textOf = ({ checkpoint }: Proof) => checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1)

/** The proof after the log's key was changed: the checkpoint is the first one of the new key. */
function withNewKey(proof: Proof, signers: readonly SigningKey[]): Proof {
  const { publicKey } = logKey
  const line = `key ${newKey.publicKey.text}\nreplaces ${publicKey.text}`
  const checkpoint = signNote(textOf(proof).replace(`key ${publicKey.text}`, line), signers)
  return { ...proof, checkpoint, keyChanges: [checkpoint] }
}

const pinNames = `Object.keys(localStorage).filter((name) => name.startsWith('audit-key-pin:'))`
const removePins = `for (const name of ${pinNames}) localStorage.removeItem(name)`

describeInChromium('the key that verifies an event in the browser', () => {
  let at: WebConsole
  let directory: string
  let page: Page
  let event: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'audit-key-'))
    at = await startWebConsole({ checkpoints: directory })
    const { system } = at.at
    await system.issuer.addBinding({ kind: 'group', id: 'auditors' }, { role: 'auditor' })
    const { id } = await system.app.audit.record({ kind: 'call', rack: 'staging', app: 'myapp' })
    event = id
    page = await at.open('auditor', '/gateway/audit')
  })
  beforeEach(async () => {
    await at.at.system.checkpoint()
    await page.unrouteAll()
    await page.goto(`${at.url}/gateway/audit/${event}`)
    await page.evaluate(removePins)
    await page.reload()
  })
  afterAll(async () => {
    await at.stop()
    await rm(directory, { recursive: true })
  })

  const panel = () => page.getByRole('complementary', { name: 'The open event' })
  const signingKey = () => panel().getByRole('region', { name: 'The signing key' })
  const dialog = () => page.getByRole('dialog', { name: 'Signatures of the audit log' })
  const verify = () => panel().getByRole('button', { name: 'Verify in this browser' }).click()
  const change = (to: (proof: Proof) => Proof) =>
    page.route('**/proof', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: to(await response.json()) })
    })
  async function enter(key: string) {
    await page.goto(`${at.url}/gateway/audit/${event}?dialog=checkpoint`)
    await dialog().getByRole('textbox').fill(key)
    await page.keyboard.press('Enter')
    await dialog().getByText('when you entered it').waitFor()
    await page.keyboard.press('Escape')
  }

  test('without a pin, the page says that the key came from the gateway, and a person pins it', async () => {
    await verify()
    await signingKey().getByText('This key came from the gateway, and you have not pinned a key.').waitFor()
    await signingKey().getByText(logKey.publicKey.text).waitFor()
    await signingKey().scrollIntoViewIfNeeded()
    await lookAt(page, 'audit-key-unpinned')
    await signingKey().getByRole('button', { name: 'Pin this key' }).click()
    await signingKey()
      .getByText(/You pinned this key on .*, as this gateway sent it\./)
      .waitFor()
    await page.reload()
    await verify()
    await signingKey().getByText('You pinned this key on').waitFor()
    await panel().getByText('Verified: the event is in the signed log').waitFor()
    await signingKey().scrollIntoViewIfNeeded()
    await lookAt(page, 'audit-key-pinned')
  })

  test('a person enters a key, and removes it', async () => {
    await page.goto(`${at.url}/gateway/audit/${event}?dialog=checkpoint`)
    await dialog().getByText('No key is pinned').waitFor()
    await dialog().getByRole('textbox', { name: 'Public key' }).fill(logKey.publicKey.text.slice(0, -1))
    await page.keyboard.press('Enter')
    await dialog().getByText('or a part is missing').waitFor()
    await lookAt(page, 'audit-key-invalid')
    await dialog().getByRole('textbox', { name: 'Public key' }).fill(`'${logKey.publicKey.text}'`)
    await page.keyboard.press('Enter')
    await dialog().getByText('signs now', { exact: true }).waitFor()
    await lookAt(page, 'audit-key-entered')
    await dialog().getByRole('button', { name: 'Remove the pin' }).press('Enter')
    await dialog().getByText('No key is pinned').waitFor()
    expect(await page.evaluate<string>('document.activeElement.ariaLabel')).toBe('Your pinned key')
    await page.keyboard.press('Escape')
    await verify()
    await signingKey().getByText('you have not pinned a key').waitFor()
  })

  test('a key that differs from the pinned one fails, and the person can replace the pin', async () => {
    await enter(foreignKey.publicKey.text)
    await verify()
    await panel().getByText('Not verified: the log is signed with another key than the one that you pinned.').waitFor()
    await signingKey().getByText('and no signed key change connects the two').waitFor()
    for (const { publicKey } of [logKey, foreignKey]) await signingKey().getByText(publicKey.text).waitFor()
    expect(await signingKey().getByRole('button', { name: /^Pin/ }).count()).toBe(0)
    await signingKey().scrollIntoViewIfNeeded()
    await lookAt(page, 'audit-key-mismatch')
    await signingKey().getByRole('link', { name: 'replace the pin' }).click()
    await dialog().getByText('does not sign now').waitFor()
    await lookAt(page, 'audit-key-replace')
    await dialog().getByRole('textbox', { name: 'Replace it with another key' }).fill(logKey.publicKey.text)
    await dialog().getByRole('button', { name: 'Replace the pin' }).click()
    await dialog().getByText('signs now', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await panel().getByText('You changed the pinned key. Verify the event again.').waitFor()
    await verify()
    await panel().getByText('Verified: the event is in the signed log').waitFor()
  })

  test('a new key that the pinned key vouches for is accepted and named, and can be pinned', async () => {
    await enter(logKey.publicKey.text)
    await change((proof) => withNewKey(proof, [newKey, logKey]))
    await verify()
    await panel().getByText('Verified: the event is in the signed log').waitFor()
    await signingKey().getByText('This key replaced the key that you pinned').waitFor()
    for (const { publicKey } of [logKey, newKey]) await signingKey().getByText(publicKey.text).waitFor()
    await signingKey().scrollIntoViewIfNeeded()
    await lookAt(page, 'audit-key-replaced')
    await signingKey().getByRole('button', { name: 'Pin the new key' }).click()
    await signingKey().getByText('You pinned this key on').waitFor()
    await signingKey().getByText(newKey.publicKey.text).waitFor()
  })

  test('an event of an older key is accepted and named, if the pinned key vouches for it', async () => {
    await enter(newKey.publicKey.text)
    await change((proof) => {
      const text = textOf(withNewKey(proof, [])).replace(
        /^number (\d+)$/m,
        (_, number) => `number ${Number(number) + 1}`,
      )
      return { ...proof, keyChanges: [signNote(text, [newKey, logKey])] }
    })
    await verify()
    await panel().getByText('Verified: the event is in the signed log').waitFor()
    await signingKey()
      .getByText(/replaced this key later, and vouches for it/)
      .waitFor()
  })

  test('a new key that nobody vouched for is refused, also if the gateway names it', async () => {
    await enter(logKey.publicKey.text)
    await change((proof) => withNewKey(proof, [newKey]))
    await page.route('**/audit/keys', (route) =>
      route.fulfill({
        json: {
          keys: [
            { key: newKey.publicKey.text, from: 1, at: '2027-01-31T12:00:00.000Z', replaces: null, vouched: false },
          ],
        },
      }),
    )
    await verify()
    await signingKey().getByText('and no signed key change connects the two').waitFor()
  })

  test('a key that the gateway does not list is not offered for a pin', async () => {
    await page.route('**/audit/keys', (route) => route.fulfill({ json: { keys: [] } }))
    await verify()
    await signingKey().getByText('the gateway does not list it among the keys of its log').waitFor()
    expect(await signingKey().getByRole('button', { name: /^Pin/ }).count()).toBe(0)
    await signingKey().scrollIntoViewIfNeeded()
    await lookAt(page, 'audit-key-unlisted')
  })

  test('another person in the same browser has no pin, and leaves the pin of the first as it is', async () => {
    await enter(foreignKey.publicKey.text)
    const cookies = await page.context().cookies()
    await page.context().clearCookies()
    await page.goto(`${at.url}/gateway/audit/${event}`)
    await page.click('button[value="admin"]')
    await page.waitForURL((address) => address.href.startsWith(at.url))
    await page.goto(`${at.url}/gateway/audit/${event}`)
    await verify()
    await signingKey().getByText('you have not pinned a key').waitFor()
    await signingKey().getByRole('button', { name: 'Pin this key' }).click()
    await signingKey().getByText('You pinned this key on').waitFor()
    await page.context().clearCookies()
    await page.context().addCookies(cookies)
    await page.goto(`${at.url}/gateway/audit/${event}`)
    await verify()
    await signingKey().getByText('This is not the key that you pinned on').waitFor()
  })

  test.each<readonly [string, (proof: Proof) => string]>([
    ['17 signatures', (proof) => signNote(textOf(proof), Array(17).fill(logKey))],
    ['a control character', (proof) => proof.checkpoint.replace('— rack', '— \u001brack')],
    ['a line more', (proof) => signNote(`${textOf(proof)}more\n`, [logKey])],
    ['a false signature and the true one', (proof) => `${proof.checkpoint}${signNote('', [logKey]).slice(1)}`],
    ['a key ID of another key', (proof) => signNote(textOf(proof).replace(/\+[0-9a-f]{8}\+/, '+00000000+'), [logKey])],
  ])('a checkpoint with %s is refused as on the server', async (_, checkpoint) => {
    await change((proof) => ({ ...proof, checkpoint: checkpoint(proof) }))
    await verify()
    await panel()
      .getByText(/^Failed: Checkpoint .* is signed/)
      .waitFor()
  })

  test('an event of a stream that the owner of the database added is not verified, and the page says why', async () => {
    const { id } = await inventStream(at.at.system, 30_000)
    await page.goto(`${at.url}/gateway/audit/${id}`)
    await verify()
    const alert = panel().getByRole('alert')
    await alert.getByText('nothing proves that a gateway wrote it').waitFor()
    await alert.getByText('If no checkpoint signs it within seven minutes, run: rack-gateway audit verify').waitFor()
    expect(await panel().getByText('Verified:').count()).toBe(0)
    await alert.scrollIntoViewIfNeeded()
    await lookAt(page, 'audit-key-unsigned')
  })

  test('a stored pin that cannot be read is an error, and not the same as no pin', async () => {
    await enter(logKey.publicKey.text)
    await page.evaluate(`for (const name of ${pinNames}) localStorage.setItem(name, '{}')`)
    await page.reload()
    await verify()
    await panel().getByRole('alert').getByText('cannot be read, so nothing was verified').waitFor()
    await page.goto(`${at.url}/gateway/audit/${event}?dialog=checkpoint`)
    await dialog().getByText('The stored pin cannot be read').waitFor()
    await dialog().getByRole('button', { name: 'Remove the pin' }).click()
    await dialog().getByText('No key is pinned').waitFor()
  })
})
