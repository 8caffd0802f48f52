import type { Me } from '@rack-gateway/gateway-api'
import { keepPreviousData, queryOptions, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { can, racksToList } from '../../api/can.ts'
import { get } from '../../api/client.ts'
import { useMe } from '../../api/queries.ts'
import { decisionsQuery, denialIn } from '../../api/rack-data/allowed.ts'
import { loadedApps } from '../../api/rack-data/loaded-apps.ts'
import { rackPath } from '../../api/rack-data/rack-path.ts'
import { readApps } from '../../api/rack-data/readers.ts'
import { appActions } from '../../pages/apps/app/app-actions.ts'
import { limitedRackQuery, loadStep } from '../../pages/apps/over-apps/limited-rack-query.ts'
import { type FoundItems, meansAppAction, searchedText } from './found-commands.ts'

interface Search extends FoundItems {
  readonly isSearching: boolean
  /** What is missing in the results, in sentences. */
  readonly problems: readonly string[]
}

/** Milliseconds without a key until the API is asked. */
const pause = 200
/** Each call of a rack is an audit event, so the apps of a rack are read again only after this time, in milliseconds. */
const appsMaxAge = 5 * 60_000

/** Searches only what the person may list, so that no search is denied. */
export function useFoundItems(typed: string): Search {
  const me = useMe()
  const text = searchedText(typed)
  const settled = useSettled(text)
  const isEnabled = settled !== ''
  const users = useQuery({
    ...usersQuery(settled),
    enabled: isEnabled && can(me, 'gateway:user:write'),
    placeholderData: keepPreviousData,
  })
  const tokens = useQuery({ ...tokensQuery(settled), enabled: isEnabled, placeholderData: keepPreviousData })
  const apps = useApps(me, isEnabled)
  const found = useAppActions(text === '' ? [] : apps.apps, { settled, isAsked: isEnabled && meansAppAction(typed) })
  const isFetching = users.isFetching || tokens.isFetching || apps.isFetching || found.isFetching
  return {
    users: isEnabled ? (users.data ?? []) : [],
    tokens: isEnabled ? (tokens.data ?? []) : [],
    apps: found.apps,
    racks: text === '' ? [] : apps.racks,
    isSearching: text !== settled || (isEnabled && isFetching),
    problems: isEnabled
      ? [
          ...(users.error === null ? [] : [`Users are missing: ${users.error.message}`]),
          ...(tokens.error === null ? [] : [`API tokens are missing: ${tokens.error.message}`]),
          ...apps.problems,
        ]
      : [],
  }
}

function useApps(me: Me, isEnabled: boolean) {
  const racks = racksToList(me, 'app:list')
  const results = useQueries({
    queries: racks.slice(0, loadStep).map((rack) => ({
      ...limitedRackQuery(rack, rackPath`/apps`, readApps),
      staleTime: appsMaxAge,
      enabled: isEnabled,
    })),
  })
  const failed = racks.filter((_, index) => results[index]?.error)
  return {
    // Includes the apps of racks that a page loaded.
    apps: loadedApps(useQueryClient()),
    racks,
    isFetching: results.some(({ isFetching }) => isFetching),
    problems:
      failed.length === 0 ? [] : [`Apps are missing, because these racks did not answer: ${failed.join(', ')}.`],
  }
}

/** The number of apps whose actions are offered. For each, the policy is asked once. */
const maxAppsWithActions = 5

function useAppActions(
  apps: readonly { readonly rack: string; readonly app: string }[],
  { settled, isAsked }: { readonly settled: string; readonly isAsked: boolean },
) {
  const asked = isAsked
    ? apps.filter(({ app }) => app.toLowerCase().includes(settled)).slice(0, maxAppsWithActions)
    : []
  const results = useQueries({ queries: asked.map(({ rack, app }) => decisionsQuery(rack, app)) })
  return {
    apps: apps.map((found) => {
      const decisions = results[asked.indexOf(found)]?.data
      const actions = appActions.filter(
        ({ routes }) => decisions !== undefined && routes.every((route) => denialIn(decisions, route) === null),
      )
      return { ...found, actions }
    }),
    isFetching: results.some(({ isFetching }) => isFetching),
  }
}

const limit = 20

function usersQuery(search: string) {
  return queryOptions({
    queryKey: ['/users', 'search', search],
    queryFn: ({ signal }) => get('/users', { query: { search, limit } }, signal).then(({ items }) => items),
    staleTime: 60_000,
    retry: false,
  })
}

function tokensQuery(search: string) {
  return queryOptions({
    queryKey: ['/tokens', 'search', search],
    queryFn: ({ signal }) => get('/tokens', { query: { search, limit } }, signal).then(({ items }) => items),
    staleTime: 60_000,
    retry: false,
  })
}

/** The value, once it has stayed the same for a while. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
