import type { RackRoute } from './types.ts'

/** Maximum number of parameters in one path. */
export const maxParameters = 16

/** The key of a websocket's route. No HTTP method contains a space. */
export const websocketKey = 'GET upgrade'

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
  /** `{name:.*}`: the rest of the path, which may contain slashes and may be empty. */
  rest: Node | null
  /** By method; `websocketKey` for a websocket, `ANY` for every method. */
  readonly leaves: Map<string, Leaf>
}

export function createNode(kind: 'segment' | 'rest' = 'segment'): Node {
  return { isRest: kind === 'rest', literals: [], suffixed: [], parameter: null, rest: null, leaves: new Map() }
}

/** @throws Error when another route has this method and path, or the path is invalid */
export function insertRoute(root: Node, route: RackRoute): void {
  const names: string[] = []
  let node = root
  for (const segment of route.path.slice(1).split('/')) node = child(node, segment, names, route)
  const key = route.kind === 'websocket' ? websocketKey : route.method
  if (node.leaves.has(key)) throw new Error(`Two routes have the method and path of ${route.id}.`)
  if (names.length > maxParameters) throw new Error(`The route ${route.id} has too many parameters.`)
  node.leaves.set(key, { route, names })
}

function child(node: Node, segment: string, names: string[], route: RackRoute): Node {
  if (node.isRest) throw new Error(`The path of ${route.id} continues after a {name:.*} parameter.`)
  if (!segment.startsWith('{')) return literalChild(node, segment, route)
  const close = segment.indexOf('}')
  const [name = '', pattern] = segment.slice(1, close).split(':')
  const suffix = segment.slice(close + 1)
  if (close === -1 || name === '' || suffix.includes('{')) throw new Error(`The path of ${route.id} is invalid.`)
  names.push(name)
  if (pattern === '.*' && suffix === '') {
    node.rest ??= createNode('rest')
    return node.rest
  }
  if (pattern !== undefined) throw new Error(`The path of ${route.id} has a pattern other than .*`)
  if (suffix === '') {
    node.parameter ??= createNode()
    return node.parameter
  }
  const known = node.suffixed.find((entry) => entry.suffix === suffix)
  if (known) return known.node
  const next = createNode()
  node.suffixed.push({ suffix, node: next })
  return next
}

function literalChild(node: Node, text: string, route: RackRoute): Node {
  if (text === '' || text.includes('}')) throw new Error(`The path of ${route.id} is invalid.`)
  const known = node.literals.find((entry) => entry.text === text)
  if (known) return known.node
  const next = createNode()
  node.literals.push({ text, node: next })
  return next
}
