import { containsToken } from '@rack-gateway/errors/redact-tokens'
import type { ItemOf, Me } from '@rack-gateway/gateway-api'
import { can } from '../../api/can.ts'
import { tokenActions, userActions } from '../../pages/people/item-actions.ts'
import type { Navigate, PaletteCommand } from './palette-command.ts'

export interface FoundItems {
  readonly users: readonly ItemOf<'listUsers'>[]
  readonly tokens: readonly ItemOf<'listTokens'>[]
  readonly apps: readonly { readonly rack: string; readonly app: string }[]
  readonly racks: readonly string[]
}

/** Commands for each item that was found. The actions of an item follow when a person types a part of their verbs. */
export function foundCommands(me: Me, items: FoundItems, typed: string, navigate: Navigate): readonly PaletteCommand[] {
  const typedWords = wordsOf(typed)
  const isMeant = ({ label }: { readonly label: string }) => {
    const verbs = wordsOf(label)
    return typedWords.some((word) => verbs.some((verb) => verb.startsWith(word)))
  }
  return [
    ...items.users.flatMap((user) => [
      {
        id: `user ${user.id}`,
        label: `Open the user ${user.email}`,
        name: user.email,
        run: () => navigate('/people/users', { open: user.id }),
      },
      ...userActions(me, user)
        .filter(isMeant)
        .map(({ label, dialog }) => ({
          id: `${dialog} ${user.id}`,
          label: `${label} ${user.email}`,
          run: () => navigate('/people/users', { open: user.id, dialog }),
        })),
    ]),
    ...items.tokens.flatMap((token) => [
      {
        id: `token ${token.id}`,
        label: `Open the API token ${token.name} of ${token.owner.name}`,
        name: token.name,
        run: () => navigate('/people/tokens', { open: token.id }),
      },
      ...tokenActions(me, token)
        .filter(isMeant)
        .map(({ label, dialog }) => ({
          id: `${dialog} ${token.id}`,
          label: `${label} ${token.name} of ${token.owner.name}`,
          run: () => navigate('/people/tokens', { open: token.id, dialog }),
        })),
    ]),
    ...items.apps.map(({ rack, app }) => ({
      id: `page /apps/${rack}/${app}`,
      label: `Open the app ${app} on ${rack}`,
      name: app,
      run: () => navigate(`/apps/${rack}/${app}`),
    })),
    ...items.racks.map((rack) => ({
      id: `rack ${rack}`,
      label: `Open the apps of the rack ${rack}`,
      name: rack,
      run: () => navigate('/apps', { rack }),
    })),
    ...(can(me, 'gateway:audit:read') && typed !== '' ? me.racks : []).map((rack) => ({
      id: `events of the rack ${rack}`,
      label: `Events of the rack ${rack}`,
      run: () => navigate('/audit', { q: `rack:${rack}` }),
    })),
  ]
}

/** Words of commands, which are not searched for among the items. */
const commandWords = new Set(
  wordsOf(
    'open the user api token app apps of on to a rack lock unlock revoke all sessions grant role rotate change owner reset second factors',
  ),
)

/**
 * The part of the typed text that items are searched by: the longest word that is not a word of a command. Empty for a
 * token that was pasted by mistake, which must not become a part of an address.
 */
export function searchedText(typed: string): string {
  if (containsToken(typed)) return ''
  const words = wordsOf(typed)
  const others = words.filter((word) => !commandWords.has(word))
  const [longest = ''] = (others.length === 0 ? words : others).toSorted((one, other) => other.length - one.length)
  return longest.slice(0, maxSearch)
}

/** Characters; a longer text is rejected by the API. */
const maxSearch = 100

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}
