import type { BodyKind, MaskPolicy, RackRoute, Scope, ValueGrammar } from '../types.ts'

/** What a row says beyond its path, permission and mask. Everything left out is: nothing permitted, no body, scope by path. */
export interface RowOptions {
  readonly scope?: Scope
  readonly query?: readonly string[]
  /** Makes the body a form: its keys, each with the grammar of its values where they have one. */
  readonly form?: readonly string[] | Readonly<Record<string, ValueGrammar>>
  readonly headers?: readonly string[]
  readonly refusedHeaders?: readonly string[]
  /** Query or form parameters that the rack would also take from a header of the same name: that header is refused. */
  readonly orHeader?: readonly string[]
  readonly body?: Exclude<BodyKind, 'form'>
}

/** What a route is, but for what its name says: its method and its path. */
export interface Row {
  readonly permission: string
  readonly mask: MaskPolicy
  readonly changes: boolean
  readonly options: RowOptions
}

/** Rows by the names of their routes, each made when it is asked for: the CLI judges one command by few of them, and ends. */
export type RouteTable = Readonly<Record<string, () => Row>>

/** Leaves the rack as it is. */
export function read(permission: string, mask: MaskPolicy, options: RowOptions = {}): Row {
  return { permission, mask, changes: false, options }
}

/** Anything that may change the rack, whatever its method. */
export function change(permission: string, mask: MaskPolicy, options: RowOptions = {}): Row {
  return { permission, mask, changes: true, options }
}

/** A websocket that only listens. */
export function listen(permission: string, options: RowOptions = {}): Row {
  return read(permission, 'stream', options)
}

/** A websocket that executes: a GET by its method, a change by its effect. */
export function execute(permission: string, options: RowOptions = {}): Row {
  return change(permission, 'stream', options)
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

const methods: readonly RackRoute['method'][] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'ANY']

/** @throws Error for a name that doesn't begin with a method or `WS` */
export function routeOf(id: string, { permission, mask, changes, options }: Row): RackRoute {
  const [verb, path = ''] = id.split(' ')
  const isWebsocket = verb === 'WS'
  const method = isWebsocket ? 'GET' : methods.find((one) => one === verb)
  if (method === undefined) throw new Error(`the name of the route ${id} begins with no method`)
  return Object.freeze({
    id,
    method,
    path,
    kind: isWebsocket ? 'websocket' : 'http',
    permission,
    mask,
    changes,
    scope: options.scope ?? (path.startsWith('/apps/{') ? 'app' : 'rack'),
    query: names(options.query),
    form: names(isList(options.form) ? options.form : Object.keys(options.form)),
    values: isList(options.form) ? noValues : Object.freeze(options.form),
    headers: names(options.headers),
    refusedHeaders: names(options.refusedHeaders, options.orHeader?.map(canonicalHeader)),
    body: options.form ? 'form' : (options.body ?? 'none'),
  })
}

/** Most routes have none: all of them share it. */
const none: readonly string[] = Object.freeze([])
const noValues: RackRoute['values'] = Object.freeze({})

function isList(form: RowOptions['form']): form is readonly string[] | undefined {
  return form === undefined || Array.isArray(form)
}

function names(some = none, more = none): readonly string[] {
  if (more === none) return Object.freeze(some)
  return Object.freeze(some === none ? more : [...some, ...more])
}
