/** HTTP methods of the rack's routes. Matching is case-sensitive, as in the rack. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS'

/**
 * `app`: needs a binding whose app pattern matches. `rack`: needs a binding for all apps (`*`). `list`: needs any
 * binding on the rack. If the response lists apps, the gateway leaves out apps that no binding covers.
 */
export type Scope = 'app' | 'rack' | 'list'

/** What the request body contains. `form` is URL-encoded and read before the decision; `raw` is streamed. */
export type BodyKind = 'none' | 'form' | 'raw'

/**
 * How secrets in the rack's response are masked. `plain`: the response contains no secrets. `opaque` (archives,
 * objects, files, dumps) and `stream` (logs): only the rack's token is redacted. Only the permission of the route
 * protects the other secrets in such a response. All other values name a response shape that `maskResponse` supports.
 */
export type MaskPolicy =
  | 'plain'
  | 'opaque'
  | 'stream'
  | 'apps'
  | 'app'
  | 'releases'
  | 'release'
  | 'builds'
  | 'build'
  | 'resources'
  | 'resource'
  | 'system'
  | 'registries'
  | 'registry'
  | 'configs'
  | 'config'
  | 'processes'
  | 'system-processes'
  | 'certificates'
  | 'manifest-service'

/** What a form value must look like. An empty value is always accepted, because the rack treats it as missing. */
export interface ValueGrammar {
  /**
   * Matches the whole value, each item of a list, or each part. In a whole value, a group named `app` must be the app of
   * the path.
   */
  readonly pattern: RegExp
  /**
   * `list`: the items are separated by commas. `characters`: every character is judged alone, so a long value can be
   * divided.
   */
  readonly kind: 'one' | 'list' | 'characters'
  /** Ends the sentence "the parameter NAME must be". */
  readonly expected: string
  readonly remedy: string
}

export interface RackRoute {
  /** `METHOD /path/{parameter}`, the unique name of the route in decisions, events, and docs. `WS` for a websocket. */
  readonly id: string
  /** `ANY` only on routes that the built-in policy blocks. */
  readonly method: Method | 'ANY'
  /** Segments, with `{name}` for one segment and `{name:.*}` for the rest of the path, which may be empty. */
  readonly path: string
  readonly kind: 'http' | 'websocket'
  /** `resource:action`. A decision may require more permissions, for example for the environment or the lock. */
  readonly permission: string
  readonly scope: Scope
  /** Whether the call may change the rack. Such a call has an intent event and an outcome event. */
  readonly changes: boolean
  /** Allowed query keys. Other keys are rejected. */
  readonly query: readonly string[]
  /** Allowed form keys (only where `body` is `form`). */
  readonly form: readonly string[]
  /** Grammars of form values by key. A key without a grammar takes any text. */
  readonly values: Readonly<Record<string, ValueGrammar>>
  /**
   * Allowed headers with which convox sends options, such as `Height`, in the rack's canonical spelling. Other
   * headers are dropped, unless they are in `refusedHeaders`.
   */
  readonly headers: readonly string[]
  /** Headers that give privileges, or that the rack could read as a parameter. The gateway rejects them. */
  readonly refusedHeaders: readonly string[]
  readonly body: BodyKind
  readonly mask: MaskPolicy
}

/** Path parameters as the rack's router decodes them. Only object keys and registry servers may contain escapes. */
export type PathParameters = Readonly<Record<string, string>>

export interface RouteMatch {
  readonly route: RackRoute
  readonly params: PathParameters
}

/** A request target that every router reads the same way. Only `readTarget` creates it. */
export interface CanonicalTarget {
  /** Begins with `/`; without the query. */
  readonly path: string
  /** Empty, or everything from the first `?` on, byte for byte. The stock CLI sends a bare `?`. */
  readonly search: string
  readonly [canonical]: true
}
declare const canonical: unique symbol

/** Why a target was rejected. Each one is a constant, so that a rejection allocates nothing. */
export interface TargetError {
  readonly rule: 'canonical-path' | 'leading-double-slash' | 'target-too-long' | 'target-form'
  readonly reason: string
  readonly remedy: string
}
