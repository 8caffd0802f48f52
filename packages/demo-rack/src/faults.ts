/** A fault of one request. `after` counts bytes of the response body, or bytes after a websocket's handshake. */
export type Fault =
  /** The rack waits for `release`, and then responds as usual. */
  | { readonly kind: 'hang' }
  /** The rack resets the connection before it responds. The request has no effect. */
  | { readonly kind: 'reset' }
  /** The request has its effect, and then the rack resets the connection before it responds. */
  | { readonly kind: 'reset-after-effect' }
  /** The rack ends the connection within the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The rack waits for `release` within the body. */
  | { readonly kind: 'stall'; readonly after: number }
  /** The rack sends bytes that belong to no response. Each character of `bytes` is one byte. */
  | { readonly kind: 'extra'; readonly bytes: string }
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: readonly (readonly [name: string, value: string])[]
      readonly body?: string | Buffer
    }
  /** The usual response, compressed for every client. */
  | { readonly kind: 'gzip' }

/** `METHOD /target` exactly as received, a pattern for it, or a predicate. */
export type RequestMatcher = string | RegExp | ((request: { method: string; target: string }) => boolean)

export interface FaultHandle {
  /** Resolves when a request has reached the fault. */
  readonly reached: Promise<void>
  /** Ends a hang or a stall. */
  release(): void
}

export interface PlannedFault {
  readonly fault: Fault
  readonly released: Promise<void>
}

export function createFaults() {
  const planned: { matcher: RequestMatcher; fault: PlannedFault; reach: () => void; release: () => void }[] = []
  return {
    failNext(matcher: RequestMatcher, fault: Fault): FaultHandle {
      const reached = latch()
      const released = latch()
      planned.push({
        matcher,
        fault: { fault, released: released.opened },
        reach: reached.open,
        release: released.open,
      })
      return { reached: reached.opened, release: released.open }
    },
    /** Returns each fault only once. */
    take(method: string, target: string): PlannedFault | null {
      const index = planned.findIndex(({ matcher }) => matches(matcher, method, target))
      const [found] = index === -1 ? [] : planned.splice(index, 1)
      found?.reach()
      return found?.fault ?? null
    },
  }
}

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
