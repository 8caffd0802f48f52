import type { AskedParameter } from '@rack-gateway/auth/step-ups'
import { isRecordable } from '@rack-gateway/convox-api'
import type { Policy } from '@rack-gateway/rbac-policy'

/** A value of null is one that only the command knows. */
type Entries = Iterable<readonly [name: string, value: string | null]>

const maxShown = 50
const maxCharacters = 500

/**
 * The parameters of a call, as the page for its proof shows them: without secrets, long values cut.
 *
 * @param route such as `PUT /apps/{app}/services/{name}`. The page shows the app by itself
 */
export function shownParameters(
  { isSecretParameter }: Pick<Policy, 'isSecretParameter'>,
  route: string,
  { params, others }: { readonly params: ReadonlyMap<string, string | null>; readonly others: Entries },
): AskedParameter[] {
  const named = [...pathParametersOf(route, params), ...others]
  const shown = named.slice(0, maxShown).map(([name, value]) => ({ name, value: shownValue(name, value) }))
  if (named.length > maxShown) shown.push({ name: '…', value: `${named.length - maxShown} more` })
  return shown

  function shownValue(name: string, value: string | null): string | null {
    if (value === null) return null
    if (!isRecordable(name) || isSecretParameter(name)) return '[hidden]'
    return value.length > maxCharacters ? `${value.slice(0, maxCharacters)}… (${value.length} characters)` : value
  }
}

/** Names of processes, services, and others; null if only the command knows them. */
function pathParametersOf(route: string, params: ReadonlyMap<string, string | null>) {
  const names = [...route.matchAll(/\{([a-z]+)(?::\.\*)?\}/g)].map(([, name = '']) => name)
  return names.filter((name) => name !== 'app').map((name) => [name, params.get(name) ?? null] as const)
}
