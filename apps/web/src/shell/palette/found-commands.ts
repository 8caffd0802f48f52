import { containsToken } from '@rack-gateway/errors/redact-tokens'
import type { ItemOf, Me } from '@rack-gateway/gateway-api'
import { can } from '../../api/can.ts'
import { type AppAction, appActions } from '../../pages/apps/app/app-actions.ts'
import { tokenActions, userActions } from '../../pages/people/item-actions.ts'
import type { Navigate, PaletteCommand } from './palette-command.ts'

export interface FoundApp {
  readonly rack: string
  readonly app: string
  /** What the person may do with the app. */
  readonly actions: readonly AppAction[]
}

export interface FoundItems {
  readonly users: readonly ItemOf<'listUsers'>[]
  readonly tokens: readonly ItemOf<'listTokens'>[]
  readonly apps: readonly FoundApp[]
  readonly racks: readonly string[]
}

/** Commands for each item that was found. The actions of an item follow when a person types a part of their verbs. */
export function foundCommands(me: Me, items: FoundItems, typed: string, navigate: Navigate): readonly PaletteCommand[] {
  const isMeant = meantBy(typed)
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
    ...items.apps.flatMap(({ rack, app, actions }) => [
      {
        id: `page /apps/${rack}/${app}`,
        label: `Open the app ${app} on ${rack}`,
        name: app,
        run: () => navigate(`/apps/${rack}/${app}`),
      },
      ...actions.filter(isMeant).map(({ label, tab }) => ({
        id: `${label} ${rack}/${app}`,
        label: `${label} ${app} on ${rack}`,
        run: () => navigate(`/apps/${rack}/${app}/${tab}`),
      })),
    ]),
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

/** Whether the text contains a part of a verb of an app's actions. Only then is the policy asked about them. */
export function meansAppAction(typed: string): boolean {
  return appActions.some(meantBy(typed))
}

function meantBy(typed: string): (action: { readonly label: string }) => boolean {
  const typedWords = wordsOf(typed)
  return ({ label }) => {
    const verbs = wordsOf(label)
    return typedWords.some((word) => verbs.some((verb) => verb.startsWith(word)))
  }
}

/** Words of commands, which are not searched for among the items. */
const commandWords = new Set(
  [
    'open the user api token app apps of on to a rack lock unlock revoke all sessions grant role rotate change owner reset second factors',
    ...appActions.map(({ label }) => label),
  ].flatMap(wordsOf),
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
