import type { RackRoute } from './types.ts'

/** Parameters on one path at most. */
export const deepest = 16

/** The key of a websocket's route: no method is spelled with a space. */
export const upgradeKey = 'GET upgrade'

/** A route at the end of its path, with its parameters' names in the order of the path. */
export interface Leaf {
  readonly route: RackRoute
  readonly names: readonly string[]
}

export interface Node {
  readonly isRest: boolean
  readonly literals: { readonly text: string; readonly node: Node }[]
  /** `{name}` followed by fixed text, such as `.tgz`. */
  readonly suffixed: { readonly suffix: string; readonly node: Node }[]
  parameter: Node | null
  /** `{name:.*}`: what is left of the path, slashes and emptiness included. */
  rest: Node | null
  /** By method, by `upgradeKey` for a websocket; `ANY` for every method. */
  readonly leaves: Map<string, Leaf>
}

export function emptyNode(kind: 'segment' | 'rest' = 'segment'): Node {
  return { isRest: kind === 'rest', literals: [], suffixed: [], parameter: null, rest: null, leaves: new Map() }
}

/** @throws Error when a route with this method and path is there already, or its path can't be understood */
export function insert(root: Node, route: RackRoute): void {
  const names: string[] = []
  let node = root
  for (const segment of route.path.slice(1).split('/')) node = child(node, segment, names, route)
  const key = route.kind === 'websocket' ? upgradeKey : route.method
  if (node.leaves.has(key)) throw new Error(`two routes are called ${route.id}`)
  if (names.length > deepest) throw new Error(`the route ${route.id} has too many parameters`)
  node.leaves.set(key, { route, names })
}

function child(node: Node, segment: string, names: string[], route: RackRoute): Node {
  if (node.isRest) throw new Error(`the path of ${route.id} goes on after a rest`)
  if (!segment.startsWith('{')) return literalChild(node, segment, route)
  const close = segment.indexOf('}')
  const [name = '', pattern] = segment.slice(1, close).split(':')
  const suffix = segment.slice(close + 1)
  if (close === -1 || name === '' || suffix.includes('{'))
    throw new Error(`the path of ${route.id} can't be understood`)
  names.push(name)
  if (pattern === '.*' && suffix === '') {
    node.rest ??= emptyNode('rest')
    return node.rest
  }
  if (pattern !== undefined) throw new Error(`the path of ${route.id} holds a pattern other than .*`)
  if (suffix === '') {
    node.parameter ??= emptyNode()
    return node.parameter
  }
  const known = node.suffixed.find((entry) => entry.suffix === suffix)
  if (known) return known.node
  const next = emptyNode()
  node.suffixed.push({ suffix, node: next })
  return next
}

function literalChild(node: Node, text: string, route: RackRoute): Node {
  if (text === '' || text.includes('}')) throw new Error(`the path of ${route.id} can't be understood`)
  const known = node.literals.find((entry) => entry.text === text)
  if (known) return known.node
  const next = emptyNode()
  node.literals.push({ text, node: next })
  return next
}
