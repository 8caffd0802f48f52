import type { RackRoute } from '../routes/types.ts'

export type ReferenceResult =
  | { readonly status: 200; readonly route: RackRoute; readonly params: Readonly<Record<string, string>> }
  | { readonly status: 404 | 405 | 400 }

/**
 * A router that behaves like a rack's, written from its observed behavior and independent of the matcher. It matches
 * the decoded path against each route in order, normalizes nothing, and reads an escaped slash as a slash.
 */
export function createReferenceRouter(routes: readonly RackRoute[]) {
  const compiled = routes.map((route) => ({ route, ...patternOf(route.path) }))

  return function respond(method: string, rawPath: string, kind: RackRoute['kind']): ReferenceResult {
    const path = decodePath(rawPath)
    if (path === null) return { status: 400 }
    let wrongMethod = false
    for (const { route, pattern, names } of compiled) {
      const found = pattern.exec(path)
      if (!found) continue
      if (route.kind === 'websocket' && kind !== 'websocket') continue
      if (route.method !== 'ANY' && route.method !== method) {
        wrongMethod = true
        continue
      }
      return {
        status: 200,
        route,
        params: Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ''])),
      }
    }
    return { status: wrongMethod ? 405 : 404 }
  }
}

function patternOf(template: string): { pattern: RegExp; names: string[] } {
  const names: string[] = []
  const source = template.replaceAll(
    /\{([a-z]+)(:\.\*)?\}|[^{]+/g,
    (text, name: string | undefined, rest: string | undefined) => {
      if (name === undefined) return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      names.push(name)
      return rest === undefined ? '([^/]+)' : '([^\\n]*)'
    },
  )
  return { pattern: new RegExp(`^${source}$`), names }
}

/** Null for a path that Go's server rejects. Bytes that are not UTF-8 become U+FFFD. */
function decodePath(path: string): string | null {
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) return null
  const bytes = path.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
