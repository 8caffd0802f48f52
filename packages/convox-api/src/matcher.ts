import { deepest, emptyNode, insert, type Leaf, type Node, upgradeKey } from './route-trie.ts'
import type { PathParameters, RackRoute, RouteMatch } from './types.ts'

/** Finds the route of a canonical path (without `/rack/<name>`), or null. Case-sensitive, as the rack. */
export type Match = (method: string, path: string, kind: RackRoute['kind']) => RouteMatch | null

/**
 * Compiles routes into a trie that is walked segment by segment over the path itself: no regular expression, and nothing
 * is allocated until a route has been found. Fixed text is tried before parameters, which is the rack's order of registration.
 *
 * @throws Error when two routes have the same method and path, or a path can't be understood
 */
export function compileMatcher(routes: readonly RackRoute[]): Match {
  const root = emptyNode()
  for (const route of routes) insert(root, route)
  const spans = new Int32Array(deepest * 2)

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
    const leaf = walk(root, kind === 'websocket' ? upgradeKey : method, path, 1, 0)
    return leaf && { route: leaf.route, params: parametersOf(leaf, path, spans) }
  }
}

/** The CLI asks these before each websocket and ignores the answer. They are noise: 404 at once, no event. */
export function isProbe(method: string, path: string): boolean {
  return method === 'GET' && (path === '/machines' || path === '/racks')
}

function leafOf(node: Node, method: string): Leaf | null {
  const leaf = node.leaves.get(method)
  if (leaf) return leaf
  return method === upgradeKey ? null : (node.leaves.get('ANY') ?? null)
}

function parametersOf(leaf: Leaf, path: string, spans: Int32Array): PathParameters {
  const params: Record<string, string> = {}
  leaf.names.forEach((name, index) => {
    params[name] = decoded(path.slice(spans[index * 2], spans[index * 2 + 1]))
  })
  return params
}

/** Escapes stand only in object keys and registry servers, and only well-formed ones. Bytes that aren't UTF-8 read as U+FFFD. */
function decoded(value: string): string {
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
