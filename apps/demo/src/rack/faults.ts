/** How one request fails. `after` counts bytes of the answer's body, or bytes after a WebSocket's handshake. */
export type Fault =
  /** Nothing happens until `release`; then the request is answered as usual. */
  | { readonly kind: 'hang' }
  /** The connection is reset before anything is answered; the request has no effect. */
  | { readonly kind: 'reset' }
  /** The request has its effect, then the connection is reset before anything is answered. */
  | { readonly kind: 'reset-after-effect' }
  /** The answer begins, with its full length announced, and its connection ends in the middle. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The answer begins and waits for `release` in the middle. */
  | { readonly kind: 'stall'; readonly after: number }
  /** Bytes on the connection that belong to no answer (one per character). */
  | { readonly kind: 'extra'; readonly bytes: string }
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: readonly (readonly [name: string, value: string])[]
      readonly body?: string | Buffer
    }
  /** The usual answer, compressed, whether it was asked for or not. */
  | { readonly kind: 'gzip' }

/** `METHOD /target` exactly as received, a pattern for it, or a predicate. */
export type RequestMatcher = string | RegExp | ((request: { method: string; target: string }) => boolean)

export interface FaultHandle {
  /** Resolves when a request has met the fault. */
  readonly met: Promise<void>
  /** Ends a hang or a stall. */
  release(): void
}

export interface PlannedFault {
  readonly fault: Fault
  readonly released: Promise<void>
}

export function createFaults() {
  const planned: { matcher: RequestMatcher; fault: PlannedFault; meet: () => void; release: () => void }[] = []
  return {
    onNext(matcher: RequestMatcher, fault: Fault): FaultHandle {
      const met = latch()
      const released = latch()
      planned.push({ matcher, fault: { fault, released: released.opened }, meet: met.open, release: released.open })
      return { met: met.opened, release: released.open }
    },
    /** The fault for this request, which is then used up. */
    take(method: string, target: string): PlannedFault | null {
      const index = planned.findIndex(({ matcher }) => matches(matcher, method, target))
      const [found] = index === -1 ? [] : planned.splice(index, 1)
      found?.meet()
      return found?.fault ?? null
    },
  }
}

/** Whether a matcher matches this request. */
export function matches(matcher: RequestMatcher, method: string, target: string): boolean {
  if (typeof matcher === 'function') return matcher({ method, target })
  const request = `${method} ${target}`
  return typeof matcher === 'string' ? matcher === request : matcher.test(request)
}

function latch(): { opened: Promise<void>; open: () => void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
