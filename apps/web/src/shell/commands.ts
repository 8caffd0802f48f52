import type { Me } from '@rack-gateway/gateway-api'
import { can, racksToList } from '../api/can.ts'
import { auditActions } from '../pages/audit/audit-actions.ts'
import { peopleActions, peopleTabs } from '../pages/people/tabs.ts'
import { policyActions } from '../pages/policy/policy-actions.ts'
import { factorActions } from '../pages/second-factors/factor-actions.ts'
import { setTimeZone } from '../ui/time/time-zone.ts'
import { pagesFor } from './pages.ts'
import type { Navigate, PaletteCommand } from './palette/palette-command.ts'
import { setTheme } from './theme.ts'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const requestId = /^[0-9a-f]{24}$/

/** The pages and actions that the person may use, and what the typed text itself names, such as an event by its ID. */
export function commandsFor(me: Me, typed: string, navigate: Navigate): readonly PaletteCommand[] {
  const isId = uuid.test(typed)
  const isEmail = /^\S+@\S+$/.test(typed)
  const canReadAudit = can(me, 'gateway:audit:read')
  return [
    ...commandsIf(canReadAudit && isId, {
      id: 'event',
      label: `→ Open the event ${typed}`,
      position: 'first',
      run: () => navigate(`/audit/${typed}`),
    }),
    ...commandsIf(can(me, 'gateway:recording:read') && isId, {
      id: 'recording',
      label: `→ Open the recording ${typed}`,
      position: 'first',
      run: () => navigate(`/recordings/${typed}`),
    }),
    ...commandsIf(canReadAudit && requestId.test(typed), {
      id: 'events-of-request',
      label: `→ Events of the request ${typed}`,
      position: 'first',
      run: () => navigate('/audit', { q: `request:${typed}`, range: 'all' }),
    }),
    ...pagesFor(me).map(({ to, label, key }) => ({ ...pageCommand(to, label), shortcut: `g ${key}` })),
    pageCommand('/access', 'Your access'),
    pageCommand('/second-factors', 'Second factors'),
    ...peopleTabs(me).map(({ to, label }) => pageCommand(to, label)),
    ...peopleActions(me).map(({ to, label, dialog }) => ({ id: label, label, run: () => navigate(to, { dialog }) })),
    ...policyActions(me).map(({ tab, label }) => ({ id: label, label, run: () => navigate('/policy', { tab }) })),
    ...auditActions(me).map(({ dialog, label }) => ({ id: label, label, run: () => navigate('/audit', { dialog }) })),
    ...factorActions.map(({ dialog, label }) => ({
      id: label,
      label,
      run: () => navigate('/second-factors', { dialog }),
    })),
    ...themeCommands,
    ...timeCommands,
    { id: 'log out', label: 'Log out', run: logOut },
    ...commandsIf(canReadAudit && isEmail, {
      id: 'events-of',
      label: `→ Events of ${typed}`,
      position: 'last',
      run: () => navigate('/audit', { q: `actor:${typed}` }),
    }),
    ...commandsIf(can(me, 'gateway:user:write') && typed !== '', {
      id: 'users-matching',
      label: `→ Users matching ${typed}`,
      position: 'last',
      run: () => navigate('/people/users', { q: typed }),
    }),
    ...commandsIf(racksToList(me, 'app:list').length > 0 && typed !== '', {
      id: 'apps-matching',
      label: `→ Apps matching ${typed}`,
      position: 'last',
      run: () => navigate('/apps', { q: typed }),
    }),
  ]

  function pageCommand(to: string, label: string): PaletteCommand {
    return { id: `page ${to}`, label: `Open ${label}`, name: label, run: () => navigate(to) }
  }
}

function commandsIf(condition: boolean, command: PaletteCommand): readonly PaletteCommand[] {
  return condition ? [command] : []
}

/** The shell has the form on every page. */
function logOut(): void {
  document.querySelector<HTMLFormElement>('form[action="/gateway/auth/logout"]')?.requestSubmit()
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
