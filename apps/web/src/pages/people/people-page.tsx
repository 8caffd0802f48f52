import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useMe } from '../../api/queries.ts'
import { Page } from '../../ui/page.tsx'
import styles from './people-page.module.css'
import { peopleTabs } from './tabs.ts'

/** Who can do what here: people, their groups and roles, and the programs that act for them. */
export default function PeoplePage() {
  const tabs = peopleTabs(useMe())
  const path = useRouterState({ select: ({ location }) => location.pathname })
  return (
    <Page title="People and pipelines">
      <nav aria-label="People and pipelines" className={styles.tabs}>
        {tabs.map(({ to, label }) => (
          <Link key={to} to={to} search={{}} className={styles.tab} aria-current={path === to ? 'page' : undefined}>
            {label}
          </Link>
        ))}
      </nav>
      <Outlet />
    </Page>
  )
}
