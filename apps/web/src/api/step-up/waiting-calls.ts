import { useSyncExternalStore } from 'react'
import type { ApiError } from '../errors.ts'

/** A proof of a second factor, as the value of the header `Step-Up`. It is never stored. */
export interface ProofSecret {
  readonly secret: string
  /** For how long it counts for later calls; null: only for the call that asked. */
  readonly withinSeconds: number | null
}

/** A call that the gateway refused until the person proves a second factor. */
export interface WaitingCall {
  /** Distinguishes the questions of one call, too. */
  readonly key: number
  readonly stepUpId: string
  /** What the call does, such as `Unlock ann@example.com`; undefined: the step-up says it. */
  readonly action: string | undefined
  readonly denial: ApiError
  readonly settle: (outcome: Outcome) => void
}

/** `repeat`: the call is sent again without a new proof of its own, such as after a proof for another call. */
export type Outcome = { readonly kind: 'proved'; readonly secret: string } | { readonly kind: 'repeat' | 'canceled' }

let asked = 0
let calls: readonly WaitingCall[] = []
let lasting: { readonly secret: string; readonly until: number } | null = null
const listeners = new Set<() => void>()

/** The person closed the dialog, so the change was not made. */
export class StepUpCanceled extends Error {
  constructor() {
    super('You did not confirm this with a second factor, so it was not done.')
    this.name = 'StepUpCanceled'
  }
}

/** The proof that counts for every call now; null if there is none. */
export function lastingProof(): string | null {
  if (lasting !== null && lasting.until <= Date.now()) lasting = null
  return lasting?.secret ?? null
}

/** Waits until the person proves a second factor, or cancels. @throws the reason of the signal, if the call is aborted */
export function waitForProof(
  call: Omit<WaitingCall, 'key' | 'settle'>,
  signal: AbortSignal | null | undefined,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const waiting: WaitingCall = {
      ...call,
      key: asked++,
      settle: (outcome) => end(() => resolve(outcome)),
    }
    const abort = () => end(() => reject(signal?.reason))
    function end(settle: () => void) {
      signal?.removeEventListener('abort', abort)
      change(calls.filter((one) => one !== waiting))
      settle()
    }
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    else change([...calls, waiting])
  })
}

/** Sends a call again with its proof. A proof that counts for a while may permit the other calls that wait, too. */
export function settleWithProof(call: WaitingCall, { secret, withinSeconds }: ProofSecret): void {
  if (withinSeconds !== null) lasting = { secret, until: Date.now() + withinSeconds * 1_000 }
  const others = calls.filter((one) => one !== call)
  call.settle({ kind: 'proved', secret })
  if (withinSeconds !== null) for (const other of others) other.settle({ kind: 'repeat' })
}

/** Ends all calls that wait: nobody wants one dialog after another. */
export function cancelWaitingCalls(): void {
  for (const call of calls) call.settle({ kind: 'canceled' })
}

/** The calls that wait, the first of which a dialog asks about. */
export function waitingCalls(): readonly WaitingCall[] {
  return calls
}

/** The call that a dialog asks about; null if no call waits. */
export function useWaitingCall(): WaitingCall | null {
  return useSyncExternalStore(subscribe, () => calls[0] ?? null)
}

/** For tests: forgets the proof, as a reload of the page does. */
export function forgetProof(): void {
  lasting = null
}

function change(changed: readonly WaitingCall[]): void {
  calls = changed
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
