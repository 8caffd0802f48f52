import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Command, Menu as MenuIcon, Monitor, Moon, Sun } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { flushSync } from 'react-dom'
import { useMe, versionQuery } from '../api/queries.ts'
import { useSessionEnd } from '../api/session-end.ts'
import { useWaitingCall } from '../api/step-up/waiting-calls.ts'
import { Button } from '../ui/controls/button.tsx'
import { CurrentLink } from '../ui/navigation/current-link.tsx'
import { Announcements } from '../ui/status/announce.tsx'
import { VisibleText } from '../ui/text/visible-text.tsx'
import { setTimeZone, useTimeZone } from '../ui/time/time-zone.ts'
import { CommandPalette } from './command-palette.tsx'
import { ObserveBanner } from './observe-banner.tsx'
import { pagesFor } from './pages.ts'
import { SessionEnded } from './session-ended.tsx'
import styles from './shell.module.css'
import { useShortcuts } from './shortcuts.ts'
import { setTheme, type Theme, useTheme } from './theme.ts'

const StepUpDialog = lazy(() => import('./step-up-dialog.tsx'))
const ShortcutList = lazy(() => import('./shortcut-list.tsx'))

export function Shell() {
  const [open, setOpen] = useState<'palette' | 'shortcuts' | 'navigation' | null>(null)
  const close = () => setOpen(null)
  const hasSession = useSessionEnd() === null
  useShortcuts({
    // At once, so that the field of the palette gets the next key.
    openPalette: () => flushSync(() => setOpen('palette')),
    openShortcuts: () => setOpen('shortcuts'),
  })
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        Skip to the content
      </a>
      <aside className={styles.side} data-open={open === 'navigation'}>
        <div className={styles.top}>
          <Link to="/" className={styles.brand} onClick={close}>
            <img src="/gateway/assets/icon.svg" alt="" width={20} height={20} />
            Rack Gateway
          </Link>
          <Button
            kind="quiet"
            aria-label="Navigation"
            aria-expanded={open === 'navigation'}
            onPress={() => setOpen(open === 'navigation' ? null : 'navigation')}
          >
            <MenuIcon aria-hidden />
          </Button>
        </div>
        <div className={styles.folded}>
          <Button kind="plain" onPress={() => setOpen('palette')}>
            <Command aria-hidden />
            Find or run
            <kbd className={styles.key}>{isMac ? '⌘ K' : 'Ctrl K'}</kbd>
          </Button>
          <Navigation onNavigate={close} />
          <Account onNavigate={close} />
        </div>
      </aside>
      <div className={styles.column}>
        {hasSession && <ObserveBanner />}
        <main id="content" className={styles.content} tabIndex={-1}>
          {/* Without a session, each part of the page would show the same error. */}
          {hasSession && <Outlet />}
        </main>
      </div>
      <Announcements />
      {hasSession && <StepUp />}
      <SessionEnded />
      {hasSession && open === 'palette' && <CommandPalette onClose={close} />}
      <Suspense fallback={null}>{hasSession && open === 'shortcuts' && <ShortcutList onClose={close} />}</Suspense>
    </div>
  )
}

function StepUp() {
  const call = useWaitingCall()
  return <Suspense fallback={null}>{call !== null && <StepUpDialog key={call.key} call={call} />}</Suspense>
}

const isMac = navigator.userAgent.includes('Mac')

function Navigation({ onNavigate }: { readonly onNavigate: () => void }) {
  const me = useMe()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  return (
    <nav aria-label="Pages">
      <ul className={styles.pages}>
        {pagesFor(me).map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <CurrentLink
              to={to}
              className={styles.page}
              isCurrent={to === '/' ? path === '/' : path.startsWith(to)}
              onClick={onNavigate}
            >
              <Icon aria-hidden size={16} />
              {label}
            </CurrentLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Account({ onNavigate }: { readonly onNavigate: () => void }) {
  const me = useMe()
  const { data: version } = useQuery(versionQuery)
  return (
    <div className={styles.account}>
      <div className={styles.choices}>
        <ThemeChoice />
        <TimeZoneChoice />
      </div>
      <p>
        <VisibleText>{me.name}</VisibleText>
      </p>
      <Link to="/access" onClick={onNavigate}>
        Your access
      </Link>
      <form method="post" action="/gateway/auth/logout">
        <input type="hidden" name="csrf_token" value={me.csrfToken ?? ''} />
        <button className="link-button" type="submit">
          Log out
        </button>
      </form>
      <p className="hint">Version {version?.gateway ?? '…'}</p>
    </div>
  )
}

const themes = [
  { theme: 'system', label: 'Follow the system', icon: Monitor },
  { theme: 'light', label: 'Light', icon: Sun },
  { theme: 'dark', label: 'Dark', icon: Moon },
] as const satisfies readonly { theme: Theme; label: string; icon: unknown }[]

function ThemeChoice() {
  const chosen = useTheme()
  return (
    <fieldset className={styles.choice} aria-label="Colors">
      {themes.map(({ theme, label, icon: Icon }) => (
        <button
          key={theme}
          type="button"
          title={label}
          aria-label={label}
          aria-pressed={theme === chosen}
          onClick={() => setTheme(theme)}
        >
          <Icon aria-hidden size={14} />
        </button>
      ))}
    </fieldset>
  )
}

function TimeZoneChoice() {
  const zone = useTimeZone()
  return (
    <fieldset className={styles.choice} aria-label="Times">
      <button
        type="button"
        title="Show times in UTC"
        aria-label="Show times in UTC"
        aria-pressed={zone === 'utc'}
        onClick={() => setTimeZone(zone === 'utc' ? 'local' : 'utc')}
      >
        UTC
      </button>
    </fieldset>
  )
}
