import { isUuid } from '@rack-gateway/audit/uuid'
import { nearest } from '@rack-gateway/config/client'
import type { Static, TObject } from 'typebox'
import { Usage } from '../errors.ts'
import { printable } from '../output/terminal.ts'
import { everyPage } from './every-page.ts'
import { type Asker, callGateway } from './gateway-api.ts'
import { type Kind, serviceAccounts, tokens, trusts, users } from './resource-kinds.ts'
import type { ServiceAccount, Token, Trust, User } from './schemas.ts'

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
function finder<S extends TObject>(kind: Kind<S>): Finder<Static<S>> {
  return async function find(asker, text, now) {
    const { path, schema, nameOf } = kind
    if (isUuid(text.toLowerCase())) return callGateway(asker, { path: `${path}/${text.toLowerCase()}`, answer: schema })
    const all = (await everyPage(asker, path, schema)).filter((item) => kind.isLive(item, now))
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

function none<S extends TObject>({ what, list, nameOf }: Kind<S>, text: string, all: readonly Static<S>[]): Error {
  const near = nearest(text, all.map(nameOf))
  const meant = near === null ? `see those that there are with: ${list}` : `did you mean ${printable(near)}?`
  return new Usage(`there is no ${what} named ${printable(text)}:`, meant)
}

function several<S extends TObject>(kind: Kind<S>, text: string, found: readonly Static<S>[]): Error {
  const { what, idOf, moreOf } = kind
  const names = found.map((item) => kind.fullNameOf?.(item))
  if (names.every((name) => name !== undefined))
    return new Usage(
      `${found.length} are named ${printable(text)}:`,
      `name one of these: ${printable(names.join(', '))}`,
    )
  const ids = found.map((item) => `${idOf(item)} (${printable(moreOf(item))})`)
  return new Usage(`${found.length} are named ${printable(text)}:`, `name the ${what} by its id: ${ids.join(', ')}`)
}
