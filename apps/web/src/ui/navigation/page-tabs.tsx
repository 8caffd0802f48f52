import { Link, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import styles from './tabs.module.css'

interface PageTabsProps {
  readonly label: string
  /** `to`: the path below `/gateway`. */
  readonly tabs: readonly { readonly to: string; readonly label: string }[]
}

export function PageTabs({ label, tabs }: PageTabsProps) {
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const navigation = useRef<HTMLElement>(null)
  // On a narrow screen, the tab that opens can be out of view.
  useEffect(() => {
    navigation.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [path])
  return (
    <nav ref={navigation} aria-label={label} className={styles.names}>
      {tabs.map(({ to, label: name }) => (
        <Link
          key={to}
          to={to}
          search={{}}
          className={styles.name}
          activeOptions={{ exact: true, includeSearch: false }}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
