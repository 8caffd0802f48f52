import { createNode, insertRoute, type Leaf, maxParameters, type Node, websocketKey } from './route-trie.ts'
import type { PathParameters, RackRoute, RouteMatch } from './types.ts'

/** Finds the route of a canonical path without its `/rack/<name>`, or null. Case-sensitive, as in the rack. */
export type Match = (method: string, path: string, kind: RackRoute['kind']) => RouteMatch | null

/**
 * Compiles routes into a trie of path segments. A search allocates nothing until it finds a route. Fixed text has
 * priority over parameters, as in the rack's order of registration.
 *
 * @throws Error when two routes have the same method and path, or a path is invalid
 */
export function compileMatcher(routes: readonly RackRoute[]): Match {
  const root = createNode()
  for (const route of routes) insertRoute(root, route)
  const spans = new Int32Array(maxParameters * 2)

  function walk(node: Node, method: string, path: string, at: number, depth: number): Leaf | null {
    const slash = path.indexOf('/', at)
    const end = slash === -1 ? path.length : slash
    for (const { text, node: next } of node.literals) {
      if (text.length !== end - at || !path.startsWith(text, at)) continue
      const found = step(next, method, path, slash, depth)
      if (found) return found
    }
    for (const { suffix, node: next } of node.suffixed) {
      if (end - at <= suffix.length || !path.startsWith(suffix, end - suffix.length)) continue
      capture(depth, at, end - suffix.length)
      const found = step(next, method, path, slash, depth + 1)
      if (found) return found
    }
    if (node.parameter && end > at) {
      capture(depth, at, end)
      const found = step(node.parameter, method, path, slash, depth + 1)
      if (found) return found
    }
    if (!node.rest) return null
    capture(depth, at, path.length)
    return leafOf(node.rest, method)
  }

  function step(next: Node, method: string, path: string, slash: number, depth: number): Leaf | null {
    return slash === -1 ? leafOf(next, method) : walk(next, method, path, slash + 1, depth)
  }

  function capture(depth: number, from: number, to: number): void {
    spans[depth * 2] = from
    spans[depth * 2 + 1] = to
  }

  return function match(method, path, kind) {
    if (path.charCodeAt(0) !== 0x2f || (kind === 'websocket' && method !== 'GET')) return null
    const leaf = walk(root, kind === 'websocket' ? websocketKey : method, path, 1, 0)
    return leaf && { route: leaf.route, params: parametersOf(leaf, path, spans) }
  }
}

/** The CLI makes this call before each websocket, and ignores the response. The gateway records no event for it. */
export function isProbe(method: string, path: string): boolean {
  return method === 'GET' && (path === '/machines' || path === '/racks')
}

function leafOf(node: Node, method: string): Leaf | null {
  const leaf = node.leaves.get(method)
  if (leaf) return leaf
  return method === websocketKey ? null : (node.leaves.get('ANY') ?? null)
}

function parametersOf(leaf: Leaf, path: string, spans: Int32Array): PathParameters {
  const params: Record<string, string> = {}
  leaf.names.forEach((name, index) => {
    params[name] = decodeEscapes(path.slice(spans[index * 2], spans[index * 2 + 1]))
  })
  return params
}

/** Only object keys and registry servers contain escapes, which are valid. Bytes that are not UTF-8 become U+FFFD. */
function decodeEscapes(value: string): string {
  if (!value.includes('%')) return value
  const bytes = Buffer.alloc(value.length)
  let length = 0
  for (let at = 0; at < value.length; at++) {
    const escaped = value.charCodeAt(at) === 0x25
    bytes[length++] = escaped ? Number.parseInt(value.slice(at + 1, at + 3), 16) : value.charCodeAt(at)
    if (escaped) at += 2
  }
  return bytes.toString('utf8', 0, length)
}
