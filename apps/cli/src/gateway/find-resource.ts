import { isUuid } from '@rack-gateway/audit/uuid'
import { nearest } from '@rack-gateway/config/client'
import type { ServiceAccount, Token, Trust, User } from '@rack-gateway/gateway-api'
import { Usage } from '../errors.ts'
import { printable } from '../output/terminal.ts'
import type { Asker } from './gateway-api.ts'
import { type Kind, serviceAccounts, tokens, trusts, users } from './resource-kinds.ts'

type Finder<T> = (asker: Asker, text: string, now: number) => Promise<T>

/** By id or e-mail address. */
export const findUser: Finder<User> = finder(users)
/** By id, or by the name of one that has not ended. */
export const findToken: Finder<Token> = finder(tokens)
/** By id, or by the name of one that isn't revoked. */
export const findTrust: Finder<Trust> = finder(trusts)
/** By id or name. */
export const findServiceAccount: Finder<ServiceAccount> = finder(serviceAccounts)

/** @throws Usage for none and for several; as `callGateway` */
function finder<T>(kind: Kind<T>): Finder<T> {
  return async function find(asker, text, now) {
    const { nameOf } = kind
    if (isUuid(text.toLowerCase())) return kind.get(asker, text.toLowerCase())
    const all = (await kind.listAll(asker)).filter((item) => kind.isLive(item, now))
    const wanted = text.toLowerCase()
    const found = all.filter((item) =>
      [nameOf(item), kind.fullNameOf?.(item)].some((name) => name?.toLowerCase() === wanted),
    )
    const [only] = found
    if (only === undefined) throw none(kind, text, all)
    if (found.length > 1) throw several(kind, text, found)
    return only
  }
}

function none<T>({ what, list, nameOf }: Kind<T>, text: string, all: readonly T[]): Error {
  const near = nearest(text, all.map(nameOf))
  const meant = near === null ? `List them with: ${list}` : `Did you mean ${printable(near)}?`
  return new Usage(`There is no ${what} named ${printable(text)}.`, meant)
}

function several<T>(kind: Kind<T>, text: string, found: readonly T[]): Error {
  const { what, idOf, moreOf } = kind
  const names = found.map((item) => kind.fullNameOf?.(item))
  if (names.every((name) => name !== undefined))
    return new Usage(
      `${found.length} are named ${printable(text)}.`,
      `Name one of these: ${printable(names.join(', '))}`,
    )
  const ids = found.map((item) => `${idOf(item)} (${printable(moreOf(item))})`)
  return new Usage(`${found.length} are named ${printable(text)}.`, `Name the ${what} by its ID: ${ids.join(', ')}`)
}
