import { withTimeout } from '@rack-gateway/time'
import { readResult } from './objection.ts'
import type { CallContext, Objection, PackageCall, PolicyPackage } from './types.ts'

export interface Evaluation {
  readonly outcome:
    | { readonly kind: 'passed' }
    | { readonly kind: 'objected'; readonly objection: Objection }
    | { readonly kind: 'threw'; readonly error: unknown }
    | { readonly kind: 'timed-out' }
  /** Milliseconds for which the evaluation blocked the process. */
  readonly busyMs: number
  /** Whether the package returned a promise. */
  readonly asynchronous: boolean
}

/** Monotonic milliseconds. */
export type Stopwatch = () => number

/** Resolves at the timeout of the package at the latest, unless the package blocks the process. */
export async function evaluate(
  policy: PolicyPackage,
  call: PackageCall,
  context: Omit<CallContext, 'signal'>,
  elapsed: Stopwatch,
): Promise<Evaluation> {
  const deadline = new AbortController()
  const began = elapsed()
  let result: unknown
  let asynchronous = false
  try {
    result = policy.evaluate(call, Object.freeze({ ...context, signal: deadline.signal }))
    asynchronous = isPromise(result)
  } catch (error) {
    return { outcome: { kind: 'threw', error }, busyMs: elapsed() - began, asynchronous: false }
  }
  const busyMs = elapsed() - began
  const outcome = await (asynchronous
    ? outcomeBeforeDeadline(Promise.resolve(result), policy.timeoutMs, deadline)
    : outcomeOf(result))
  return { outcome, busyMs, asynchronous }
}

type Outcome = Evaluation['outcome']

async function outcomeOf(result: unknown): Promise<Outcome> {
  try {
    const objection = readResult(await result)
    return objection === null ? { kind: 'passed' } : { kind: 'objected', objection }
  } catch (error) {
    return { kind: 'threw', error }
  }
}

function outcomeBeforeDeadline(
  result: Promise<unknown>,
  timeoutMs: number,
  deadline: AbortController,
): Promise<Outcome> {
  return withTimeout(outcomeOf(result), timeoutMs, () => {
    deadline.abort(new Error(`the deadline of ${timeoutMs} ms has passed`))
    return { kind: 'timed-out' }
  })
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
