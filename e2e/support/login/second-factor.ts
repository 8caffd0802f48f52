import { createHmac } from 'node:crypto'
import type { createAuthenticator } from '@rack-gateway/testing/authenticator'
import { managementApi as api } from '@rack-gateway/testing/management-api'
import type { Browser } from './browser.ts'
import type { LoginSystem } from './login.ts'
import { sessionOf } from './session-of.ts'

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The code of an authenticator app. @param at milliseconds since the epoch. @see RFC 6238 */
export function totpCode(secret: string, at: number): string {
  let bits = ''
  for (const letter of secret.replace(/=+$/, '')) bits += base32.indexOf(letter).toString(2).padStart(5, '0')
  const key = Buffer.from(bits.match(/[01]{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [])
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

export interface HttpResponse {
  readonly status: number
  readonly json: Record<string, unknown>
}

/** A person with an authenticator app, a browser, and a program. */
export interface Prover {
  readonly browser: Browser
  /** The session of a program of the same user. */
  readonly program: { readonly id: string; readonly token: string }
  readonly backupCodes: readonly string[]
  /** The next code that was not used yet. Moves the clock on. */
  code(): string
  /** A call of the management API by the browser. */
  post(path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<HttpResponse>
  get(path: string): Promise<HttpResponse>
  /** A removal by the browser. */
  remove(path: string, headers?: Readonly<Record<string, string>>): Promise<HttpResponse>
  /** Proves a step-up in the browser. */
  prove(stepUp: string): Promise<HttpResponse>
}

/** Logs a person in with a browser, and adds an authenticator app. @param clock `ahead` is added to the gateway's time, in milliseconds */
export async function createProver(at: LoginSystem, user: string, clock: { ahead: number }): Promise<Prover> {
  const { system } = at
  const { browser } = await at.login(user)
  const csrf = async () => String(JSON.parse((await at.visit(browser, `${api}/me`)).body).csrfToken)

  async function post(
    path: string,
    body: object = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResponse> {
    const sent = { 'x-csrf-token': await csrf(), ...headers }
    const page = await at.visit(browser, `${api}${path}`, { json: JSON.stringify(body), headers: sent })
    return { status: page.status, json: JSON.parse(page.body) }
  }
  async function get(path: string): Promise<HttpResponse> {
    const page = await at.visit(browser, `${api}${path}`)
    return { status: page.status, json: JSON.parse(page.body) }
  }

  async function remove(path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpResponse> {
    const sent = { 'x-csrf-token': await csrf(), ...headers }
    const page = await at.visit(browser, `${api}${path}`, { method: 'DELETE', headers: sent })
    return { status: page.status, json: JSON.parse(page.body) }
  }

  const begun = await post('/second-factors/enrollments', { kind: 'totp' })
  if (begun.status !== 201) throw new Error(`no enrollment: ${JSON.stringify(begun.json)}`)
  const secret = String((begun.json.totp as { secret: string }).secret)
  const code = () => {
    clock.ahead += 30_000
    return totpCode(secret, Date.now() + clock.ahead)
  }
  const added = await post('/second-factors', { enrollment: begun.json.id, name: 'phone', code: code() })
  if (added.status !== 201) throw new Error(`no factor: ${JSON.stringify(added.json)}`)
  const subject = String(
    (await system.sql`select subject from gateway.users where email = ${`${user}@example.com`}`)[0]?.subject,
  )
  const program = await sessionOf(system, subject, Date.now() + clock.ahead)
  return {
    browser,
    program,
    backupCodes: added.json.backupCodes as string[],
    code,
    post,
    get,
    remove,
    prove: (stepUp) => post(`/step-ups/${stepUp}/proof`, { method: 'totp', code: code() }),
  }
}

/** Adds a passkey, after a proof with the authenticator app. The login must be fresh. */
export async function addPasskey(
  { post, prove }: Prover,
  authenticator: ReturnType<typeof createAuthenticator>,
): Promise<void> {
  const asked = await post('/step-ups', { delivery: 'response' })
  const { json: proved } = await prove(String(asked.json.id))
  const headers = { 'step-up': String(proved.proof) }
  const begun = await post('/second-factors/enrollments', { kind: 'passkey' }, headers)
  const response = authenticator.create(begun.json.passkey as object)
  const added = await post('/second-factors', { enrollment: begun.json.id, name: 'YubiKey', response })
  if (added.status !== 201) throw new Error(`no passkey: ${JSON.stringify([begun.json, added.json])}`)
}
