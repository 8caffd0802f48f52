import type { BodyKind, MaskPolicy, RackRoute, Scope, ValueGrammar } from './types.ts'

/** Options of a route. By default, a route takes no parameters and no body. */
export interface RouteRowOptions {
  /** Default: `app` for paths that begin with `/apps/{`, and `rack` for all other paths. */
  readonly scope?: Scope
  readonly query?: readonly string[]
  /** The keys of a form body, or the grammars of its values by key. */
  readonly form?: readonly string[] | Readonly<Record<string, ValueGrammar>>
  readonly headers?: readonly string[]
  readonly refusedHeaders?: readonly string[]
  /** Parameters that the rack also reads from a header of the same name. The gateway rejects that header. */
  readonly alsoReadFromHeader?: readonly string[]
  readonly body?: Exclude<BodyKind, 'form'>
}

/** A route without its method and path, which are in its ID. */
export interface RouteRow {
  readonly permission: string
  readonly mask: MaskPolicy
  readonly changes: boolean
  readonly options: RouteRowOptions
}

/** Rows by the IDs of their routes. Each row is created on first use, because a command of the CLI needs only a few. */
export type RouteTable = Readonly<Record<string, () => RouteRow>>

export function read(permission: string, mask: MaskPolicy, options: RouteRowOptions = {}): RouteRow {
  return { permission, mask, changes: false, options }
}

/** A call that may change the rack, whatever its method. */
export function change(permission: string, mask: MaskPolicy, options: RouteRowOptions = {}): RouteRow {
  return { permission, mask, changes: true, options }
}

/** A websocket that only reads. */
export function listen(permission: string, options: RouteRowOptions = {}): RouteRow {
  return read(permission, 'stream', options)
}

/** A websocket that executes something, so that it may change the rack although its method is GET. */
export function execute(permission: string, options: RouteRowOptions = {}): RouteRow {
  return change(permission, 'stream', options)
}

/** Go's canonical MIME form, which the rack uses: `Ack_by` for `ack_by`, `Durationinhour` for `durationInHour`. */
export function canonicalHeader(name: string): string {
  return name
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
    .join('-')
}

const methods: readonly RackRoute['method'][] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'ANY']

/** @throws Error for an ID that does not begin with a method or `WS` */
export function createRoute(id: string, { permission, mask, changes, options }: RouteRow): RackRoute {
  const [verb, path = ''] = id.split(' ')
  const isWebsocket = verb === 'WS'
  const method = isWebsocket ? 'GET' : methods.find((one) => one === verb)
  if (method === undefined) throw new Error(`The route ID ${id} does not begin with a method.`)
  return Object.freeze({
    id,
    method,
    path,
    kind: isWebsocket ? 'websocket' : 'http',
    permission,
    mask,
    changes,
    scope: options.scope ?? (path.startsWith('/apps/{') ? 'app' : 'rack'),
    query: frozenNames(options.query),
    form: frozenNames(isList(options.form) ? options.form : Object.keys(options.form)),
    values: isList(options.form) ? noValues : Object.freeze(options.form),
    headers: frozenNames(options.headers),
    refusedHeaders: frozenNames(options.refusedHeaders, options.alsoReadFromHeader?.map(canonicalHeader)),
    body: options.form ? 'form' : (options.body ?? 'none'),
  })
}

/** Shared by all routes that have no query, form, or headers. */
const noNames: readonly string[] = Object.freeze([])
const noValues: RackRoute['values'] = Object.freeze({})

function isList(form: RouteRowOptions['form']): form is readonly string[] | undefined {
  return form === undefined || Array.isArray(form)
}

function frozenNames(some = noNames, more = noNames): readonly string[] {
  if (more === noNames) return Object.freeze(some)
  return Object.freeze(some === noNames ? more : [...some, ...more])
}
