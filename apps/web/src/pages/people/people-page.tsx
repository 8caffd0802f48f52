import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useMe } from '../../api/queries.ts'
import { Page } from '../../ui/page.tsx'
import styles from './people-page.module.css'
import { peopleTabs } from './tabs.ts'

/** Who can do what here: people, their groups and roles, and the programs that act for them. */
export default function PeoplePage() {
  const tabs = peopleTabs(useMe())
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const navigation = useRef<HTMLElement>(null)
  // On a narrow screen, each tab that opens is brought into view.
  useEffect(() => {
    navigation.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [path])
  return (
    <Page title="People and pipelines">
      <nav ref={navigation} aria-label="People and pipelines" className={styles.tabs}>
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
