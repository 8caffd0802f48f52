import { addressBlock } from '@rack-gateway/audit'
import { createAuthenticator, type Deviations } from '@rack-gateway/testing/authenticator'
import { Secret, TOTP } from 'otpauth'
import type { AddFactorResult, FactorAdministration } from '../second-factors/factor-administration.ts'
import { createSecondFactors } from '../second-factors/second-factors.ts'
import type { FactorAttempt } from '../second-factors/verifier.ts'
import type { Keys } from '../tokens/login-keys.ts'
import { type Change, changeIdentities } from '../transactions/change.ts'
import { author, startStore } from './database.ts'

const origin = 'https://gateway.example.com'
const defaultKeys: { readonly totpSecrets: Keys; readonly backupCodes: Keys } = {
  totpSecrets: [Buffer.alloc(32, 'totp')],
  backupCodes: [Buffer.alloc(32, 'backup codes')],
}
const address = '198.51.100.7'

/** A database with Ann, who has a session, and functions that add and verify second factors. */
export async function startFactors({ publicUrl = origin }: { readonly publicUrl?: string | null } = {}) {
  const store = await startStore()
  const { database, record, clock } = store
  const createFactors = (keys = defaultKeys) =>
    createSecondFactors({ database, clock, keys, publicUrl, blockOf: addressBlock })
  const factors = createFactors()
  const ann = await providerUserOf('ann@example.com')

  async function providerUserOf(email: string) {
    const { id: session, verifiedToken, token } = await store.annSession({ email })
    const { id: user } = await store.issuer.user(email)
    return { user, email, session, verifiedToken, token }
  }
  type ProviderUser = Pick<Awaited<ReturnType<typeof providerUserOf>>, 'user' | 'email' | 'session'>

  function change<T>(work: (administration: FactorAdministration, change: Change) => Promise<T>): Promise<T> {
    return changeIdentities({ database, by: author, record }, (identityChange) =>
      work(factors.changesIn(identityChange), identityChange),
    )
  }

  const begin = (kind: 'passkey' | 'totp', owner: ProviderUser = ann) =>
    change((administration) => administration.beginEnrollment(owner, kind))

  async function addPasskey(owner: ProviderUser = ann, { name = 'Key', counts = true } = {}) {
    const authenticator = createAuthenticator({ origin, countsSignatures: counts })
    const { id: enrollment, passkey } = await begin('passkey', owner)
    const response = authenticator.create(passkey ?? {})
    const added = succeeded(
      await change((administration) => administration.addFactor(owner, { enrollment, name, response })),
    )
    return { ...added, authenticator }
  }

  /** `codeAt` returns the code of a time step, relative to the current one. The current code is already used up. */
  async function addTotp(owner: ProviderUser = ann, name = 'Phone') {
    const { id: enrollment, totp } = await begin('totp', owner)
    const app = new TOTP({ secret: Secret.fromBase32(totp?.secret ?? '') })
    const codeAt = (steps = 0) => app.generate({ timestamp: clock.time + steps * 30_000 })
    const added = await change((administration) =>
      administration.addFactor(owner, { enrollment, name, code: codeAt() }),
    )
    return { ...succeeded(added), codeAt, secret: totp?.secret ?? '' }
  }

  type Attempt = Partial<FactorAttempt> & Pick<FactorAttempt, 'method'>
  const verify = (attempt: Attempt, owner: ProviderUser = ann) =>
    change((_, identityChange) =>
      factors.verifier.verify(identityChange, {
        user: owner.user,
        session: owner.session,
        address,
        freshLogin: false,
        passkeyChallenge: null,
        ...attempt,
      }),
    )

  async function assertion(
    authenticator: ReturnType<typeof createAuthenticator>,
    deviations: Deviations = {},
    owner: ProviderUser = ann,
  ) {
    const { options, challenge } = await factors.verifier.passkeyOptions(owner.user)
    return { method: 'passkey', passkeyChallenge: challenge, response: authenticator.get(options, deviations) } as const
  }

  const eventsOf = (kind: string) =>
    record.mock.calls.flatMap(([events]) => events).filter((event) => event.kind === kind)

  return {
    ...store,
    factors,
    createFactors,
    defaultKeys,
    ann,
    providerUserOf,
    change,
    begin,
    addPasskey,
    addTotp,
    verify,
    assertion,
    eventsOf,
  }
}

function succeeded(added: AddFactorResult) {
  if ('failed' in added) throw added.failed
  return added
}
