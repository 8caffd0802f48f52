import { NotAllowed } from '../../errors/errors.ts'
import { assertCanRevoke } from '../bindings/assert-can-revoke.ts'
import type { Handlers, PrincipalCall } from '../calls/call.ts'
import { formatTime } from '../calls/format-time.ts'
import { ownerFilter } from '../calls/owner-filter.ts'
import { pageRequest } from '../calls/page-request.ts'
import { hasFreshLogin, type LoginCaller } from '../step-up/fresh-login.ts'

type Row = Awaited<ReturnType<PrincipalCall['lists']['secondFactor']>>
type Names =
  | 'listSecondFactors'
  | 'secondFactorSettings'
  | 'beginEnrollment'
  | 'addSecondFactor'
  | 'renameSecondFactor'
  | 'removeSecondFactor'
  | 'backupCodeStatus'
  | 'createBackupCodes'
  | 'resetSecondFactors'

export const secondFactorHandlers: Handlers<Names> = {
  async listSecondFactors(call) {
    const user = ownerFilter(call, call.query.user, 'gateway:user:write')
    const { items, next } = await call.lists.secondFactors(pageRequest(call.query), user ?? undefined)
    return { items: items.map(toResponse), next }
  },

  async secondFactorSettings(call) {
    const { server, principal } = call
    const { policy, clock } = server
    const { passkeysReason } = server.secondFactors
    const { required, by } = policy.enrollment(principal, clock.now())
    return {
      passkeys: passkeysReason === null,
      passkeysReason,
      required,
      requiredBy: by === null ? null : new Date(by).toISOString(),
      freshLogin: await hasFreshLogin(call.server, call),
    }
  },

  beginEnrollment: (outerCall) =>
    outerCall.change(async function beginEnrollment(call) {
      await assertCanEnroll(call)
      const { expiresAt, ...enrollment } = await call.factorChanges.beginEnrollment(ownerOf(call), call.body.kind)
      return { ...enrollment, expiresAt: expiresAt.toISOString() }
    }),

  async addSecondFactor(outerCall) {
    const added = await outerCall.change(async function addSecondFactor(call) {
      const result = await call.factorChanges.addFactor(ownerOf(call), call.body)
      if ('failed' in result) return result
      return { factor: toResponse(await call.lists.secondFactor(result.id)), backupCodes: copyOf(result.backupCodes) }
    })
    if ('failed' in added) throw added.failed
    return added
  },

  renameSecondFactor: (outerCall) =>
    outerCall.change(async function renameSecondFactor(call) {
      await call.factorChanges.renameFactor(ownerOf(call), call.id, call.body.name)
      return toResponse(await call.lists.secondFactor(call.id))
    }),

  removeSecondFactor: (outerCall) =>
    outerCall.change(async function removeSecondFactor(call) {
      const owner = ownerOf(call)
      const removed = await call.factorChanges.removeFactor(owner, call.id)
      return toResponse({ ...removed, userId: owner.user, email: owner.email })
    }),

  async backupCodeStatus({ lists, principal }) {
    const { remaining, createdAt } = await lists.backupCodeStatus(principal.id)
    return { remaining, createdAt: formatTime(createdAt) }
  },

  createBackupCodes: (outerCall) =>
    outerCall.change(async function createBackupCodes(call) {
      return { codes: [...(await call.factorChanges.createBackupCodes(ownerOf(call)))] }
    }),

  resetSecondFactors: (outerCall) =>
    outerCall.change(async function resetSecondFactors(call) {
      const { lists, factorChanges, principal, id, body } = call
      if (id === principal.id) throw ownReset()
      await assertCanRevoke(call, { kind: 'user', id }, { asBinding: true })
      const removed = await factorChanges.resetFactors(id, body.reason)
      const { email } = await lists.user(id)
      return { removed: removed.map((factor) => toResponse({ ...factor, userId: id, email })) }
    }),
}

/**
 * For a further factor, the endpoint's `stepUp` requires a proof of an existing factor.
 *
 * @throws NotAllowed for the first factor without a fresh login in this browser
 */
async function assertCanEnroll(call: LoginCaller & Pick<PrincipalCall, 'server'>): Promise<void> {
  if (call.principal.secondFactor || (await hasFreshLogin(call.server, call))) return
  throw new NotAllowed(
    'You can add your first factor only within five minutes of a login in this browser.',
    `Log in again in the browser at ${call.server.managementApi.publicUrl ?? ''}/gateway/second-factors.`,
    { rule: 'old-login' },
  )
}

/** A change of your own factors accepts a code only after a fresh login. A reset accepts a code without one. */
function ownReset(): Error {
  return new NotAllowed(
    'You cannot reset your own second factors.',
    'Remove them one by one, or ask another administrator to reset them.',
    { rule: 'own-reset' },
  )
}

function ownerOf({ principal }: Pick<PrincipalCall, 'principal'>) {
  return { user: principal.id, email: principal.name, session: principal.credential }
}

function copyOf(codes: readonly string[] | null): string[] | null {
  return codes && [...codes]
}

function toResponse({ id, userId, email, kind, name, createdAt, usedAt }: Row) {
  return {
    id,
    user: { id: userId, email },
    kind,
    name,
    createdAt: createdAt.toISOString(),
    lastUsedAt: formatTime(usedAt),
  }
}
