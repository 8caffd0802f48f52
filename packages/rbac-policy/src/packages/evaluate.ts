import { withTimeout } from '@rack-gateway/errors/with-timeout'
import { readVerdict } from './objection.ts'
import type { CallContext, Objection, PackageCall, PolicyPackage } from './types.ts'

/** How one evaluation went. `busyMs` is how long it kept the process from everything else. */
export interface Evaluation {
  readonly outcome:
    | { readonly kind: 'passed' }
    | { readonly kind: 'objected'; readonly objection: Objection }
    | { readonly kind: 'threw'; readonly error: unknown }
    | { readonly kind: 'timed-out' }
  readonly busyMs: number
  readonly asynchronous: boolean
}

/** Milliseconds of a clock that never goes back. */
export type Stopwatch = () => number

/** Asks one package, and settles whatever it does: by its deadline at the latest, if it doesn't keep the process busy. */
export async function evaluate(
  policy: PolicyPackage,
  call: PackageCall,
  context: Omit<CallContext, 'signal'>,
  elapsed: Stopwatch,
): Promise<Evaluation> {
  const deadline = new AbortController()
  const began = elapsed()
  let answer: unknown
  let asynchronous = false
  try {
    answer = policy.evaluate(call, Object.freeze({ ...context, signal: deadline.signal }))
    asynchronous = isPromise(answer)
  } catch (error) {
    return { outcome: { kind: 'threw', error }, busyMs: elapsed() - began, asynchronous: false }
  }
  const busyMs = elapsed() - began
  const outcome = await (asynchronous
    ? beforeDeadline(Promise.resolve(answer), policy.timeoutMs, deadline)
    : settled(answer))
  return { outcome, busyMs, asynchronous }
}

type Outcome = Evaluation['outcome']

async function settled(answer: unknown): Promise<Outcome> {
  try {
    const objection = readVerdict(await answer)
    return objection === null ? { kind: 'passed' } : { kind: 'objected', objection }
  } catch (error) {
    return { kind: 'threw', error }
  }
}

function beforeDeadline(answer: Promise<unknown>, timeoutMs: number, deadline: AbortController): Promise<Outcome> {
  return withTimeout(settled(answer), timeoutMs, () => {
    deadline.abort(new Error(`the deadline of ${timeoutMs} ms has passed`))
    return { kind: 'timed-out' }
  })
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
