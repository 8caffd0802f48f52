import type { BodyKind, MaskPolicy, Method, RackRoute, Scope } from '../types.ts'

/** What a row says beyond its path, permission and mask. Everything left out is: nothing permitted, no body, scope by path. */
export interface RowOptions {
  readonly scope?: Scope
  readonly query?: readonly string[]
  /** Makes the body a form. */
  readonly form?: readonly string[]
  readonly headers?: readonly string[]
  readonly refusedHeaders?: readonly string[]
  /** Query or form parameters that the rack would also take from a header of the same name: that header is refused. */
  readonly orHeader?: readonly string[]
  readonly body?: Exclude<BodyKind, 'form'>
}

/** A GET, HEAD or OPTIONS that leaves the rack as it is. */
export function read(
  method: 'GET' | 'HEAD' | 'OPTIONS',
  path: string,
  permission: string,
  mask: MaskPolicy,
  options: RowOptions = {},
): RackRoute {
  return row({ method, path, kind: 'http', permission, mask, changes: false }, options)
}

/** Anything that may change the rack, whatever its method. */
export function change(
  method: Method | 'ANY',
  path: string,
  permission: string,
  mask: MaskPolicy,
  options: RowOptions = {},
): RackRoute {
  return row({ method, path, kind: 'http', permission, mask, changes: true }, options)
}

/** A websocket that only listens. */
export function listen(path: string, permission: string, options: RowOptions = {}): RackRoute {
  return row({ method: 'GET', path, kind: 'websocket', permission, mask: 'stream', changes: false }, options)
}

/** A websocket that executes: a GET by its method, a change by its effect. */
export function execute(path: string, permission: string, options: RowOptions = {}): RackRoute {
  return row({ method: 'GET', path, kind: 'websocket', permission, mask: 'stream', changes: true }, options)
}

/**
 * A header's name in the spelling that the rack looks it up by (Go's canonical MIME form: `ack_by` is `Ack_by`, `durationInHour` is `Durationinhour`).
 */
export function canonicalHeader(name: string): string {
  return name
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join('-')
}

type Facts = Pick<RackRoute, 'method' | 'path' | 'kind' | 'permission' | 'mask' | 'changes'>

function row(facts: Facts, options: RowOptions): RackRoute {
  const verb = facts.kind === 'websocket' ? 'WS' : facts.method
  return Object.freeze({
    id: `${verb} ${facts.path}`,
    ...facts,
    scope: options.scope ?? (facts.path.startsWith('/apps/{') ? 'app' : 'rack'),
    query: names(options.query),
    form: names(options.form),
    headers: names(options.headers),
    refusedHeaders: names(options.refusedHeaders, options.orHeader?.map(canonicalHeader)),
    body: options.form ? 'form' : (options.body ?? 'none'),
  })
}

/** Most routes have none: all of them share it. */
const none: readonly string[] = Object.freeze([])

function names(some = none, more = none): readonly string[] {
  return some === none && more === none ? none : Object.freeze([...some, ...more])
}
