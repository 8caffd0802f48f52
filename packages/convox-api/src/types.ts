/** HTTP methods that the rack's routes use. Matching is case-sensitive, as in the rack. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'OPTIONS'

/** `app`: needs a binding whose app pattern matches. `rack`: one whose app pattern is `*`. `list`: any binding on the rack; the answer is cut to it. */
export type Scope = 'app' | 'rack' | 'list'

/** What the request's body holds. `form` is url-encoded and read before the decision; `raw` is streamed. */
export type BodyKind = 'none' | 'form' | 'raw'

/**
 * How the rack's answer is shown to someone who may not see all of it.
 * `plain`: nothing secret in it. `opaque`: can't be masked (archives, objects, files, dumps), so the permission itself is the guard.
 * The others name the shape that `maskAnswer` knows.
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

/** What a form value must look like. An empty value is always accepted: the rack takes it for none. */
export interface ValueGrammar {
  /** Matches the whole value, or each item of a list. A group named `app` must be the app of the path. */
  readonly pattern: RegExp
  /** The values of a list are separated by commas. */
  readonly isList: boolean
  /** Ends the sentence "the parameter NAME must be". */
  readonly looksLike: string
  /** What to do instead. */
  readonly next: string
}

/** One entry of the rack API. Everything about a call is derived from it: decision, audit name, forwarding, mask, documentation, test matrix. */
export interface RackRoute {
  /** `METHOD /path/{parameter}`; unique; the name of the route in decisions, events and docs. A websocket's method is `WS`. */
  readonly id: string
  /** `ANY` only on routes that are blocked for everyone. */
  readonly method: Method | 'ANY'
  /** Segments, with `{name}` for one segment and `{name:.*}` for the rest of the path (may be empty, as the rack has it). */
  readonly path: string
  readonly kind: 'http' | 'websocket'
  /** `resource:action`; the one that is needed at least. `decide` may ask for more (environment, lock, another release). */
  readonly permission: string
  readonly scope: Scope
  /** Whether the rack may be changed by it: decides intent + outcome. Never derived from the method. */
  readonly changes: boolean
  /** Permitted query keys. Any other key is refused. */
  readonly query: readonly string[]
  /** Permitted form keys (only where `body` is `form`). */
  readonly form: readonly string[]
  /** What form values must look like, by key. A key without a grammar takes any text. */
  readonly values: Readonly<Record<string, ValueGrammar>>
  /** Permitted option headers, in the rack's canonical spelling. All others are dropped, unless they are in `refusedHeaders`. */
  readonly headers: readonly string[]
  /** Headers that bear privilege or could be read as a parameter here: refused (400 or 403), never silently dropped. */
  readonly refusedHeaders: readonly string[]
  readonly body: BodyKind
  readonly mask: MaskPolicy
}

/** Path parameters as the rack's router decodes them. Canonical targets hold no escapes outside of object keys and registry servers. */
export type PathParameters = Readonly<Record<string, string>>

export interface RouteMatch {
  readonly route: RackRoute
  readonly params: PathParameters
}

/** A request target that means one thing to every router: what was matched is what is sent. Made only by `readTarget`. */
export interface CanonicalTarget {
  /** Begins with `/`, no query. */
  readonly path: string
  /** Empty, or from the first `?` on, byte for byte (the stock CLI sends a bare `?`). */
  readonly search: string
  readonly [canonical]: true
}
declare const canonical: unique symbol

/** Why a target was refused. A constant, so that refusing allocates nothing. */
export interface TargetRefusal {
  readonly rule: 'canonical-path' | 'leading-double-slash' | 'target-too-long' | 'target-form'
  readonly reason: string
  readonly next: string
}
