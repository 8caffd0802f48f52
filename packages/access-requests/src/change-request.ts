import { noSuchItem } from '@rack-gateway/auth'
import type { Change } from '@rack-gateway/auth/store'
import { GrantNotStarted, NotRequester } from './errors.ts'
import { transitions } from './states.ts'
import { assertGrant, assertPending, lockRequest, makeTransition, startAt } from './stored-request.ts'

interface At {
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** @throws NotFound, NotRequester, RequestDecided, RequestOver */
export async function cancelRequest(change: Change, id: string, { now }: At): Promise<void> {
  const locked = await lockRequest(change, id, now)
  const { requester } = locked
  if (change.by.kind !== 'user' || change.by.id !== requester.id) throw new NotRequester()
  await assertPending(change, locked)
  await makeTransition(change, locked, transitions.cancel, { columns: endedBy(requester.id, requester.email, now) })
}

export interface Revocation extends At {
  readonly by: { readonly id: string; readonly name: string }
  readonly note: string | null
}

/**
 * Revokes a grant before its start or its end. The caller checks that `by` can revoke it.
 *
 * @throws NotFound, RequestPending, RequestOver
 */
export async function revokeGrant(change: Change, id: string, { by, note, now }: Revocation): Promise<void> {
  const locked = await lockRequest(change, id, now)
  await assertGrant(change, locked)
  const transition = locked.request.state === 'approved' ? transitions.revokeApproved : transitions.revokeActive
  const columns = { ...endedBy(by.id, by.name, now), endNote: note }
  await makeTransition(change, locked, transition, { columns, detail: { note } })
}

function endedBy(id: string, name: string, now: number) {
  return { endedAt: new Date(now), endedBy: id, endedByName: name }
}

/**
 * Starts a grant whose rule says that the first use starts it. Has no effect on a started grant, so of two concurrent
 * first uses only one starts it.
 *
 * @returns when the grant ends, in milliseconds since the epoch
 * @throws NotFound, also if the author of the change is not the user of the grant; RequestPending, RequestOver,
 * GrantNotStarted
 */
export async function startGrant(change: Change, id: string, now: number): Promise<{ until: number }> {
  const locked = await lockRequest(change, id, now)
  if (change.by.kind !== 'user' || change.by.id !== locked.requester.id) throw noSuchItem('access request')
  await assertGrant(change, locked)
  if (locked.request.workStarts === 'approval' && locked.request.state === 'approved')
    throw new GrantNotStarted(locked.request.grantFrom?.toISOString() ?? 'an unknown time')
  const started = locked.request.state === 'active' ? locked.request : await startAt(change, locked, now)
  return { until: started.grantUntil?.getTime() ?? now }
}
