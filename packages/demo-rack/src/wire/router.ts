import { decodeUtf8 } from './bytes.ts'

/** `WS` is a GET with exactly `Upgrade: websocket`. `ANY` matches every method. */
export interface Routable {
  readonly method: string
  /** `{name}` for one segment, `{name:.*}` for the rest, as in gorilla/mux. */
  readonly path: string
}

export type RouteResult<R> =
  | { readonly found: 'route'; readonly route: R; readonly variables: Readonly<Record<string, string>> }
  | { readonly found: 'no-path' }
  | { readonly found: 'no-method' }

export interface RoutableRequest {
  readonly method: string
  /** Decoded, one byte per character. */
  readonly path: string
  readonly upgrades: readonly string[]
}

export type Router<R> = (request: RoutableRequest) => RouteResult<R>

/** Matches like gorilla/mux 1.8 with SkipClean: in the order of the table, with the path as it is. */
export function createRouter<R extends Routable>(routes: readonly R[]): Router<R> {
  const compiled = routes.map((route) => ({ route, ...compile(route.path) }))
  return function findRoute(request) {
    let otherMethod = false
    for (const { route, pattern, names } of compiled) {
      const values = pattern.exec(request.path)
      if (values === null) continue
      if (route.method === 'WS' && !request.upgrades.includes('websocket')) continue
      if (!acceptsMethod(route.method, request.method)) {
        otherMethod = true
        continue
      }
      const variables = Object.fromEntries(names.map((name, index) => [name, decodeUtf8(values[index + 1] ?? '')]))
      return { found: 'route', route, variables }
    }
    return { found: otherMethod ? 'no-method' : 'no-path' }
  }
}

function acceptsMethod(routeMethod: string, method: string): boolean {
  return routeMethod === 'ANY' || (routeMethod === 'WS' ? 'GET' : routeMethod) === method
}

function compile(path: string): { pattern: RegExp; names: string[] } {
  const names: string[] = []
  const source = path.replace(/\{(\w+)(:\.\*)?\}|[^{]+/g, (part, name?: string, rest?: string) => {
    if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    names.push(name)
    return rest === undefined ? '([^/]+)' : '([^\\n]*)'
  })
  return { pattern: new RegExp(`^${source}$`), names }
}
