import type { Me } from '@rack-gateway/gateway-api'
import { can, racksToList } from '../api/can.ts'
import { peopleActions, peopleTabs } from '../pages/people/tabs.ts'
import { policyActions } from '../pages/policy/policy-actions.ts'
import { setTimeZone } from '../ui/time/time-zone.ts'
import { pagesFor } from './pages.ts'
import { setTheme } from './theme.ts'

export interface PaletteCommand {
  readonly id: string
  /** The filter of the palette never hides a label that begins with `→`. */
  readonly label: string
  /** Such as `g a`. */
  readonly shortcut?: string
  readonly run: () => void
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const requestId = /^[0-9a-f]{24}$/

/** @param apps the apps that a page already loaded */
export function commandsFor(
  me: Me,
  typed: string,
  navigate: (to: string, search?: object) => void,
  apps: readonly { readonly rack: string; readonly app: string }[] = [],
): readonly PaletteCommand[] {
  const canReadAudit = can(me, 'gateway:audit:read')
  return [
    ...(canReadAudit && uuid.test(typed)
      ? [{ id: 'event', label: `→ Open the event ${typed}`, run: () => navigate(`/audit/${typed}`) }]
      : []),
    ...(can(me, 'gateway:recording:read') && uuid.test(typed)
      ? [{ id: 'recording', label: `→ Open the recording ${typed}`, run: () => navigate(`/recordings/${typed}`) }]
      : []),
    ...(canReadAudit && requestId.test(typed)
      ? [
          {
            id: 'events-of-request',
            label: `→ Events of the request ${typed}`,
            run: () => navigate('/audit', { q: `request:${typed}`, range: 'all' }),
          },
        ]
      : []),
    ...(canReadAudit && /^\S+@\S+$/.test(typed)
      ? [
          {
            id: 'events-of',
            label: `→ Events of ${typed}`,
            run: () => navigate('/audit', { q: `actor:${typed}` }),
          },
        ]
      : []),
    ...(can(me, 'gateway:user:write') && /^\S+@\S+$/.test(typed)
      ? [{ id: 'user', label: `→ Users matching ${typed}`, run: () => navigate('/people/users', { q: typed }) }]
      : []),
    ...appCommands(typed, navigate, apps),
    ...pagesFor(me).map(({ to, label, key }) => ({
      id: `page ${to}`,
      label: `Open ${label}`,
      shortcut: `g ${key}`,
      run: () => navigate(to),
    })),
    { id: 'page /access', label: 'Open Your access', run: () => navigate('/access') },
    { id: 'page /second-factors', label: 'Open Second factors', run: () => navigate('/second-factors') },
    ...peopleTabs(me).map(({ to, label }) => ({ id: `page ${to}`, label: `Open ${label}`, run: () => navigate(to) })),
    ...peopleActions(me).map(({ to, label, dialog }) => ({ id: label, label, run: () => navigate(to, { dialog }) })),
    ...policyActions(me).map(({ tab, label }) => ({ id: label, label, run: () => navigate('/policy', { tab }) })),
    ...themeCommands,
    ...timeCommands,
    ...(typed !== '' && racksToList(me, 'app:list').length > 0
      ? [{ id: 'apps-matching', label: `→ Apps matching ${typed}`, run: () => navigate('/apps', { q: typed }) }]
      : []),
  ]
}

const maxApps = 20

function appCommands(
  typed: string,
  navigate: (to: string) => void,
  apps: readonly { readonly rack: string; readonly app: string }[],
): readonly PaletteCommand[] {
  if (typed === '') return []
  const words = typed.toLowerCase().split(/\s+/)
  return apps
    .map(({ rack, app }) => ({ to: `/apps/${rack}/${app}`, label: `Open the app ${app} on ${rack}` }))
    .filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)))
    .slice(0, maxApps)
    .map(({ to, label }) => ({ id: `page ${to}`, label, run: () => navigate(to) }))
}

const themeCommands = [
  { id: 'theme system', label: 'Colors: follow the system', run: () => setTheme('system') },
  { id: 'theme light', label: 'Colors: light', run: () => setTheme('light') },
  { id: 'theme dark', label: 'Colors: dark', run: () => setTheme('dark') },
]

const timeCommands = [
  { id: 'times local', label: 'Times: local and relative', run: () => setTimeZone('local') },
  { id: 'times utc', label: 'Times: in UTC', run: () => setTimeZone('utc') },
]
