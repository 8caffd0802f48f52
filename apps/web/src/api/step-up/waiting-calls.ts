import { createStore } from '../../store/create-store.ts'
import type { ApiError } from '../errors/api-error.ts'

/** A proof of a second factor. The console keeps the proof only in memory. */
export interface ProofSecret {
  /** The value of the header `Step-Up`. */
  readonly secret: string
  /** How long the proof is valid for other calls, too; null: the proof is valid for one call. */
  readonly withinSeconds: number | null
}

/** A call that the gateway denied without a proof, and that waits until the person proves a second factor. */
export interface WaitingCall {
  /** A call that waits again gets a new key. */
  readonly key: number
  readonly stepUpId: string
  /** What the call does, such as `Unlock ann@example.com`; undefined: the dialog derives a text from the step-up. */
  readonly action: string | undefined
  readonly denial: ApiError
  readonly settle: (outcome: Outcome) => void
}

/** `repeat`: the call is sent again without a new proof of its own, such as after a proof for another call. */
export type Outcome = { readonly kind: 'proved'; readonly secret: string } | { readonly kind: 'repeat' | 'canceled' }

let nextKey = 0
const calls = createStore<readonly WaitingCall[]>([])
let reusableProof: { readonly secret: string; readonly until: number } | null = null

export class StepUpCanceled extends Error {
  constructor() {
    super('You did not prove a second factor, so the gateway did not carry out the request.')
    this.name = 'StepUpCanceled'
  }
}

/** The last proof that is valid for several calls; null if there is none, or if it has expired. */
export function currentProof(): string | null {
  if (reusableProof !== null && reusableProof.until <= Date.now()) reusableProof = null
  return reusableProof?.secret ?? null
}

/** @throws the reason of the signal, if the call is aborted */
export function waitForProof(
  call: Omit<WaitingCall, 'key' | 'settle'>,
  signal: AbortSignal | null | undefined,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const waiting: WaitingCall = {
      ...call,
      key: nextKey++,
      settle: (outcome) => end(() => resolve(outcome)),
    }
    const abort = () => end(() => reject(signal?.reason))
    function end(settle: () => void) {
      signal?.removeEventListener('abort', abort)
      calls.set(calls.get().filter((one) => one !== waiting))
      settle()
    }
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    else calls.set([...calls.get(), waiting])
  })
}

/** If the proof is valid for other calls, too, all waiting calls are sent again. */
export function settleWithProof(call: WaitingCall, { secret, withinSeconds }: ProofSecret): void {
  if (withinSeconds !== null) reusableProof = { secret, until: Date.now() + withinSeconds * 1_000 }
  const others = calls.get().filter((one) => one !== call)
  call.settle({ kind: 'proved', secret })
  if (withinSeconds !== null) for (const other of others) other.settle({ kind: 'repeat' })
}

/** Cancels all waiting calls, so that a canceled dialog is not followed by another one. */
export function cancelWaitingCalls(): void {
  for (const call of calls.get()) call.settle({ kind: 'canceled' })
}

/** A dialog asks about the first call of the list. */
export const waitingCalls = calls.get

/** Null if no call waits. */
export function useWaitingCall(): WaitingCall | null {
  return calls.use()[0] ?? null
}

/** For tests: forgets the proof, as a reload of the page does. */
export function forgetProof(): void {
  reusableProof = null
}
